"""Amounts and percentages as a locale writes them: a small table, for wasm has no locale data.

The forms are those of Unicode CLDR 48 for the languages that have words for fragments. Elsewhere the ISO 4217
code stands before a plain number, which is understood everywhere and wrong nowhere.
"""

from __future__ import annotations

import msgspec

_NBSP = "\u00a0"
_EXPONENTS = {"BHD": 3, "CLP": 0, "ISK": 0, "JPY": 0, "KRW": 0, "KWD": 3, "TND": 3}
"""Currencies whose minor unit is not a hundredth (ISO 4217)."""

_GROUP = 3


class Form(msgspec.Struct, frozen=True):
    """How a language writes numbers.

    `symbols` are its own signs; another currency is written as its code. `amount` and `percentage` are
    patterns. Groups are set apart from `least_grouped` integer digits on.
    """

    decimal: str = "."
    group: str = ""
    least_grouped: int = 4
    symbols: dict[str, str] = {}
    amount: str = f"{{symbol}}{_NBSP}{{number}}"
    percentage: str = "{number}%"


_LAST = f"{{number}}{_NBSP}{{symbol}}"
_SPACED = f"{{number}}{_NBSP}%"
_FORMS = {
    "en": Form(group=",", symbols={"EUR": "€", "GBP": "£", "USD": "$"}),
    "es": Form(",", ".", 5, {"EUR": "€"}, _LAST, _SPACED),
    "nl": Form(",", ".", 4, {"EUR": "€"}),
    "pl": Form(",", _NBSP, 5, {"EUR": "€", "PLN": "zł"}, _LAST),
    "sv": Form(",", _NBSP, 4, {"EUR": "€", "SEK": "kr"}, _LAST, _SPACED),
}
_PLAIN = Form()


def format_amount(minor: int, currency: str, locale: str) -> str:
    """Return an amount, given in minor units of `currency`, as `locale` (BCP 47) writes it."""
    form = _form(locale)
    exponent = _EXPONENTS.get(currency, 2)
    whole, part = divmod(minor, 10**exponent)
    number = _grouped(str(whole), form)
    if exponent:
        number += f"{form.decimal}{part:0{exponent}}"
    symbol = form.symbols.get(currency, currency)
    # English sets a sign right before the number, a code apart from it.
    if locale.startswith("en") and symbol != currency:
        return symbol + number
    return form.amount.format(symbol=symbol, number=number)


def plain_amount(minor: int, currency: str) -> str:
    """Return an amount as data has it: digits and a point."""
    exponent = _EXPONENTS.get(currency, 2)
    whole, part = divmod(minor, 10**exponent)
    return f"{whole}.{part:0{exponent}}" if exponent else str(whole)


def format_percentage(value: float, locale: str) -> str:
    """Return a percentage as `locale` writes it, with at most one decimal."""
    form = _form(locale)
    text = f"{value:.1f}".removesuffix(".0").replace(".", form.decimal)
    return form.percentage.format(number=text)


def _form(locale: str) -> Form:
    return _FORMS.get(locale.partition("-")[0].lower(), _PLAIN)


def _grouped(digits: str, form: Form) -> str:
    if len(digits) < form.least_grouped:
        return digits
    head = len(digits) % _GROUP or _GROUP
    groups = [digits[:head], *(digits[at : at + _GROUP] for at in range(head, len(digits), _GROUP))]
    return form.group.join(groups)
