"""What a job's exit code says."""

from __future__ import annotations

from enum import IntEnum

from origin.footprint.errors import BadQuery
from origin.publishing.errors import GuardrailRefused, LeaseHeld, LeaseLost
from selvedge.catalogue.query import BadParameter
from selvedge.errors import SelvedgeError, StorageUnavailable
from selvedge.settings import BadSetting


class Exit(IntEnum):
    """Exit codes, stable: scripts rely on them."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    GUARDRAIL = 3
    LEASE = 4
    UNAVAILABLE = 5


MEANING = {
    Exit.DONE: "done (or there was nothing to do)",
    Exit.FAILED: "refused or failed; the message says why and nothing is half-done",
    Exit.USAGE: "wrong usage, or a setting is missing or makes no sense",
    Exit.GUARDRAIL: "a guardrail refused the snapshot",
    Exit.LEASE: "another publisher is at work on the same store, or took over; try again later",
    Exit.UNAVAILABLE: "the store cannot be reached; run the same command again and it goes on from there",
}

_CODES: tuple[tuple[type[SelvedgeError], Exit], ...] = (
    (BadSetting, Exit.USAGE),
    (BadParameter, Exit.USAGE),
    (BadQuery, Exit.USAGE),
    (GuardrailRefused, Exit.GUARDRAIL),
    (LeaseHeld, Exit.LEASE),
    (LeaseLost, Exit.LEASE),
    (StorageUnavailable, Exit.UNAVAILABLE),
)


def exit_for(error: SelvedgeError) -> Exit:
    """The exit code for an error that ends a job."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), Exit.FAILED)
