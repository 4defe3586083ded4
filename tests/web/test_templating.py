import re
from typing import Any, get_args

import msgspec
import pytest

from selvedge.web.certifications import Certification
from selvedge.web.fragments import SLOTS
from selvedge.web.items import Item, Kind, Material
from selvedge.web.templating import ImageSize, facts, is_linkable, render
from selvedge.web.words import WORDS, words_for

SQUARE = ImageSize(320, 320)


def item(**more: Any) -> Item:
    plain: dict[str, Any] = {
        "id": "a",
        "in_product_group_with_id": "s",
        "name": "Shirt",
        "brand": "Acme",
        "category": "shirts",
        "color": "blue",
        "color_name": "Blue",
        "url": "/p/a",
        "price": 1995,
        "price_currency": "EUR",
        "image": "/pictures/a.svg",
    }
    return Item(**{**plain, **more})


def html(*items: Item, locale: str = "en", slot: str = "recommendations") -> str:
    return render(slot, items, locale, SQUARE, "r1").decode()


def test_every_language_has_all_words_for_every_slot() -> None:
    assert sorted(WORDS) == ["de", "en", "es", "fr", "nl", "pl", "sv"]
    for words in WORDS.values():
        assert tuple(words.headings) == SLOTS
        assert all(msgspec.structs.astuple(words))
        assert words.recycled.format(share="50%") != words.recycled
        assert words.made_in.format(country="PT") != words.made_in
        assert words.until.format(fact="x", date="2027-03").count("2027-03") == 1
        assert set(words.reasons) == {*get_args(Kind), "nameless"} - {"facts", "sponsored"}
        assert all(words.reasons.values())
        assert [kind for kind, text in words.reasons.items() if "{name}" in text] == [
            "looked",
            "similar",
            "price",
        ]
        assert [kind for kind, text in words.reasons.items() if "{value}" in text] == [
            "preferred",
            "affinity",
        ]


def test_a_language_without_words_gets_english_ones_and_says_so() -> None:
    assert words_for("da").language == "en"
    assert 'lang="en"' in html(item(), locale="da")
    assert 'lang="nl"' in html(item(), locale="nl-BE")


def test_what_the_feed_says_is_escaped() -> None:
    evil = '"><script>alert(1)</script>'
    shown = html(
        item(
            name=evil,
            brand=evil,
            id=evil,
            material=(Material("x", evil),),
            has_certification=(Certification("X", evil, "product"),),
        )
    )
    assert "<script" not in shown


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "data:text/html,x",
        "p/a",
        "",
        None,
    ],
)
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert not is_linkable(url)
    assert "<a " not in html(item(url=url or ""))
    assert "<img" not in html(item(image=url))


def test_pictures_have_their_room_from_the_start() -> None:
    assert re.search(r'<img [^>]*alt="" width="320" height="320"', html(item()))


def test_a_reduction_is_shown_with_the_regular_and_the_lowest_price() -> None:
    shown = html(item(regular_price=2995, lowest_price_30_days=2195))
    assert "Regular price</dt><dd><s>€29.95</s>" in shown
    assert "Lowest price of the last 30 days</dt><dd>€21.95" in shown
    assert "<s>" not in html(item())


def test_half_a_reduction_is_none() -> None:
    assert "Regular" not in html(item(regular_price=2995))


def test_facts_are_named_one_by_one() -> None:
    garment = item(
        has_certification=(
            Certification("GOTS", "GOTS", "product", percentage=95.0),
            Certification("OEKO_TEX_100", "OEKO-TEX Standard 100", "product"),
        ),
        related_certification=(Certification("BCORP", "B Corp", "brand"),),
        recycled_content_percentage=30.0,
    )
    named = ["GOTS (95%)", "OEKO-TEX Standard 100", "30% recycled material"]
    assert facts(garment, words_for("en"), "en") == named
    assert "B Corp" not in html(garment)


def test_no_script_no_style_no_handler() -> None:
    shown = html(item(), item(id="b"))
    assert not re.search(r"<script|<style|style=|\son\w+=", shown)


def test_a_promoted_item_is_marked() -> None:
    assert "Promoted" in html(item(sponsored=True))
    assert "Promoted" not in html(item())


def test_nothing_to_show_is_a_hidden_section() -> None:
    shown = html()
    assert " hidden>" in shown
    assert "<h2" not in shown
