"""Signals: what is known about a person and a moment, as points on facet values."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

import msgspec

from selvedge.catalogue.filter import UNKNOWN
from selvedge.ranking.weights import DEFAULTS, MAX_WEIGHT
from selvedge.shopper.context import MAX_RECENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    a value, whatever adds to it.
    """
    signals = [
        Signal("affinity", one.field, one.value, one.weight * weights.affinity // 100) for one in affinities
    ]
    signals += _declared(index, weights, preferred)
    signals += occasion
    points: dict[tuple[str, str], int] = {}
    kept = [
        capped
        for one in _known(index, signals) + _from_recent(index, weights, recent)
        if (capped := _cap(points, one)).points > 0
    ]
    if len(points) <= weights.terms:
        return tuple(kept)
    strongest = sorted(points.items(), key=lambda pair: (-pair[1], pair[0]))[: weights.terms]
    enter = {value for value, _ in strongest}
    return tuple(one for one in kept if (one.field, one.value) in enter)


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


def _declared(index: Index, weights: RankingWeights, preferred: Iterable[tuple[str, str]]) -> list[Signal]:
    """Preferences; those on evidence are priorities, which together add no more than `priorities`."""
    pairs = list(preferred)
    of_evidence = [pair for pair in pairs if (facet := index.facets.get(pair[0])) and facet.info.dated]
    each = min(weights.priority, weights.priorities // max(1, len(of_evidence)))
    return [
        Signal("priority", *pair, each)
        if pair in of_evidence
        else Signal("preferred", *pair, weights.preferred)
        for pair in pairs
    ]


def _known(index: Index, signals: Iterable[Signal]) -> list[Signal]:
    return [
        one
        for one in signals
        if (facet := index.facets.get(one.field)) is not None and facet.index(one.value) is not None
    ]


def _cap(points: dict[tuple[str, str], int], one: Signal) -> Signal:
    """Add `one` to what its value has got so far, and return it with the points that found room."""
    before = points.get((one.field, one.value), 0)
    after = min(MAX_WEIGHT, before + max(0, one.points))
    if after:
        points[one.field, one.value] = after
    return one if after - before == one.points else msgspec.structs.replace(one, points=after - before)


def _from_recent(index: Index, weights: RankingWeights, recent: Sequence[int]) -> list[Signal]:
    """What recent products add to their values, the strongest `weights.terms`."""
    seen: dict[int, int] = {}
    for rank, factor in zip(recent, decay_factors(weights.decay), strict=False):
        for number in index.row(rank):
            seen[number] = seen.get(number, 0) + factor
    by_field = dict(
        zip(weights.recent.__struct_fields__, msgspec.structs.astuple(weights.recent), strict=True)
    )
    weighted = []
    for number, factor in seen.items():
        field, value = index.row_value(number)
        points = factor * by_field.get(field, 0) >> 8
        if points and value != UNKNOWN:
            weighted.append((-min(MAX_WEIGHT, points), number))
    strongest = sorted(weighted)[: weights.terms]
    return [Signal("recent", *index.row_value(number), -points) for points, number in strongest]


def _split(pair: str) -> tuple[str, str]:
    field, _, value = pair.partition(":")
    return field, value
