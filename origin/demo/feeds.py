"""The demo catalogue as Google Merchant feeds, so that the demo goes through the real importer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from origin.importing.offers import format_price
from origin.importing.schemes import registry
from origin.importing.shop import FeedFile
from origin.importing.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selvedge.catalogue.model import (
        Catalogue,
        Component,
        Evidence,
        Market,
        Offer,
        Product,
        ProductGroup,
    )

CERTIFICATION = "certification(certification_authority:certification_name:certification_code)"
COLUMNS = (
    "id", "item_group_id", "product_id", "title", "description", "link", "image_link", "brand",
    "product_type", "condition", "age_group", "gender", "color", "size", "size_system", "gtin",
    "availability", "stock", "price", "sale_price", "lowest_price_30_days", "published", "material",
    "composition", "recycled_content_percentage", "country_of_origin", CERTIFICATION,
    "certificate_level", "certificate_share", "certificate_valid_from", "certificate_valid_to",
)  # fmt: skip


def write_feeds(catalogue: Catalogue, folder: Path) -> tuple[FeedFile, ...]:
    """Write a feed per market and locale into a folder; return them for `read_feeds`."""
    folder.mkdir(parents=True, exist_ok=True)
    groups = {group.id: group for group in catalogue.groups}
    feeds = []
    for market in catalogue.markets:
        for locale in market.locales:
            feed = FeedFile(f"{market.code}-{locale}.tsv", market.code, locale)
            lines = ("\t".join(line) for line in _lines(catalogue, groups, market, locale))
            text = "\n".join(("\t".join(COLUMNS), *lines, ""))
            (folder / feed.path).write_text(text, encoding="utf-8", newline="\n")
            feeds.append(feed)
    return tuple(feeds)


def _lines(
    catalogue: Catalogue, groups: dict[str, ProductGroup], market: Market, locale: str
) -> Iterator[list[str]]:
    for product in catalogue.products:
        about = _about(product, groups[product.group], locale)
        for offer in product.offers:
            if offer.market == market.code:
                values = about | _offer(product, offer, market.currency)
                yield [values.get(column, "") for column in COLUMNS]


def _about(product: Product, group: ProductGroup, locale: str) -> dict[str, str]:
    """Return the columns that all sizes of a product share."""
    country = product.country_of_origin
    recycled = product.recycled_content_percentage
    return {
        "item_group_id": group.id,
        "product_id": product.id,
        "title": group.name[locale],
        "description": group.description.get(locale, ""),
        "link": product.link,
        "image_link": product.image or "",
        "brand": group.brand,
        "product_type": vocabulary("categories").terms[group.category].label(locale),
        "condition": "new",
        "age_group": "adult",
        "gender": group.gender or "",
        "color": product.color_name,
        "published": product.published.isoformat(),
        "material": _material(product.components, locale),
        "composition": " / ".join(_composition(part, locale) for part in product.components),
        "recycled_content_percentage": "" if recycled is None else f"{recycled:g}",
        "country_of_origin": country or "",
        **_certificates(product.evidence),
    }


def _offer(product: Product, offer: Offer, currency: str) -> dict[str, str]:
    reduced = offer.regular_price is not None
    regular = offer.regular_price if offer.regular_price is not None else offer.price
    lowest = offer.lowest_price_30_days
    return {
        "id": f"{product.id}-{offer.size.replace(' ', '').replace('/', '-')}",
        "size": offer.size,
        "size_system": offer.size_system or "",
        "gtin": offer.gtin or "",
        "availability": "in_stock" if offer.stock else "out_of_stock",
        "stock": str(offer.stock),
        "price": format_price(regular, currency),
        "sale_price": format_price(offer.price, currency) if reduced else "",
        "lowest_price_30_days": "" if lowest is None else format_price(lowest, currency),
    }


def _material(components: tuple[Component, ...], locale: str) -> str:
    """Name the main component's fibres the way Google asks: `cotton/elastane`, at most three."""
    main = components[0].fibres[:3] if components else ()
    return "/".join(vocabulary("fibres").terms[fibre.fibre].label(locale) for fibre in main)


def _composition(component: Component, locale: str) -> str:
    part = vocabulary("components").terms[component.name].label(locale)
    terms = vocabulary("fibres").terms
    shares = (f"{terms[f.fibre].label(locale)} {f.percentage:g}%" for f in component.fibres)
    return f"{part}: {', '.join(shares)}"


def _certificates(evidence: tuple[Evidence, ...]) -> dict[str, str]:
    """Write certificates as repeated values, what Google has no place for in columns beside."""
    code = (f"{e.issuer or ''}:{registry()[e.scheme].names[0]}:{e.identification}" for e in evidence)
    starts = (e.valid_from.isoformat() if e.valid_from else "" for e in evidence)
    ends = (e.valid_to.isoformat() if e.valid_to else "" for e in evidence)
    return {
        CERTIFICATION: ",".join(code),
        "certificate_level": ",".join(e.level for e in evidence),
        "certificate_share": ",".join("" if e.share is None else f"{e.share:g}" for e in evidence),
        "certificate_valid_from": ",".join(starts),
        "certificate_valid_to": ",".join(ends),
    }
