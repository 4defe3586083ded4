"""Google Merchant product feeds (TSV) to a catalogue.

A row is an offer: one size in one market and language. Rows of one `item_group_id` and `color` are
a product. Besides Google's attributes the reader knows a few optional columns (docs/importing.md)
for what a feed cannot say: shares, dates of certificates, stock, the 30-day price.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from origin.importing.assembly import Draft
from origin.importing.categories import OTHER, find_category
from origin.importing.certification import CertificationColumn
from origin.importing.composition import parse_composition
from origin.importing.dates import parse_interval
from origin.importing.declared import read_declared
from origin.importing.offers import ONE_SIZE, SIZE_SYSTEMS, normalise_size
from origin.importing.report import RowRejectedError
from origin.importing.schemes import Subject
from origin.importing.stated import read_stated
from origin.importing.table import Table
from origin.importing.values import (
    MOST_PERCENT,
    read_color,
    read_country,
    read_date,
    read_gender,
    read_gtin,
    read_link,
    read_number,
    read_price,
    read_seasons,
    read_stock,
    reduce,
)
from origin.importing.vocabulary import fold
from selvedge.catalogue.model import Market, Offer

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from origin.importing.assembly import Assembly
    from origin.importing.report import Log, Row
    from origin.importing.shop import Shop
    from origin.importing.table import Progress
    from origin.importing.values import Price
    from selvedge.catalogue.model import Component

_COMPOSITIONS = ("composition", "material")
NEEDED = ("id", "title", "link", "price", "availability")
_OFFER_COLUMNS = frozenset(
    {
        "id", "size", "size_system", "gtin", "availability", "stock", "price", "sale_price",
        "sale_price_effective_date", "lowest_price_30_days",
    }
)  # fmt: skip
_AVAILABLE = {"in stock": True, "out of stock": False, "preorder": False, "backorder": False}
_AVAILABILITIES = f"expected {', '.join(name.replace(' ', '_') for name in _AVAILABLE)}"


class FeedReader:
    """Reads a shop's feeds one after the other into one assembly.

    Feeds of several markets and languages meet by `id`: colours are named differently in each.
    """

    def __init__(self, shop: Shop, assembly: Assembly, log: Log, taken: datetime) -> None:
        self._shop = shop
        self._assembly = assembly
        self._log = log
        self._taken = taken
        self._product_of_id: dict[str, str] = {}

    def read(self, path: Path, market: str, locale: str, progress: Progress | None = None) -> None:
        """Read one feed. Raises SourceError where the file as a whole cannot be read."""
        self._shop.check_locale(market, locale)
        table = Table(path, self._log, needs=NEEDED, delimiter="\t", quoted=False)
        feed = _Feed(self._shop, self._shop.market(market), locale, self._taken, table.columns)
        products: dict[tuple[str, str], str] = {}
        for row in table.rows(progress):
            try:
                product = self._identify(row, products)
                self._assembly.add(feed.draft(row, product), row)
                self._log.accepted += 1
            except RowRejectedError as error:
                self._log.add(error)

    def _identify(self, row: Row, products: dict[tuple[str, str], str]) -> str:
        """Return the product's id: stated, known from another feed by `id`, or style and colour."""
        number = row.need("id")
        group = row.get("item_group_id") or number
        key = (group, fold(row.get("color")))
        product = row.get("product_id") or self._product_of_id.get(number) or products.get(key)
        if product is None:
            product = f"{group}-{key[1].replace(' ', '-')}" if key[1] else group
        products.setdefault(key, product)
        return self._product_of_id.setdefault(number, product)


