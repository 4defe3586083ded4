"""The choice cookie: what a person chose on our own page. Strictly necessary, so it needs no consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.shopper.context import MAX_AHEAD_SECONDS
from selvedge.shopper.policy import PURPOSES, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

CHOICE_COOKIE = "__Host-selvedge-choice"
CHOICE_SECONDS = 180 * 86_400
"""After half a year the browser forgets the choice and the person is asked anew (as CNIL recommends)."""

_FORMAT = "2"
_FIELDS = (4, 5)
_MAX_DIGITS = 12


class Choice(msgspec.Struct, frozen=True):
    """The purposes that a person allows, all others being refused.

    `version` is that of the texts that the choice was made on, 0 where none was made: then it refuses
    nothing. `time` is that of the choice. `since` is when all that this browser had been remembered by was
    last given up: no context from before counts. Both are in epoch seconds, 0 where there is none.
    """

    purposes: frozenset[Purpose]
    version: int = 1
    time: int = 0
    since: int = 0

    @property
    def made(self) -> bool:
        """Whether anything was chosen."""
        return self.version > 0


NO_CHOICE = Choice(frozenset(), version=0)


def parse_choice(text: str) -> Choice | None:
    """Return the choice in a cookie; None for what is not understood, which is as if there were none."""
    fields = text.split(".")
    if len(fields) not in _FIELDS or fields[0] != _FORMAT:
        return None
    _, version, time, listed, *more = fields
    since = more[0] if more else "0"
    if not all(map(_is_number, (version, time, since))):
        return None
    wanted = set(listed.split("+"))
    purposes = frozenset(purpose for purpose in PURPOSES if purpose in wanted)
    return Choice(purposes, int(version), int(time), int(since))


def format_choice(purposes: Iterable[Purpose], version: int = 1, time: int = 0, since: int = 0) -> str:
    """Return the choice cookie's value."""
    choice = f"{_FORMAT}.{version}.{time}.{'+'.join(sorted(purposes))}"
    return f"{choice}.{since}" if since else choice


def later_since(before: int, now: int) -> int:
    """Return a `since` that no context has been sealed under, also within one second of the last."""
    return max(now, before + 1) if before <= now + MAX_AHEAD_SECONDS else now


def remaining_seconds(choice: Choice, now: int) -> int:
    """Return how long the cookie still lives: saying something else in it must not prolong the choice."""
    if not choice.time:
        return CHOICE_SECONDS
    return max(1, min(choice.time + CHOICE_SECONDS - now, CHOICE_SECONDS))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS
