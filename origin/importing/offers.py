"""Prices, sizes and GTINs as shops write them."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from origin.importing.currencies import decimals
from origin.importing.vocabulary import fold

ONE_SIZE = "ONE SIZE"
SIZE_SYSTEMS = frozenset({"AU", "BR", "CN", "DE", "EU", "FR", "IT", "JP", "MEX", "UK", "US"})
"""Values of Google's `size_system`."""

_SYMBOLS = {"EUR": ("€",), "SEK": ("kr", ":-"), "PLN": ("zł",), "GBP": ("£",), "USD": ("$",)}
_AMOUNTS = {
    decimal: re.compile(
        rf"(?P<whole>[0-9]{{1,3}}(?P<group>[\s{group}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*|[0-9]+)"
        rf"(?:[{decimal}](?P<part>[0-9]+))?"
    )
    for decimal, group in ((".", ","), (",", "."))
}
_ONE_SIZE_NAMES = frozenset({"one size", "os", "onesize", "u", "tu", "unica", "talla unica"})
_LETTERS = {
    "extra small": "XS", "x small": "XS", "small": "S", "medium": "M", "large": "L",
    "x large": "XL", "extra large": "XL", "xx large": "XXL", "2xl": "XXL", "3xl": "XXXL",
    "xxx large": "XXXL", "2xs": "XXS", "xx small": "XXS",
}  # fmt: skip
_GTIN_LENGTHS = frozenset({8, 12, 13, 14})


class PriceError(ValueError):
    """A text is not a price in the expected currency; the message is the reason's code."""


@lru_cache(maxsize=16384)
def parse_price(text: str, currency: str, decimal: str = ".") -> int:
    """Parse `29.99 EUR`, `€ 79,99` or `1 299 kr` to minor units of `currency`.

    `decimal` is the decimal mark. The other mark or a blank groups thousands, and then three digits
    follow: `9,99` is no price where the decimal mark is a point. Raises PriceError.
    """
    stated = re.search(r"\b[A-Z]{3}\b", text)
    if stated and stated.group() != currency:
        raise PriceError("wrong-currency")
    bare = text.replace(currency, "")
    for symbol in _SYMBOLS.get(currency, ()):
        bare = bare.replace(symbol, "")
    found = _AMOUNTS[decimal].fullmatch(bare.strip())
    if found is None:
        raise PriceError("not-a-price")
    amount = Decimal(f"{re.sub(r'[^0-9]', '', found['whole'])}.{found['part'] or 0}")
    minor = amount * 10 ** decimals(currency)
    if minor != minor.to_integral_value():
        raise PriceError("price-too-precise")
    if not 0 < minor < 2**31:
        raise PriceError("price-out-of-range")
    return int(minor)


def format_price(minor: int, currency: str) -> str:
    """Write minor units the way Google's feed does: `29.99 EUR`."""
    return f"{Decimal(minor).scaleb(-decimals(currency))} {currency}"


@lru_cache(maxsize=16384)
def normalise_size(text: str) -> tuple[str, str | None]:
    """Return a size and the size system that its text names: `EU 38` -> (`38`, `EU`).

    A size holds no comma, which parts values in a query: `38,5` is `38.5`.
    """
    if fold(text) in _ONE_SIZE_NAMES:
        return ONE_SIZE, None
    words = re.sub(r"(?<=\d),(?=\d)", ".", text.upper()).replace(",", "/").split()
    system = next((word for word in words if word in SIZE_SYSTEMS), None)
    rest = " ".join(word for word in words if word != system)
    if not rest:  # the text is nothing but a system's name
        return " ".join(words) or ONE_SIZE, None
    return _LETTERS.get(fold(rest), rest), system


def is_gtin(text: str) -> bool:
    """Check length and check digit (GS1 General Specifications, 7.9)."""
    if len(text) not in _GTIN_LENGTHS or not (text.isascii() and text.isdigit()):
        return False
    return check_digit(text[:-1]) == int(text[-1])


def check_digit(digits: str) -> int:
    """Return the GS1 check digit that belongs behind `digits`."""
    weighted = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return -weighted % 10
