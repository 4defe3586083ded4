"""Where rules and experiments contradict each other: two at a time, each finding with both names."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, Any

from origin.building.finding import Finding
from origin.building.rulereach import Reach, experiments_meet, scope_of
from selvedge.ranking.rules import MAX_SHIFTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selvedge.ranking.rules import Rule, RuleSet
    from selvedge.snapshot.index import Index

_NAMED = 3
"""So many products are named where rules share many, and so many rules that disagree in part with one."""


def conflicts(rules: RuleSet, index: Index | None = None) -> Iterator[Finding]:
    """Yield what rules do to each other; over `index` for values as well as for listed products."""
    pairs = _Pairs(rules, index)
    for one, other in combinations(range(len(rules.rules)), 2):
        yield from pairs.compare(one, other)
    yield from pairs.untold()
    yield from pairs.too_many()
    for first, second in combinations(rules.experiments, 2):
        changed = {name for arm in first.arms for name in arm.weights}
        both = sorted(changed & {name for arm in second.arms for name in arm.weights})
        if both and experiments_meet(first, second):
            detail = f"both change {', '.join(both)}; who is in both gets what the second says"
            yield Finding("warning", f"{first.key}, {second.key}", detail)


class _Pairs:
    """The rules of a set, known by their numbers, side by side."""

    def __init__(self, rules: RuleSet, index: Index | None) -> None:
        self._rules = rules.rules
        self._scopes = [scope_of(rule, rules.experiments) for rule in rules.rules]
        self._reach = Reach(rules, index)
        self._partly: Counter[int] = Counter()

    def compare(self, one: int, other: int) -> Iterator[Finding]:
        """Yield what two rules, in the order of the file, do to each other."""
        first, second = self._rules[one], self._rules[other]
        kinds = {first.kind, second.kind}
        excluding, shifting = "exclude" in kinds and len(kinds) > 1, kinds == {"boost", "bury"}
        placing = bool(first.position and second.position)
        if not (excluding or shifting or placing) or not self._scopes[one].meets(self._scopes[other]):
            return
        if placing and first.position == second.position:
            yield self._finding(one, other, *_one_place(first, second))
        if excluding:
            yield from self._excluded(*((other, one) if first.kind == "exclude" else (one, other)))
        elif placing:
            yield from self._placed_twice(one, other)
        elif shared := self._shared(one, other):
            said = self._name(one, other, shared)
            yield from self._in_part(one, other, f"one raises what the other lowers: {said}")

    def untold(self) -> Iterator[Finding]:
        """Yield how many more rules there are that each disagrees with in part."""
        for one, count in sorted(self._partly.items()):
            if count > _NAMED:
                detail = f"{count - _NAMED} more rules raise, lower or exclude a part of what it is about"
                yield Finding("warning", self._rules[one].id, detail)

    def too_many(self) -> Iterator[Finding]:
        """Yield the boosts and buries that the bound on them may leave out."""
        shifting = [at for at, rule in enumerate(self._rules) if rule.kind in ("boost", "bury")]
        for place, at in enumerate(shifting[MAX_SHIFTS:], MAX_SHIFTS):
            before = [one for one in shifting[:place] if self._scopes[one].meets(self._scopes[at])]
            if len(before) >= MAX_SHIFTS:
                detail = (
                    f"may be left out: {MAX_SHIFTS} boosts and buries before it may hold at the same time"
                )
                yield Finding("warning", self._rules[at].id, detail)

    def _excluded(self, one: int, excluding: int) -> Iterator[Finding]:
        """What an exclusion takes from a rule: an error if that is all, or anything that the rule lists."""
        rule, shared = self._rules[one], self._shared(one, excluding)
        if not shared:
            return
        listed = self._reach.listed(one, shared)
        everything = shared == self._reach.products(one, self._meeting(one, excluding))
        if listed and not rule.where:
            for product in sorted(listed):
                detail = f"{rule.kind} of {product!r}, which is excluded"
                yield self._finding(one, excluding, "error", detail)
            return
        said = self._name(one, excluding, shared)
        detail = f"{rule.kind} of what is excluded"
        if everything or listed:
            yield self._finding(one, excluding, "error", f"{detail}: {said}")
        else:
            yield from self._in_part(one, excluding, f"{detail}, a part of what it is about: {said}")

    def _placed_twice(self, one: int, other: int) -> Iterator[Finding]:
        """A style is placed once: pins that list one product, and promotions that have no other."""
        shared = self._shared(one, other)
        if not shared:
            return
        listed = set(self._rules[other].products)
        twice = sorted(listed & set(self._reach.listed(one, shared)))
        placing = (self._rules[one], self._rules[other])
        left = [rule for rule in placing if rule.kind == "promote" and set(rule.products) - set(twice)]
        if not twice or left or any(rule.where for rule in placing):
            return
        verb = placing[0].kind if placing[0].kind == placing[1].kind else "place"
        yield self._finding(one, other, "warning", f"both {verb} {twice[0]!r}; a style is placed once")

    def _in_part(self, one: int, other: int, detail: str) -> Iterator[Finding]:
        """Yield what is usual among broad rules and may still be a slip: the first few of each rule."""
        self._partly[one] += 1
        if self._partly[one] <= _NAMED:
            yield self._finding(one, other, "warning", detail)

    def _shared(self, one: int, other: int) -> int:
        at = self._meeting(one, other)
        return self._reach.products(one, at) & self._reach.products(other, at)

    def _meeting(self, one: int, other: int) -> float:
        """The time from which on both hold."""
        return max(self._scopes[one].start, self._scopes[other].start)

    def _name(self, one: int, other: int, shared: int) -> str:
        """Say what two rules share: by the products that either lists, by number, and by their values."""
        named = dict.fromkeys(self._reach.listed(one, shared) + self._reach.listed(other, shared))
        count, values = shared.bit_count(), _values(self._rules[one], self._rules[other])
        if len(named) == count <= _NAMED:
            return ", ".join(map(repr, named))
        products = f"{count} product{'s' if count > 1 else ''}"
        return f"{products} of {values}" if values else f"{products}, such as {next(iter(named))!r}"

    def _finding(self, one: int, other: int, level: Any, detail: str) -> Finding:
        first, second = sorted((one, other))
        return Finding(level, f"{self._rules[first].id}, {self._rules[second].id}", detail)


def _one_place(first: Rule, second: Rule) -> tuple[str, str]:
    """Say what it means that two rules want one place, of which the first in the file has it."""
    said = f"both take place {first.position}"
    if first.kind != second.kind:
        return "warning", f"{said}; the first of them, pins before promotions, has it"
    if first.audience and second.audience and not set(first.audience) & set(second.audience):
        return "warning", f"{said}; who belongs to both audiences is shown the first"
    if first.personal and not second.personal:
        return "warning", f"{said}; who the first is for is shown that, everybody else the second"
    return "error", f"{said}; the first of them has it"


def _values(first: Rule, second: Rule) -> str:
    """Name what the rules ask for in `where`."""
    asked = [f"{field} {'|'.join(some)}" for rule in (first, second) for field, some in rule.where.items()]
    return " and ".join(dict.fromkeys(asked))
