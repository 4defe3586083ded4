"""Signals: what is known about a person and a moment, as points on facet values."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

import msgspec

from selvedge.catalogue.filter import UNKNOWN
from selvedge.ranking.weights import DEFAULTS, MAX_WEIGHT
from selvedge.shopper.context import MAX_RECENT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from selvedge.ranking.weights import RankingWeights
    from selvedge.shopper.context import Affinity
    from selvedge.shopper.situation import Season
    from selvedge.snapshot.index import Index

Source = Literal["affinity", "recent", "preferred", "priority", "season", "market"]
SOURCES: tuple[Source, ...] = ("affinity", "recent", "preferred", "priority", "season", "market")
"""Where points come from. Cursors number them: append, never reorder."""


class Signal(msgspec.Struct, frozen=True, array_like=True):
    """Points, 1 to `MAX_WEIGHT`, for products that have a facet value, and why."""

    source: Source
    field: str
    value: str
    points: int


STEP = 8
"""What one facet value adds is a multiple of this: as fine as a taste is known, and half the bits to add."""


def weigh(
    index: Index,
    weights: RankingWeights = DEFAULTS,
    *,
    affinities: Iterable[Affinity] = (),
    preferred: Iterable[tuple[str, str]] = (),
    recent: Sequence[int] = (),
    occasion: Iterable[Signal] = (),
) -> tuple[Signal, ...]:
    """Return what facet values of `index` add for a person. `recent` are ranks, newest first.

    At most `weights.terms` values, the strongest, so that an order's cost is bounded; at most `MAX_WEIGHT`
    a value, whatever adds to it, in whole `STEP`s.
    """
    told = [
        *(("affinity", one.field, one.value, one.weight * weights.affinity // 100) for one in affinities),
        *_declared(index, weights, preferred),
        *((one.source, one.field, one.value, one.points) for one in occasion),
    ]
    known = [one for one in told if _is_known(index, one[1], one[2])]
    sums: dict[tuple[str, str], int] = {}
    kept: list[_Told] = []
    for source, field, value, points in known + _from_recent(index, weights, recent):
        before = sums.get((field, value), 0)
        after = sums[field, value] = min(MAX_WEIGHT, before + max(0, points))
        gained = _stepped(after) - _stepped(before)
        if gained:
            kept.append((source, field, value, gained))
    enter = _strongest(sums, weights.terms)
    return tuple(Signal(*one) for one in kept if one[1:3] in enter)


_Told = tuple[Source, str, str, int]
"""A signal on its way: source, field, value, points."""


def _stepped(points: int) -> int:
    """Return `points` rounded to whole steps, so that parts of a sum add up to the rounded sum."""
    return min(MAX_WEIGHT, points + STEP // 2) // STEP * STEP


def _is_known(index: Index, field: str, value: str) -> bool:
    facet = index.facets.get(field)
    return facet is not None and facet.index(value) is not None


def _strongest(sums: dict[tuple[str, str], int], terms: int) -> Collection[tuple[str, str]]:
    if len(sums) <= terms:
        return sums
    strongest = sorted((-points, *value) for value, points in sums.items())[:terms]
    return {(field, value) for _, field, value in strongest}


def occasion(weights: RankingWeights, market: str, season: Season) -> list[Signal]:
    """Return what season and market add, for anybody who is there then."""
    seasonal = weights.seasons.get(season, ()) if weights.season else ()
    signals = [Signal("season", *_split(pair), weights.season) for pair in seasonal]
    of_market = weights.markets.get(market, {})
    return signals + [Signal("market", *_split(pair), points) for pair, points in sorted(of_market.items())]


@cache
def decay_factors(percent: int) -> tuple[int, ...]:
    """Return the decay by age in 256ths: whole numbers all the way, so that every platform adds the same."""
    return tuple((512 * percent**age + 100**age) // (2 * 100**age) for age in range(MAX_RECENT))


def _declared(index: Index, weights: RankingWeights, preferred: Iterable[tuple[str, str]]) -> list[_Told]:
    """Preferences; those on evidence are priorities, which together add no more than `priorities`."""
    pairs = list(preferred)
    of_evidence = [pair for pair in pairs if (facet := index.facets.get(pair[0])) and facet.info.dated]
    each = min(weights.priority, weights.priorities // max(1, len(of_evidence)))
    return [
        ("priority", *pair, each) if pair in of_evidence else ("preferred", *pair, weights.preferred)
        for pair in pairs
    ]


def _from_recent(index: Index, weights: RankingWeights, recent: Sequence[int]) -> list[_Told]:
    """What recent products add to their values, the strongest `weights.terms`."""
    seen: dict[int, int] = {}
    for rank, factor in zip(recent, decay_factors(weights.decay), strict=False):
        for number in index.row(rank):
            seen[number] = seen.get(number, 0) + factor
    of_field = {field: getattr(weights.recent, field) for field in weights.recent.__struct_fields__}
    weighted = []
    for number, factor in seen.items():
        field, value = index.row_value(number)
        points = factor * of_field.get(field, 0) >> 8
        if points and value != UNKNOWN:
            weighted.append((-min(MAX_WEIGHT, points), number))
    strongest = sorted(weighted)[: weights.terms]
    return [("recent", *index.row_value(number), -points) for points, number in strongest]


def _split(pair: str) -> tuple[str, str]:
    field, _, value = pair.partition(":")
    return field, value
