"""Scores to ranks, the same way for all: by score, of equals by the item's number."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def ranked(scores: Mapping[int, float], count: int) -> list[int]:
    """Return the `count` best items of `scores`."""
    best = heapq.nsmallest(count, ((-score, item) for item, score in scores.items()))
    return [item for _, item in best]
