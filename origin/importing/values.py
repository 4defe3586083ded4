"""Values that feeds and spreadsheets share: parsed, and reported where they are no good."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from origin.importing.colours import UNKNOWN, find_colour
from origin.importing.currencies import decimals
from origin.importing.dates import parse_end, parse_moment
from origin.importing.offers import PriceError, is_gtin, parse_price
from origin.importing.vocabulary import fold, vocabulary
from selvedge.catalogue.model import Gender, Season

if TYPE_CHECKING:
    from datetime import datetime

    from origin.importing.report import Row

MOST_PERCENT = 100
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.ASCII | re.IGNORECASE)
_LINK = re.compile(r"https?://|/(?![/\\])", re.IGNORECASE)
_ALL_YEAR = "all year"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?", re.ASCII)

Price = tuple[int, int | None, int | None]
"""What the shopper pays, and where it may be shown as a reduction the regular and 30-day price."""


def read_color(row: Row, column: str, name: str, locale: str) -> str:
    """Return a colour's code; a name without a colour in it is kept and reported."""
    code = find_colour(name, locale) if name else UNKNOWN
    if name and code == UNKNOWN:
        row.note(column, name, "unknown-colour")
    return code


def read_country(row: Row, column: str | None, locale: str) -> str | None:
    """Return an ISO 3166-1 code for a code or a name."""
    text = row.get(column)
    code = vocabulary("countries").find(text, locale) if text else None
    if text and code is None:
        row.repair(str(column), text, "unknown-country", "left out")
    return code


def read_date(row: Row, column: str | None, *, end: bool = False) -> datetime | None:
    """Return a moment, or with `end` the end of a bare date's day."""
    text = row.get(column)
    if not text:
        return None
    moment = parse_end(text) if end else parse_moment(text)
    if moment is None:
        row.repair(str(column), text, "not-a-date", "left out")
    return moment


def read_gtin(row: Row, column: str | None) -> str | None:
    """Return a GTIN whose check digit is right."""
    text = row.get(column)
    if text and not is_gtin(text):
        row.repair(str(column), text, "wrong-gtin", "length or check digit; left out")
        return None
    return text or None


def read_gender(row: Row, column: str) -> Gender | None:
    """Return whom the goods are made for."""
    text = fold(row.get(column))
    found = next((one for one in get_args(Gender) if one == text), None)
    if text and found is None:
        row.repair(column, row.get(column), "unknown-gender", "left out")
    return found


def read_seasons(row: Row, column: str) -> tuple[Season, ...]:
    """Return the seasons named, in the order of the year; GS1's `ALL_YEAR` and `all year` are all four."""
    named = {fold(one).replace("_", " ") for one in row.get(column).split(",")} - {""}
    seasons: tuple[Season, ...] = get_args(Season)
    if named - {*seasons, _ALL_YEAR}:
        row.repair(column, row.get(column), "unknown-season", "left out")
    return tuple(one for one in seasons if {one, _ALL_YEAR} & named)


def read_number(row: Row, column: str) -> float | None:
    """Return a number that may carry a percent sign and a decimal comma."""
    text = row.get(column).removesuffix("%").strip()
    if text and not _NUMBER.fullmatch(text):
        row.repair(column, text, "not-a-number", "left out")
        return None
    return float(text.replace(",", ".")) if text else None


def read_stock(row: Row, column: str | None, default: int) -> int:
    """Return a stock; `default` where the column says nothing or no number."""
    text = row.get(column)
    if text.isascii() and text.isdecimal():
        return min(int(text), 2**31 - 1)
    if text:
        row.repair(str(column), text, "not-a-number", f"taken as {default}")
    return default


def read_price(row: Row, column: str, currency: str, decimal: str = ".") -> int:
    """Return a price in minor units; a row without one is rejected."""
    text = row.need(column)
    try:
        return parse_price(text, currency, decimal)
    except PriceError as error:
        other = "," if decimal == "." else "."
        example = f"{decimal}{'99999'[: decimals(currency)]}".rstrip(decimal)
        expected = f"expected {currency} like 1299{example}; {other!r} only groups thousands"
        row.reject(column, text, str(error), expected)


def reduce(row: Row, column: str, pay: int, regular: int, lowest: int | None) -> Price:
    """Return a price as a reduction where it may be shown as one, else as a plain price.

    Directive 98/6/EC, article 6a: a reduction names the lowest price of the last 30 days. Without
    that price, or when it is no higher than what is paid, nothing was reduced that can be shown.
    """
    if lowest is None:
        row.repair(column, row.get(column), "reduction-without-30-day-price")
        return pay, None, None
    if not pay < lowest <= regular:
        row.repair(column, row.get(column), "reduction-not-below-30-day-price")
        return pay, None, None
    return pay, regular, lowest


def read_link(row: Row, column: str, base: str) -> str:
    """Return a link or image, with `base` before a path that is not rooted; empty without a value.

    Links end up in `href` and `src`: any scheme but http and https is reported and left out, and so is what
    begins with two slashes, which looks like a path and names another host.
    """
    path = row.get(column)
    if not path:
        return ""
    link = path if _SCHEME.match(path) or path.startswith("/") else base + path
    if _LINK.match(link):
        return link
    row.repair(column, path, "not-a-link", "left out")
    return ""
