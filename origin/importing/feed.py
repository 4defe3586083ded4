"""Google Merchant product feeds (TSV) to a catalogue.

A row is an offer: one size in one market and language. Rows of one `item_group_id` and `color` are
a product. Besides Google's attributes the reader knows a few optional columns (docs/importing.md)
for what a feed cannot say: shares, dates of certificates, stock, the 30-day price.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from origin.importing.assembly import Draft
from origin.importing.categories import OTHER, find_category
from origin.importing.colours import UNKNOWN, find_colour
from origin.importing.composition import parse_composition
from origin.importing.dates import parse_end, parse_interval, parse_moment
from origin.importing.offers import (
    ONE_SIZE,
    SIZE_SYSTEMS,
    PriceError,
    is_gtin,
    normalise_size,
    parse_price,
)
from origin.importing.report import RowRejectedError
from origin.importing.schemes import Certificate, Subject, prove
from origin.importing.table import Table
from origin.importing.vocabulary import fold, vocabulary
from selvedge.catalogue.model import Evidence, Market, Offer

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from origin.importing.assembly import Assembly
    from origin.importing.report import Log, Row
    from origin.importing.shop import Shop
    from origin.importing.table import Progress
    from selvedge.catalogue.model import Component

NEEDED = ("id", "title", "link", "price", "availability")
_AVAILABLE = {"in stock": True, "out of stock": False, "preorder": False, "backorder": False}


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
        # Google writes `certification(certification_authority:certification_name:...)`
        certification = (name for name in columns if name.startswith("certification"))
        self._certification = next(certification, "certification")
        order = re.search(r"\((.*)\)", self._certification)
        self._parts = [
            part.strip().removeprefix("certification_")
            for part in (order.group(1) if order else "authority:name:code").split(":")
        ]

    def draft(self, row: Row, product: str) -> Draft:
        """Parse a row; raises RowRejectedError."""
        offer = self._offer(row)
        color, color_name = self._color(row)
        brand = row.get("brand") or self._shop.brand or self._shop.name
        published = self._published(row)
        subject = Subject(product, brand, published)
        return Draft(
            group=row.get("item_group_id") or row.need("id"),
            product=product,
            locale=self._locale,
            name=_style_name(row.need("title"), color_name, row.get("size")),
            description=row.get("description"),
            brand=brand,
            category=self._category(row),
            color=color,
            color_name=color_name,
            link=_absolute(row.need("link"), self._shop.link_base),
            image=_absolute(row.get("image_link"), self._shop.image_base) or None,
            published=published,
            components=self._components(row),
            recycled=_percentage(row, "recycled_content_percentage"),
            country=self._country(row),
            evidence=self._evidence(row, subject),
            offer=offer,
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
            gtin=_gtin(row),
            regular_price=regular,
            lowest_price_30_days=lowest,
        )

    def _prices(self, row: Row) -> tuple[int, int | None, int | None]:
        """Price to pay, and the regular and lowest prices where a reduction may be shown as one.

        Directive 98/6/EC, article 6a: a reduction names the lowest price of the last 30 days.
        Without that price, or above it, the shopper sees a plain price.
        """
        regular = self._price(row, "price")
        if not row.get("sale_price"):
            return regular, None, None
        sale = self._price(row, "sale_price")
        if not self._is_on_sale(row):
            return regular, None, None
        if sale >= regular:
            row.repair("sale_price", row.get("sale_price"), "sale-price-not-lower", "left out")
            return regular, None, None
        if not row.get("lowest_price_30_days"):
            row.repair("sale_price", row.get("sale_price"), "reduction-without-30-day-price")
            return sale, None, None
        lowest = self._price(row, "lowest_price_30_days")
        if lowest <= sale:
            row.repair("sale_price", row.get("sale_price"), "reduction-not-below-30-day-price")
            return sale, None, None
        return sale, regular, lowest

    def _price(self, row: Row, column: str) -> int:
        text = row.need(column)
        try:
            return parse_price(text, self._market.currency)
        except PriceError as error:
            row.reject(column, text, str(error), f"expected as in 29.99 {self._market.currency}")

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
            row.reject("availability", text, "unknown-availability")
        if not available:
            return 0
        count = row.get("stock")
        if count.isdecimal():
            return int(count)
        if count:
            row.repair("stock", count, "not-a-number", f"taken as {self._shop.assumed_stock}")
        return self._shop.assumed_stock

    def _color(self, row: Row) -> tuple[str, str]:
        name = row.get("color")
        code = find_colour(name, self._locale) if name else UNKNOWN
        if name and code == UNKNOWN:
            row.note("color", name, "unknown-colour")
        return code, name

    def _category(self, row: Row) -> str:
        product_type = row.get("product_type")
        google = row.get("google_product_category")
        code = find_category(product_type, google, self._locale)
        if code is None and (product_type or google):
            row.note("product_type", product_type or google, "unknown-category")
        return code or OTHER

    def _components(self, row: Row) -> tuple[Component, ...]:
        for column in ("composition", "material"):
            text = row.get(column)
            if text:
                return parse_composition(text, self._locale, row, column)
        return ()

    def _published(self, row: Row) -> datetime | None:
        for column in ("published", "availability_date"):
            text = row.get(column)
            moment = parse_moment(text) if text else None
            if text and moment is None:
                row.repair(column, text, "not-a-date", "left out")
            if moment:
                return moment
        return None

    def _country(self, row: Row) -> str | None:
        text = row.get("country_of_origin")
        if not text:
            return None
        code = vocabulary("countries").find(text, self._locale)
        if code is None:
            row.repair("country_of_origin", text, "unknown-country", "left out")
        return code

    def _evidence(self, row: Row, subject: Subject) -> tuple[Evidence, ...]:
        """Certificates are repeated values; the optional columns beside them go by position."""
        stated = _values(row, self._certification)
        beside = {name: _values(row, f"certificate_{name}") for name in _BESIDE}
        found = []
        for number, text in enumerate(stated):
            extra = {name: dict(enumerate(values)).get(number, "") for name, values in beside.items()}
            certificate = _certificate(text, self._parts, extra, row)
            evidence = prove(certificate, subject, row, "certification")
            if evidence:
                found.append(evidence)
        return tuple(found)


_BESIDE = ("share", "valid_from", "valid_to", "level")


def _certificate(text: str, parts: list[str], extra: dict[str, str], row: Row) -> Certificate:
    pieces = text.split(":", len(parts) - 1)
    values = dict(zip(parts, (piece.strip() for piece in pieces), strict=False))
    start, end = parse_moment(extra["valid_from"]), parse_end(extra["valid_to"])
    for name, moment in (("valid_from", start), ("valid_to", end)):
        if extra[name] and moment is None:
            row.repair(f"certificate_{name}", extra[name], "not-a-date", "left out")
    share = extra["share"].removesuffix("%").strip()
    return Certificate(
        name=values.get("name", ""),
        authority=values.get("authority") or None,
        identification=values.get("code") or None,
        share=float(share) if re.fullmatch(r"\d+(\.\d+)?", share) else None,
        valid_from=start,
        valid_to=end,
        level=extra["level"] or None,
    )


def _values(row: Row, column: str) -> list[str]:
    text = row.get(column)
    return [part.strip() for part in text.split(",")] if text else []


def _gtin(row: Row) -> str | None:
    text = row.get("gtin")
    if text and not is_gtin(text):
        row.repair("gtin", text, "wrong-gtin", "length or check digit; left out")
        return None
    return text or None


def _percentage(row: Row, column: str) -> float | None:
    text = row.get(column).removesuffix("%").strip()
    if not text:
        return None
    value = float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else -1
    if not 0 <= value <= 100:  # noqa: PLR2004 - percent
        row.repair(column, text, "not-a-percentage", "left out")
        return None
    return value


def _style_name(title: str, color_name: str, size: str) -> str:
    """Take colour and size off a title's end: Google asks for them there, a style has neither."""
    name = title
    for word in (size, color_name):
        if word:
            name = re.sub(rf"\s*(?:[-,|/]|\(|\s)\s*{re.escape(word)}\)?$", "", name, flags=re.IGNORECASE)
    return name or title


def _absolute(path: str, base: str) -> str:
    return path if not path or "://" in path or path.startswith("/") else base + path
