"""Purposes as bits of a row: what an event may be used for is decided when it is kept, and only shrinks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from selvedge.shopper.policy import Purpose

BITS: dict[Purpose, int] = {"profile": 1, "training": 2, "measurement": 4}
"""`session` is the cookie's affair: it allows nothing here."""

AFFECTED_BY_OBJECTION: frozenset[Purpose] = frozenset({"profile", "training"})
"""What an objection to being ordered for ends; counting goes on, it is about nobody."""


def bits_of(purposes: Iterable[Purpose]) -> int:
    """Return the bits of `purposes`; 0 where none of them allows keeping an event."""
    return sum(BITS.get(purpose, 0) for purpose in set(purposes))


def named(bits: int) -> tuple[Purpose, ...]:
    """Return the purposes of `bits`."""
    return tuple(purpose for purpose, bit in BITS.items() if bits & bit)
