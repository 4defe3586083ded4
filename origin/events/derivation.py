"""Derivation: what a person's events add up to. A sum, so that the order in which they arrive is nothing.

An event counts in the period of 30 days in which it happened; each period counts half of the one after it.
Points are those of the context cookie (`selvedge.shopper.learning`): an event's step, in quarters by field.
Of a product, the last purchase, return or dismissal that happened says whether it is bought or unwanted. All
of it is integers; docs/events.md has the rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from origin.profiles.model import Derived
from selvedge.ranking.weights import MAX_WEIGHT
from selvedge.shopper.context import MAX_AFFINITIES, MAX_DISMISSED, MAX_PURCHASED, Affinity
from selvedge.shopper.learning import SHARES, STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from origin.events.traits import Traits

PERIOD_SECONDS = 30 * 86_400
PERIODS = 12
"""Periods that count; 2 to the 12th of the greatest sums of a period is little."""

VERDICTS = 200
"""Products of which it is remembered whether they were bought or unwanted, the latest."""

_QUARTERS = 4
_VERDICTS = {"purchase": True, "return": False, "dismiss": False}


class Happened(msgspec.Struct, frozen=True):
    """An event about a product. `occurred` is in milliseconds since the epoch."""

    occurred: int
    id: str
    kind: str
    product: str


class Verdict(msgspec.Struct, frozen=True, array_like=True, order=True):
    """The last word on a product: when, by which event, and whether it says that the product was bought."""

    occurred: int
    id: str
    product: str
    bought: bool


class State(msgspec.Struct, frozen=True):
    """Points by field, value and period; and the last word on each product, the latest first."""

    points: dict[str, dict[str, dict[int, int]]] = {}
    verdicts: tuple[Verdict, ...] = ()


def add(state: State, happened: Iterable[Happened], traits: Traits) -> State:
    """Return `state` with what has happened besides; each event is to be added once."""
    points = {
        field: {value: dict(one) for value, one in values.items()} for field, values in state.points.items()
    }
    verdicts = {one.product: one for one in state.verdicts}
    for one in happened:
        _count(points, one, traits)
        if one.kind in _VERDICTS:
            said = Verdict(one.occurred, one.id, one.product, _VERDICTS[one.kind])
            verdicts[one.product] = max(said, verdicts.get(one.product, said))
    latest = sorted(verdicts.values(), reverse=True)[:VERDICTS]
    return State(_recent(points), tuple(latest))


def derive(state: State, now: int) -> Derived:
    """Return what `state` comes to at `now`, in epoch seconds."""
    period = now // PERIOD_SECONDS
    weights = {
        (field, value): sum(_faded(points, period - of) for of, points in by_period.items())
        for field, values in state.points.items()
        for value, by_period in values.items()
    }
    bought = [one.product for one in state.verdicts if one.bought]
    unwanted = [one.product for one in state.verdicts if not one.bought]
    return Derived(_strongest(weights), tuple(bought[:MAX_PURCHASED]), tuple(unwanted[:MAX_DISMISSED]))


def _count(points: dict[str, dict[str, dict[int, int]]], one: Happened, traits: Traits) -> None:
    step = STEPS.get(one.kind)
    if step is None:
        return
    period = one.occurred // 1000 // PERIOD_SECONDS
    for field, value in traits.of(one.product):
        by_period = points.setdefault(field, {}).setdefault(value, {})
        by_period[period] = by_period.get(period, 0) + step * SHARES[field]


def _recent(points: dict[str, dict[str, dict[int, int]]]) -> dict[str, dict[str, dict[int, int]]]:
    """Return the points of the last `PERIODS`; what comes late from before them is dropped as well."""
    periods = [of for values in points.values() for by_period in values.values() for of in by_period]
    oldest = max(periods, default=0) - PERIODS
    found: dict[str, dict[str, dict[int, int]]] = {}
    for field, values in points.items():
        for value, by_period in values.items():
            if kept := {of: sum_ for of, sum_ in by_period.items() if of > oldest}:
                found.setdefault(field, {})[value] = kept
    return found


def _faded(points: int, periods: int) -> int:
    """Return points after so many periods, rounded towards 0 on both sides of it."""
    faded = abs(points) >> max(periods, 0)
    return faded if points > 0 else -faded


def _strongest(weights: dict[tuple[str, str], int]) -> tuple[Affinity, ...]:
    """Return the strongest leanings; where the first is too great, all of them in proportion to it."""
    whole = [(key, weight // _QUARTERS) for key, weight in weights.items()]
    ordered = sorted(((key, one) for key, one in whole if one > 0), key=lambda pair: (-pair[1], pair[0]))
    greatest = max(MAX_WEIGHT, ordered[0][1]) if ordered else MAX_WEIGHT
    scaled = [(key, weight * MAX_WEIGHT // greatest) for key, weight in ordered[:MAX_AFFINITIES]]
    return tuple(Affinity(field, value, weight) for (field, value), weight in scaled if weight)
