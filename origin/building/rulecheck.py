"""What is wrong with a set of rules: in itself, and over the snapshot that it is to be part of."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from origin.building.finding import Finding
from origin.building.ruleconflicts import conflicts
from origin.building.rulereach import scope_of
from selvedge.ranking.experiments import HOLD_OUT, instant
from selvedge.ranking.rules import MAX_RULES, SLOTS, UNORDERED_SLOT
from selvedge.ranking.weights import RankingWeights

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from selvedge.ranking.experiments import Experiment
    from selvedge.ranking.rules import Rule, RuleSet
    from selvedge.snapshot.index import Index

MAX_EXPERIMENTS = 8


def check(rules: RuleSet, index: Index | None = None, markets: Collection[str] = ()) -> list[Finding]:
    """Return all findings; what names products, values or markets is checked where `index` is given."""
    found = [
        *_duplicates([one.id for one in rules.rules]),
        *_duplicates([one.key for one in rules.experiments]),
    ]
    for rule in rules.rules:
        found += chain(_alone(rule), _arm(rule, rules.experiments), _reach(rule, rules.experiments))
        if index is not None:
            found += chain(_known(rule, index), _markets(rule.id, rule.markets, markets))
    for experiment in rules.experiments:
        found += _experiment(experiment)
        if index is not None:
            found += _markets(experiment.key, experiment.markets, markets)
    if len(rules.experiments) > MAX_EXPERIMENTS:
        found.append(Finding("error", "experiments", f"more than {MAX_EXPERIMENTS}"))
    if len(rules.rules) > MAX_RULES:
        return [*found, Finding("error", "rules", f"more than {MAX_RULES}")]
    return [*found, *conflicts(rules, index)]


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
    if rule.kind == "exclude" and rule.personal:
        yield error("excludes for everybody: it takes no audience, no places and no arm")
    if rule.sponsored and rule.kind in ("bury", "exclude"):
        yield error("shows nothing that could be marked as sponsored")
    yield from _schedule(rule.id, rule.start, rule.end)


def _schedule(subject: str, start: datetime | None, end: datetime | None) -> Iterator[Finding]:
    if start is not None and end is not None and instant(start) >= instant(end):
        said = "before it begins" if start >= end else "within the second in which it begins"
        yield Finding("error", subject, f"ends ({end.isoformat()}) {said} ({start.isoformat()})")


def _reach(rule: Rule, experiments: Iterable[Experiment]) -> Iterator[Finding]:
    for slot in rule.slots:
        if slot not in SLOTS:
            yield Finding("error", rule.id, f"no slot {slot!r}; there are {', '.join(SLOTS)}")
    scope = scope_of(rule, experiments)
    if not scope.slots and set(rule.slots) <= set(SLOTS):
        detail = "lists that are the same for all know no audience, no place and no arm but control"
        if rule.slots == (UNORDERED_SLOT,):
            detail = f"on {UNORDERED_SLOT} only exclusions do"
        yield Finding("warning", rule.id, f"never acts: {detail}")
    elif scope.experiment is not None and scope.never:
        yield Finding("warning", rule.id, f"never acts where and when {scope.experiment.key} runs")


def _arm(rule: Rule, experiments: Iterable[Experiment]) -> Iterator[Finding]:
    arms = {f"{one.key}:{arm.key}" for one in experiments for arm in one.arms}
    if rule.arm is not None and rule.arm not in arms:
        yield Finding("error", rule.id, f"no arm {rule.arm!r}; there are {', '.join(sorted(arms)) or 'none'}")


def _markets(subject: str, named: Iterable[str], markets: Collection[str]) -> Iterator[Finding]:
    for market in named:
        if market not in markets:
            yield Finding("error", subject, f"no market {market!r}; there are {', '.join(sorted(markets))}")


def _known(rule: Rule, index: Index) -> Iterator[Finding]:
    for product in rule.products:
        ordinal = index.ordinal(product)
        if ordinal is None:
            yield Finding("error", rule.id, f"no product {product!r}")
        elif index.rank(ordinal) is None:
            yield Finding("warning", rule.id, f"product {product!r} is no longer sold")
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
    if any(arm.key == HOLD_OUT for arm in one.arms):
        yield Finding("error", one.key, f"{HOLD_OUT!r} is what those in no arm are called")
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
