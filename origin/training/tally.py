"""What one session adds to the counts: integers only, so that adding and taking away are exact."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

import msgspec

from selvedge.sessions.predictor import FIRST, NEW, REPEAT, RETURN

if TYPE_CHECKING:
    from collections.abc import Sequence

CLICKED = 0
"""(CLICKED, item, 0): clicks on an item."""

FARTHEST = 10
"""(1..FARTHEST, earlier item, later item): pairs by the number of clicks between them, plus one."""

REPEATED = 16
"""(REPEATED + kind, item, 0 or 1): clicks of this kind that were not, or were, repeated at once."""

RETURNED = 24
"""(RETURNED + kind, position, 0 or 1): whether, after a click of this kind that was not repeated, the
session's item at this position (of distinct items, newest first) was not, or was, returned to."""

POSITIONS = 8
"""Positions are counted below this one."""

Key = tuple[int, int, int]


class TallySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How sessions are counted; another way of counting needs a recount."""

    distinct: bool = False
    """Whether pairs are counted of a session's distinct items only."""

    longest: int = 60
    """Clicks of a session, the last, of which pairs are counted."""

    overlong: Literal["cut", "drop"] = "cut"
    """Whether a longer session counts with its last clicks or gives no pairs."""


def tally(items: Sequence[int], settings: TallySettings) -> Counter[Key]:
    """Return what a session of `items` (oldest first) adds."""
    counts: Counter[Key] = Counter((CLICKED, item, 0) for item in items)
    _add_pairs(counts, items, settings)
    _add_returns(counts, items)
    return counts


def _add_pairs(counts: Counter[Key], items: Sequence[int], settings: TallySettings) -> None:
    counted = list(dict.fromkeys(items)) if settings.distinct else items
    if len(counted) > settings.longest and settings.overlong == "drop":
        return
    counted = counted[-settings.longest :]
    for distance in range(1, min(FARTHEST, len(counted) - 1) + 1):
        for earlier, later in zip(counted, counted[distance:], strict=False):
            if earlier != later:
                counts[distance, earlier, later] += 1


def _add_returns(counts: Counter[Key], items: Sequence[int]) -> None:
    recent: list[int] = []
    kind = FIRST
    for place, item in enumerate(items):
        if place:
            _count_outcome(counts, kind, recent, item)
            kind = REPEAT if item == recent[0] else RETURN if item in recent else NEW
        if item in recent:
            recent.remove(item)
        recent.insert(0, item)


def _count_outcome(counts: Counter[Key], kind: int, recent: Sequence[int], item: int) -> None:
    repeated = item == recent[0]
    counts[REPEATED + kind, recent[0], int(repeated)] += 1
    if not repeated:
        for position, one in enumerate(recent[1:POSITIONS], start=1):
            counts[RETURNED + kind, position, int(one == item)] += 1
