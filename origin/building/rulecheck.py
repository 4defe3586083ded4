"""What is wrong with a set of rules: in itself, and over the snapshot that it is to be part of."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Literal

import msgspec

from selvedge.ranking.rules import MAX_RULES, MAX_SHIFTS, PUBLIC_SLOT
from selvedge.ranking.weights import RankingWeights

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from selvedge.ranking.experiments import Experiment
    from selvedge.ranking.rules import Rule, RuleSet
    from selvedge.snapshot.index import Index

Level = Literal["error", "warning"]
MAX_EXPERIMENTS = 8


class Finding(msgspec.Struct, frozen=True):
    """Something wrong with a rule or an experiment. An error stops a build, a warning does not."""

    level: Level
    subject: str
    detail: str

    def __str__(self) -> str:
        return f"{self.level}: {self.subject}: {self.detail}"


def check(rules: RuleSet, index: Index | None = None, markets: Collection[str] = ()) -> list[Finding]:
    """Return all findings; what names products, values or markets is checked where `index` is given."""
    found = [
        *_duplicates([one.id for one in rules.rules]),
        *_duplicates([one.key for one in rules.experiments]),
    ]
    for rule in rules.rules:
        found += _alone(rule)
        found += _arm(rule, rules.experiments)
        if index is not None:
            found += _known(rule, index, markets)
    for experiment in rules.experiments:
        found += _experiment(experiment)
    if len(rules.experiments) > MAX_EXPERIMENTS:
        found.append(Finding("error", "experiments", f"more than {MAX_EXPERIMENTS}"))
    if len(rules.rules) > MAX_RULES:
        return [*found, Finding("error", "rules", f"more than {MAX_RULES}")]
    for one, other in combinations(rules.rules, 2):
        found += _together(one, other)
    return [*found, *_too_many(rules)]


def _duplicates(names: list[str]) -> Iterator[Finding]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding("error", name, "is there twice")


def _alone(rule: Rule) -> Iterator[Finding]:
    def error(detail: str) -> Finding:
        return Finding("error", rule.id, detail)

    placing = rule.kind in ("pin", "promote")
    if not rule.products and not rule.where:
        yield error("is about nothing: it needs products or where")
    if any(not values for values in rule.where.values()):
        yield error("has a field without values in where")
    if placing != bool(rule.position):
        yield error("needs a position" if placing else "has a position, which only pin and promote have")
    if (rule.kind in ("boost", "bury")) != bool(rule.points):
        wanted = rule.kind in ("boost", "bury")
        yield error("needs points" if wanted else "has points, which only boost and bury have")
    if rule.kind == "pin" and rule.where:
        yield error("pins products, not values; promote fills a place from values")
    if rule.kind == "exclude" and (rule.audience or rule.arm):
        yield error("excludes for everybody: it takes no audience and no arm")
    if rule.sponsored and rule.kind in ("bury", "exclude"):
        yield error("shows nothing that could be marked as sponsored")
    yield from _schedule(rule.id, rule.start, rule.end)
    if (rule.audience or rule.arm) and rule.slots == (PUBLIC_SLOT,):
        yield Finding("warning", rule.id, "never acts: the public list knows no audience and no arm")


def _schedule(subject: str, start: datetime | None, end: datetime | None) -> Iterator[Finding]:
    if start is not None and end is not None and start >= end:
        yield Finding("error", subject, f"ends ({end.isoformat()}) before it begins ({start.isoformat()})")


def _arm(rule: Rule, experiments: Iterable[Experiment]) -> Iterator[Finding]:
    arms = {f"{one.key}:{arm.key}" for one in experiments for arm in one.arms}
    if rule.arm is not None and rule.arm not in arms:
        yield Finding("error", rule.id, f"no arm {rule.arm!r}; there are {', '.join(sorted(arms)) or 'none'}")


def _known(rule: Rule, index: Index, markets: Collection[str]) -> Iterator[Finding]:
    for product in rule.products:
        ordinal = index.ordinal(product)
        if ordinal is None:
            yield Finding("error", rule.id, f"no product {product!r}")
        elif index.rank(ordinal) is None:
            yield Finding("warning", rule.id, f"product {product!r} is no longer sold")
    for market in rule.markets:
        if market not in markets:
            yield Finding("error", rule.id, f"no market {market!r}; there are {', '.join(sorted(markets))}")
    pairs = [(field, value) for field, values in rule.where.items() for value in values]
    pairs += [(field, value) for field, _, value in (pair.partition(":") for pair in rule.audience)]
    pairs += [("category", value) for value in rule.categories]
    for field, value in pairs:
        facet = index.facets.get(field)
        if facet is None:
            yield Finding("error", rule.id, f"no field {field!r}; there are {', '.join(index.facets)}")
        elif facet.index(value) is None:
            yield Finding("error", rule.id, f"no product has {field} {value!r}")


def _experiment(one: Experiment) -> Iterator[Finding]:
    total = sum(arm.share for arm in one.arms)
    if abs(total - 1) > 1e-9:  # noqa: PLR2004 - rounding of decimal shares
        yield Finding("error", one.key, f"the shares of its arms add up to {total:g}, not 1")
    yield from _duplicates([arm.key for arm in one.arms])
    if one.namespace is not None and one.namespace.start >= one.namespace.end:
        yield Finding("error", one.key, "its namespace's range is empty")
    yield from _schedule(one.key, one.start, one.end)
    for arm in one.arms:
        for name, number in arm.weights.items():
            try:
                msgspec.convert({name: number}, RankingWeights)
                known = isinstance(getattr(RankingWeights(), name, None), int)
            except msgspec.ValidationError:
                known = False
            if not known:
                yield Finding("error", one.key, f"arm {arm.key}: weight {name!r} cannot be {number}")
    if one.arms and one.arms[0].weights:
        yield Finding("error", one.key, f"the control {one.arms[0].key!r} changes weights")


def _together(one: Rule, other: Rule) -> Iterator[Finding]:
    """What two rules do to each other, where both can hold in one place at one time."""
    if not _meet(one, other):
        return
    subject = f"{one.id}, {other.id}"
    if one.position and one.position == other.position:
        both_pins = one.kind == other.kind == "pin"
        detail = f"both take place {one.position}; the first of them, pins before promotions, has it"
        yield Finding("error" if both_pins or one.kind == other.kind else "warning", subject, detail)
    placing, excluding = (one, other) if other.kind == "exclude" else (other, one)
    if excluding.kind == "exclude" and placing.kind != "exclude":
        for product in sorted(set(placing.products) & set(excluding.products)):
            yield Finding("error", subject, f"{placing.kind} of {product!r}, which is excluded")
    if {one.kind, other.kind} == {"boost", "bury"} and set(one.products) & set(other.products):
        yield Finding("warning", subject, "one raises what the other lowers")
    if one.kind == other.kind == "pin" and (twice := sorted(set(one.products) & set(other.products))):
        yield Finding("warning", subject, f"both pin {twice[0]!r}; a style is placed once")


def _meet(one: Rule, other: Rule) -> bool:
    scopes = (
        (one.markets, other.markets),
        (one.categories, other.categories),
        (one.slots, other.slots),
    )
    if any(a and b and not set(a) & set(b) for a, b in scopes):
        return False
    if one.arm and other.arm and one.arm != other.arm and one.arm.split(":")[0] == other.arm.split(":")[0]:
        return False
    starts = [rule.start for rule in (one, other) if rule.start is not None]
    ends = [rule.end for rule in (one, other) if rule.end is not None]
    return not starts or not ends or max(starts) < min(ends)


def _too_many(rules: RuleSet) -> Iterator[Finding]:
    shifting = [rule for rule in rules.rules if rule.kind in ("boost", "bury")]
    for rule in shifting[MAX_SHIFTS:]:
        before = [one for one in shifting[: shifting.index(rule)] if _meet(one, rule)]
        if len(before) >= MAX_SHIFTS:
            detail = f"may be left out: {MAX_SHIFTS} boosts and buries before it may hold at the same time"
            yield Finding("warning", rule.id, detail)
