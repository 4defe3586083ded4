"""Cards and details by ordinal, cut into pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from origin.building.facts import as_shown
from selvedge.snapshot.cards import Card, Detail, encode_page, encode_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from selvedge.catalogue.model import Market, Product, ProductGroup


def card_blob(product: Product, group: ProductGroup, locale: str) -> bytes:
    """Return the card of `product` in `locale`."""
    return encode_record(
        Card(
            id=product.id,
            group=product.group,
            name=_text(group.name, locale),
            brand=group.brand,
            category=group.category,
            color=product.color,
            color_name=product.color_name,
            link=product.link,
            image=product.image,
            fibres=product.components[0].fibres if product.components else (),
            recycled_content_percentage=product.recycled_content_percentage,
            country_of_origin=product.country_of_origin,
        )
    )


def detail_blob(product: Product, group: ProductGroup, market: Market) -> bytes:
    """Return the detail of `product` in `market`; its offers are those in stock and those sold out."""
    return encode_record(
        Detail(
            description={
                locale: _text(group.description, locale) for locale in market.locales if group.description
            },
            components=product.components,
            offers=tuple(as_shown(offer) for offer in product.offers if offer.market == market.code),
            declared_score=product.declared_score,
            passport=product.passport,
        )
    )


def pages(blobs: Mapping[int, bytes], ordinals: int, size: int) -> list[bytes]:
    """Cut `blobs`, by ordinal below `ordinals`, into pages of `size` ordinals each."""
    return [
        encode_page([blobs.get(ordinal, b"") for ordinal in range(start, start + size)])
        for start in range(0, ordinals, size)
    ]


def _text(by_locale: Mapping[str, str], locale: str) -> str:
    """Return the text in `locale`, or else in English, or else in the first locale there is."""
    texts: Sequence[str] = [by_locale[one] for one in (locale, "en") if one in by_locale]
    return texts[0] if texts else next(iter(by_locale.values()), "")
