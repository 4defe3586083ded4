"""Signals: what is known about a person and a moment, as points on facet values."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

import msgspec

from selvedge.catalogue.filter import UNKNOWN
from selvedge.ranking.weights import DEFAULTS, MAX_WEIGHT
from selvedge.shopper.context import MAX_RECENT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from selvedge.catalogue.model import Season
    from selvedge.ranking.weights import RankingWeights, Recent
    from selvedge.shopper.context import Affinity
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
        if points <= 0:
            continue
        before = sums.get((field, value), 0)
        after = sums[field, value] = min(MAX_WEIGHT, before + points)
        gained = _STEPPED[after] - _STEPPED[before]
        if gained:
            kept.append((source, field, value, gained))
    if len(sums) <= weights.terms:
        return tuple([Signal(*one) for one in kept])
    enter = _strongest(sums, weights.terms)
    return tuple([Signal(*one) for one in kept if one[1:3] in enter])


_Told = tuple[Source, str, str, int]
"""A signal on its way: source, field, value, points."""


_STEPPED = tuple(min(MAX_WEIGHT, points + STEP // 2) // STEP * STEP for points in range(MAX_WEIGHT + 1))
"""Points rounded to whole steps: the parts of a sum then add up to the rounded sum."""


def _is_known(index: Index, field: str, value: str) -> bool:
    facet = index.facets.get(field)
    return facet is not None and facet.index(value) is not None


def _strongest(sums: dict[tuple[str, str], int], terms: int) -> Collection[tuple[str, str]]:
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
    """Preferences; those on evidence are priorities, which together add no more than `priorities`.

    Each gets an equal share in whole steps; where there are more than steps, the first get one each.
    """
    pairs = list(preferred)
    of_evidence = [pair for pair in pairs if (facet := index.facets.get(pair[0])) and facet.info.dated]
    share = min(weights.priority, weights.priorities // max(1, len(of_evidence)))
    each = share // STEP * STEP or STEP * (weights.priority > 0)
    prior = of_evidence[: weights.priorities // each] if each else []
    return [("priority", *pair, each) for pair in prior] + [
        ("preferred", *pair, weights.preferred) for pair in pairs if pair not in of_evidence
    ]


def _from_recent(index: Index, weights: RankingWeights, recent: Sequence[int]) -> list[_Told]:
    """What recent products add to their values, the strongest `weights.terms`."""
    seen: dict[int, int] = {}
    for rank, factor in zip(recent, decay_factors(weights.decay), strict=False):
        for number in index.row(rank):
            if number in seen:
                seen[number] += factor
            else:
                seen[number] = factor
    lent = _lent(index, weights.recent)
    weighted = [(-(factor * lent[number] >> 8), number) for number, factor in seen.items() if lent[number]]
    weighted = [(max(-MAX_WEIGHT, points), number) for points, number in weighted if points]
    weighted.sort()
    return [("recent", *index.row_value(number), -points) for points, number in weighted[: weights.terms]]


_lent_by_index: WeakKeyDictionary[Index, tuple[Recent, list[int]]] = WeakKeyDictionary()


def _lent(index: Index, recent: Recent) -> list[int]:
    """Return what the newest product adds to each value of its row, by number; the unknown is no taste."""
    known = _lent_by_index.get(index)
    if known is None or known[0] is not recent:
        of_field = msgspec.structs.asdict(recent)
        lent = [
            0 if value == UNKNOWN else of_field.get(field, 0)
            for field in index.row_fields
            for value in index.facets[field].info.values
        ]
        known = _lent_by_index[index] = (recent, lent)
    return known[1]


def _split(pair: str) -> tuple[str, str]:
    field, _, value = pair.partition(":")
    return field, value
