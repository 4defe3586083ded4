"""A/B experiments: which arm a person is in, by GrowthBook's hash, so that other tools bucket alike.

Source: GrowthBook, "Build your own SDK" (docs.growthbook.io/lib/build-your-own): hash versions 1 and 2,
bucket ranges, namespaces, coverage. Who may not be told apart is shown what the control arm is, and counts
in no arm.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]

HOLD_OUT = "hold-out"
"""The arm of those who are in no arm: outside the coverage or the namespace. They get what control gets."""


class Namespace(msgspec.Struct, frozen=True):
    """People of `start` up to and without `end` of a namespace: experiments with others never meet there."""

    id: str
    start: Share
    end: Share


class Arm(msgspec.Struct, frozen=True):
    """One arm; `weights` stand in for whole numbers among the ranking weights, by field name."""

    key: Key
    share: Share
    weights: dict[str, int] = {}


class Experiment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An experiment; the first arm is the control. `seed` is the key unless given.

    It runs `from` up to and without `to`, in all markets unless some are named.
    """

    key: Key
    arms: Annotated[tuple[Arm, ...], msgspec.Meta(min_length=2, max_length=8)]
    coverage: Share = 1.0
    seed: str | None = None
    hash_version: Literal[1, 2] = 2
    namespace: Namespace | None = None
    markets: tuple[str, ...] = ()
    start: Moment | None = msgspec.field(default=None, name="from")
    end: Moment | None = msgspec.field(default=None, name="to")
    author: Annotated[str, msgspec.Meta(min_length=1)]
    reason: Annotated[str, msgspec.Meta(min_length=1)]


Arms = dict[str, str]
"""The arm by experiment; `HOLD_OUT` is one."""


def assign(experiments: Iterable[Experiment], market: str, now: int, person: str | None) -> Arms:
    """Return the arm of each experiment that runs; control in all of them where there is no `person`."""
    return {
        one.key: one.arms[0].key if person is None else _arm(one, person)
        for one in experiments
        if runs(one.start, one.end, now) and (not one.markets or market in one.markets)
    }


def overrides(experiments: Iterable[Experiment], arms: Mapping[str, str]) -> dict[str, int]:
    """Return the weights that the arms change; of two experiments that change one, the later counts."""
    changed: dict[str, int] = {}
    for one in experiments:
        for arm in one.arms:
            if arms.get(one.key) == arm.key:
                changed |= arm.weights
    return changed


def acting_arms(experiments: Iterable[Experiment], arms: Mapping[str, str]) -> frozenset[str]:
    """Return the arms whose rules act, as `experiment:arm`: those of control in the hold-out as well."""
    control = {one.key: one.arms[0].key for one in experiments}
    return frozenset(f"{key}:{control[key] if arm == HOLD_OUT else arm}" for key, arm in arms.items())


def number_arms(experiments: Sequence[Experiment], arms: Arms) -> tuple[tuple[int, int], ...]:
    """Return arms as (experiment, arm) by position, which takes little room; the hold-out is -1."""
    numbers = []
    for at, one in enumerate(experiments):
        if one.key in arms:
            keys = [arm.key for arm in one.arms]
            numbers.append((at, keys.index(arms[one.key]) if arms[one.key] in keys else -1))
    return tuple(numbers)


def name_arms(experiments: Sequence[Experiment], numbers: Iterable[tuple[int, int]]) -> Arms:
    """Return the arms again."""
    return {
        experiments[at].key: HOLD_OUT if arm < 0 else experiments[at].arms[arm].key for at, arm in numbers
    }


def instant(moment: datetime) -> int:
    """Return the first whole second (epoch) that is not before `moment`: time is counted in these here."""
    return math.ceil(moment.timestamp())


def runs(start: datetime | None, end: datetime | None, now: int) -> bool:
    """Whether `now` lies from `start` up to and without `end`; None is open."""
    return (start is None or instant(start) <= now) and (end is None or now < instant(end))


def _arm(one: Experiment, person: str) -> str:
    if one.namespace is not None and not in_namespace(one.namespace, person):
        return HOLD_OUT
    at = bucket(one.seed or one.key, person, one.hash_version)
    ranges = bucket_ranges(one.coverage, [arm.share for arm in one.arms])
    for arm, (start, end) in zip(one.arms, ranges, strict=True):
        if start <= at < end:
            return arm.key
    return HOLD_OUT


def fnv32a(text: str) -> int:
    """Return the 32-bit FNV-1a hash of the UTF-8 of `text` (draft-eastlake-fnv)."""
    number = 0x811C9DC5
    for byte in text.encode():
        number = (number ^ byte) * 0x01000193 & 0xFFFF_FFFF
    return number


def bucket(seed: str, value: str, version: int) -> float:
    """Return where from 0 to 1 `value` falls."""
    if version == 1:
        return fnv32a(value + seed) % 1000 / 1000
    return fnv32a(str(fnv32a(seed + value))) % 10_000 / 10_000


def bucket_ranges(coverage: float, shares: Sequence[float]) -> list[tuple[float, float]]:
    """Return each arm's half-open range: arms begin where they would at full coverage."""
    ranges, start = [], 0.0
    for share in shares:
        ranges.append((start, start + coverage * share))
        start += share
    return ranges


def in_namespace(namespace: Namespace, value: str) -> bool:
    """Whether `value` falls into the range of a namespace."""
    return namespace.start <= bucket(f"__{namespace.id}", value, 1) < namespace.end