class _Feed:
    """One feed's market, language and date: turns its rows into drafts."""

    def __init__(self, shop: Shop, market: Market, locale: str, taken: datetime, columns: list[str]) -> None:
        self._shop = shop
        self._market = market
        self._locale = locale
        self._taken = taken
        self._certification = CertificationColumn(columns)
        self._last: tuple[tuple[str, ...], Draft] | None = None

    def draft(self, row: Row, product: str) -> Draft:
        """Parse a row; raises RowRejectedError.

        Neighbouring rows mostly differ in their offer alone: the rest is parsed once, unless there
        was something to report, which is reported for every row.
        """
        offer = self._offer(row)
        part = (product, *row.part(_OFFER_COLUMNS))
        if self._last is None or self._last[0] != part:
            draft = self._parse(row, product, offer)
            self._last = (part, draft) if row.clean else None
            return draft
        name = _style_name(row.need("title"), row.get("color"), row.get("size"))
        return msgspec.structs.replace(self._last[1], name=name, offer=offer)

    def _parse(self, row: Row, product: str, offer: Offer) -> Draft:
        row.need("link")
        color_name = row.get("color")
        brand = row.get("brand") or self._shop.brand or self._shop.name
        published = read_date(row, "published") or read_date(row, "availability_date")
        subject = Subject(product, brand)
        return Draft(
            group=row.get("item_group_id") or row.need("id"),
            product=product,
            locale=self._locale,
            name=_style_name(row.need("title"), color_name, row.get("size")),
            description=row.get("description"),
            brand=brand,
            category=self._category(row),
            color=read_color(row, "color", color_name, self._locale),
            color_name=color_name,
            link=read_link(row, "link", self._shop.link_base) or f"/products/{product}",
            image=read_link(row, "image_link", self._shop.image_base) or None,
            published=published,
            components=self._components(row),
            recycled=_recycled(row),
            country=read_country(row, "country_of_origin", self._locale),
            evidence=self._certification.read(row, subject),
            passport=read_link(row, "digital_product_passport", "") or None,
            stated=read_stated(row, ("product_highlight",), _COMPOSITIONS),
            offer=offer,
            declared=read_declared(row) if self._shop.official_scores else None,
            gender=read_gender(row, "gender"),
            seasons=read_seasons(row, "season"),
        )

    def _offer(self, row: Row) -> Offer:
        price, regular, lowest = self._prices(row)
        size, system = normalise_size(row.get("size") or ONE_SIZE)
        stated = row.get("size_system").upper()
        if stated and stated not in SIZE_SYSTEMS:
            row.repair("size_system", stated, "unknown-size-system", "left out")
            stated = ""
        return Offer(
            market=self._market.code,
            size=size,
            price=price,
            stock=self._stock(row),
            size_system=stated or system,
            gtin=read_gtin(row, "gtin"),
            regular_price=regular,
            lowest_price_30_days=lowest,
        )

    def _prices(self, row: Row) -> Price:
        """Return the price and, within the sale's dates, the reduction."""
        regular = self._price(row, "price")
        if not row.get("sale_price"):
            return regular, None, None
        sale = self._price(row, "sale_price")
        if not self._is_on_sale(row):
            return regular, None, None
        if sale >= regular:
            row.repair("sale_price", row.get("sale_price"), "sale-price-not-lower", "left out")
            return regular, None, None
        stated = row.get("lowest_price_30_days")
        lowest = self._price(row, "lowest_price_30_days") if stated else None
        return reduce(row, "sale_price", sale, regular, lowest)

    def _price(self, row: Row, column: str) -> int:
        return read_price(row, column, self._market.currency)

    def _is_on_sale(self, row: Row) -> bool:
        text = row.get("sale_price_effective_date")
        if not text:
            return True
        interval = parse_interval(text)
        if interval is None:
            row.repair("sale_price_effective_date", text, "not-an-interval", "taken as on sale")
            return True
        return interval[0] <= self._taken < interval[1]

    def _stock(self, row: Row) -> int:
        text = row.need("availability")
        available = _AVAILABLE.get(fold(text))
        if available is None:
            row.reject("availability", text, "unknown-availability", _AVAILABILITIES)
        if not available:
            return 0
        return read_stock(row, "stock", self._shop.assumed_stock)

    def _category(self, row: Row) -> str:
        product_type = row.get("product_type")
        google = row.get("google_product_category")
        code = find_category(product_type, google, self._locale)
        if code is None and (product_type or google):
            row.note("product_type", product_type or google, "unknown-category")
        return code or OTHER

    def _components(self, row: Row) -> tuple[Component, ...]:
        for column in _COMPOSITIONS:
            text = row.get(column)
            if text:
                return parse_composition(text, self._locale, row, column)
        return ()


def _style_name(title: str, color_name: str, size: str) -> str:
    """Take colour and size off a title's end: Google asks for them there, a style has neither."""
    name = title
    for word in (size, color_name):
        if word:
            name = re.sub(rf"\s*(?:[-,|/]|\(|\s)\s*{re.escape(word)}\)?$", "", name, flags=re.IGNORECASE)
    return name or title


def _recycled(row: Row) -> float | None:
    share = read_number(row, "recycled_content_percentage")
    if share is not None and share > MOST_PERCENT:
        row.repair("recycled_content_percentage", f"{share:g}", "share-out-of-range", "left out")
        return None
    return share
