"""Weights: what each signal about a person may add to a score. The one place that says how much.

No data set at hand can fit these garment weights: they are set by judgement, not measured. All are small
integers; a base score is 0 to 255.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from selvedge.catalogue.filter import UNKNOWN
from selvedge.ranking.affinity import MAX_WEIGHT
from selvedge.shopper.context import MAX_RECENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from selvedge.ranking.affinity import Weights
    from selvedge.shopper.context import Affinity
    from selvedge.snapshot.index import Index

RECENT_WEIGHTS = {"category": 24, "brand": 16, "material": 8, "color": 6}
"""What the newest recent product adds to products that share its value of a field."""

DECAY = 0.8
"""Each older recent product counts this much of the one after it."""

PREFERRED = 48
"""What a preference that the request itself names adds."""

MAX_TERMS = 24
"""At most this many facet values, the strongest, enter one order, so that its cost is bounded."""


_FACTORS = tuple(round(256 * DECAY**age) for age in range(MAX_RECENT))
"""The decay by age in 256ths: whole numbers, so that every platform adds the same."""


def weigh(
    index: Index,
    *,
    affinities: Iterable[Affinity] = (),
    preferred: Iterable[tuple[str, str]] = (),
    recent: Sequence[int] = (),
) -> Weights:
    """Return what each facet value adds for a person. `recent` are ranks, newest first."""
    weights: Weights = {}
    for affinity in affinities:
        _raise(weights, affinity.field, affinity.value, affinity.weight)
    for field, value in preferred:
        _raise(weights, field, value, PREFERRED)
    for number, weight in _from_recent(index, recent):
        _raise(weights, *index.row_value(number), weight)
    return dict(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_TERMS])


def _from_recent(index: Index, recent: Sequence[int]) -> list[tuple[int, int]]:
    """Return row numbers and what recent products add to them, the strongest `MAX_TERMS`."""
    seen: dict[int, int] = {}
    for rank, factor in zip(recent, _FACTORS, strict=False):
        for number in index.row(rank):
            seen[number] = seen.get(number, 0) + factor
    weighted = []
    for number, factor in seen.items():
        field, value = index.row_value(number)
        points = factor * RECENT_WEIGHTS.get(field, 0) >> 8
        if points and value != UNKNOWN:
            weighted.append((-points, number))
    return [(number, -points) for points, number in sorted(weighted)[:MAX_TERMS]]


def _raise(weights: Weights, field: str, value: str, by: int) -> None:
    weights[field, value] = min(MAX_WEIGHT, weights.get((field, value), 0) + by)
