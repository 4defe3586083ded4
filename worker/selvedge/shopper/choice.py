"""The choice cookie: what a person chose on our own page. Strictly necessary, so it needs no consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.shopper.policy import PURPOSES, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

CHOICE_COOKIE = "__Host-selvedge-choice"
CHOICE_SECONDS = 180 * 86_400
"""After half a year the browser forgets the choice and the person is asked anew (as CNIL recommends)."""

_FORMAT = "2"
_FIELDS = 4
_MAX_DIGITS = 12


class Choice(msgspec.Struct, frozen=True):
    """The purposes that a person allows, all others being refused.

    `version` is that of the texts that the choice was made on, `time` is in epoch seconds.
    """

    purposes: frozenset[Purpose]
    version: int = 1
    time: int = 0


def parse_choice(text: str) -> Choice | None:
    """Return the choice in a cookie; None for what is not understood, which is as if there were none."""
    fields = text.split(".")
    if len(fields) != _FIELDS or fields[0] != _FORMAT:
        return None
    _, version, time, listed = fields
    if not (_is_number(version) and _is_number(time)):
        return None
    wanted = set(listed.split("+"))
    return Choice(frozenset(purpose for purpose in PURPOSES if purpose in wanted), int(version), int(time))


def format_choice(purposes: Iterable[Purpose], version: int = 1, time: int = 0) -> str:
    """Return the choice cookie's value."""
    return f"{_FORMAT}.{version}.{time}.{'+'.join(sorted(purposes))}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS
