"""Prices and stock of the demo shop: price points shops use, reductions, sold-out sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from origin.importing.offers import check_digit
from selvedge.catalogue.model import Market, Offer

if TYPE_CHECKING:
    from origin.demo.chance import Chance

_EUROS = (4, 5, 7, 9, 12, 15, 17, 19, 22, 24, 29, 34, 39, 44, 49, 59, 69, 79, 89, 99)
_LARGE_EUROS = (119, 129, 149, 169, 199, 229, 249, 299)
EURO_POINTS = tuple(euro * 100 + 99 for euro in (*_EUROS, *_LARGE_EUROS))
_KRONOR_PER_10_EURO, _ZLOTY_PER_10_EURO = 110, 43
_SYSTEMS = {"numbers": "EU", "shoes": "EU", "bras": "EU"}


class Price(msgspec.Struct, frozen=True):
    """A price in minor units, and what a reduction needs to be shown as one."""

    pay: int
    regular: int | None = None
    lowest: int | None = None


def points_between(low: int, high: int) -> tuple[int, ...]:
    """Return the euro price points within a range, in cents."""
    return tuple(point for point in EURO_POINTS if low <= point <= high)


def convert(cents: int, currency: str) -> int:
    """Turn a euro price point into one of a currency: 339 kr and 129.99 zł for 29.99 euro."""
    if currency == "EUR":
        return cents
    euros = cents // 100 + 1
    if currency == "SEK":
        return (euros * _KRONOR_PER_10_EURO // 100 * 10 + 9) * 100
    return (euros * _ZLOTY_PER_10_EURO // 100 * 10 + 9) * 100 + 99


def draw_price(cents: int, chance: Chance) -> tuple[int, int, int] | None:
    """Draw a reduction in euro cents as (pay, regular, lowest of 30 days), or None."""
    if not chance.one_in(13):
        return None
    wanted = cents * chance.pick((50, 60, 70, 80)) // 100
    pay = max((point for point in EURO_POINTS if point <= wanted), default=0)
    between = [point for point in EURO_POINTS if pay < point < cents]
    if not pay:
        return None
    return pay, cents, between[-1] if between and chance.one_in(25) else cents


def price_in(market: Market, cents: int, reduction: tuple[int, int, int] | None) -> Price:
    """Return a product's price in a market."""
    if reduction is None:
        return Price(convert(cents, market.currency))
    pay, regular, lowest = (convert(part, market.currency) for part in reduction)
    return Price(pay, regular, lowest) if pay < lowest <= regular else Price(regular)


def choose_sizes(sizes: tuple[str, ...], chance: Chance) -> tuple[int, int]:
    """Choose a run of four to six neighbouring sizes; all where there are few."""
    count = min(len(sizes), chance.between(4, 6))
    start = chance.below(len(sizes) - count + 1)
    return start, start + count


def draw_stock(count: int, chance: Chance) -> list[int]:
    """Draw the stock of each size: some are sold out, now and then all."""
    if chance.one_in(4):
        return [0] * count
    unit = chance.unit
    draws = (unit() for _ in range(count))
    return [0 if draw < 0.14 else 1 + int(draw * draw * draw * 60) for draw in draws]  # noqa: PLR2004


def gtin(product: int, size: int) -> str:
    """Return a GTIN-13 with GS1's prefix 2, kept for use inside a company: no real article's."""
    digits = f"2{product * 16 + size:011d}"
    return f"{digits}{check_digit(digits)}"


def size_system(kind: str) -> str | None:
    """Return the size system of a kind of sizes; letters need none."""
    return _SYSTEMS.get(kind)


def make_offer(market: str, size: tuple[str, str | None, str], price: Price, stock: int) -> Offer:
    """Put an offer together; `size` is size, system and GTIN."""
    return Offer(market, size[0], price.pay, stock, size[1], size[2], price.regular, price.lowest)
