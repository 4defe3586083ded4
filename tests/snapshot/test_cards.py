from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given

from origin.building.pages import card_blob, detail_blob, pages
from selvedge.snapshot.cards import decode_card, decode_detail, open_page
from tests.wardrobe import NL, SE, catalogues, garment, offer, shop

if TYPE_CHECKING:
    from selvedge.catalogue.model import Catalogue


@given(catalogues(markets=(NL, SE)))
def test_cards_and_details_tell_what_the_catalogue_says(catalogue: Catalogue) -> None:
    groups = {group.id: group for group in catalogue.groups}
    for product in catalogue.products:
        card = decode_card(memoryview(card_blob(product, groups[product.group], "nl")))
        detail = decode_detail(memoryview(detail_blob(product, groups[product.group], NL)))
        main = product.components[0].fibres if product.components else ()
        assert (card.id, card.name, card.fibres) == (product.id, groups[product.group].name["nl"], main)
        assert detail.offers == tuple(one for one in product.offers if one.market == "nl")
        assert detail.components == product.components


def test_a_text_that_a_locale_lacks_is_told_in_english() -> None:
    catalogue = shop(garment())
    card = decode_card(memoryview(card_blob(catalogue.products[0], catalogue.groups[0], "sv")))
    assert card.name == "Shirt style-a"


def test_a_regular_price_without_the_lowest_of_thirty_days_is_no_reduction() -> None:
    product = garment(offers=(offer(price=20, regular_price=30),))
    detail = decode_detail(memoryview(detail_blob(product, shop(product).groups[0], NL)))
    assert detail.offers == (offer(price=20),)


def test_pages_hold_consecutive_ordinals_and_nothing_where_a_product_is_gone() -> None:
    first, second = (open_page(part) for part in pages({0: b"zero", 3: b"three"}, 4, 2))
    assert [bytes(first[at]) for at in range(2)] == [b"zero", b""]
    assert [bytes(second[at]) for at in range(2)] == [b"", b"three"]
