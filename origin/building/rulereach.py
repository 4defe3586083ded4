"""How far rules and experiments reach: where, when, for whom and for which products.

Two that never reach the same list cannot contradict each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from selvedge.ranking.experiments import instant
from selvedge.ranking.rulebook import Rulebook
from selvedge.ranking.rules import PUBLIC_SLOT, SLOTS, SLOTS_FOR_ALL, UNORDERED_SLOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from selvedge.ranking.experiments import Experiment
    from selvedge.ranking.rules import Rule, RuleSet
    from selvedge.snapshot.index import Index

_ALWAYS = float("-inf"), float("inf")


class Scope(NamedTuple):
    """Where and when a rule acts. Empty `markets` and `categories` are all; `slots` are those it can act in.

    `start` and `end` are epoch seconds. `experiment` and `arm` are set where it acts for an arm only.
    """

    markets: frozenset[str]
    categories: frozenset[str]
    slots: frozenset[str]
    start: float
    end: float
    experiment: Experiment | None
    arm: str | None

    @property
    def never(self) -> bool:
        """Whether it has no time to act, or its market is none of the experiment's."""
        return self.start >= self.end

    def meets(self, other: Scope) -> bool:
        """Whether both may act on one list."""
        return (
            not self.slots.isdisjoint(other.slots)
            and max(self.start, other.start) < min(self.end, other.end)
            and _overlap(self.markets, other.markets)
            and _overlap(self.categories, other.categories)
            and self._meets_arm(other)
        )

    def _meets_arm(self, other: Scope) -> bool:
        if self.experiment is None or other.experiment is None:
            return True
        if self.experiment.key == other.experiment.key:
            return self.arm == other.arm
        return share_people(self.experiment, other.experiment)


def scope_of(rule: Rule, experiments: Iterable[Experiment]) -> Scope:
    """Return where and when `rule` acts; its arm's experiment limits it as well."""
    key, _, arm = (rule.arm or "").partition(":")
    experiment = next((one for one in experiments if one.key == key), None) if rule.arm else None
    markets, (start, end) = frozenset(rule.markets), _times(rule)
    if experiment is not None:
        first, last = _times(experiment)
        start, end = max(start, first), min(end, last)
        others = frozenset(experiment.markets)
        if not _overlap(markets, others):
            end = start
        markets = markets & others if markets and others else markets | others
    categories, slots = frozenset(rule.categories), slots_of(rule, experiment)
    return Scope(markets, categories, slots, start, end, experiment, arm or None)


def slots_of(rule: Rule, experiment: Experiment | None) -> frozenset[str]:
    """Return the lists that `rule` can act on: those the same for all know nobody, and one arm."""
    slots = frozenset(rule.slots or SLOTS)
    if rule.kind != "exclude":
        slots -= {UNORDERED_SLOT}
    if rule.audience or rule.places:
        slots -= SLOTS_FOR_ALL
    elif rule.arm is not None:
        control = experiment is None or rule.arm == f"{experiment.key}:{experiment.arms[0].key}"
        slots -= {PUBLIC_SLOT} if control else SLOTS_FOR_ALL
    return slots


def experiments_meet(one: Experiment, other: Experiment) -> bool:
    """Whether somebody may be in both at one time."""
    (start, end), (first, last) = _times(one), _times(other)
    return (
        start < last
        and first < end
        and _overlap(frozenset(one.markets), frozenset(other.markets))
        and share_people(one, other)
    )


def share_people(one: Experiment, other: Experiment) -> bool:
    """Whether somebody may be in both experiments: not so in ranges of one namespace that do not meet."""
    ours, theirs = one.namespace, other.namespace
    if ours is None or theirs is None or ours.id != theirs.id:
        return True
    return ours.start < theirs.end and theirs.start < ours.end


class Reach:
    """Which products the rules of a set are about, as sets of bits.

    Without an index that is what they list; `where` is then about nothing.
    """

    def __init__(self, rules: RuleSet, index: Index | None) -> None:
        self._rules = rules.rules
        self._index = index
        self._book = None if index is None else Rulebook(index, rules)
        listed = dict.fromkeys(product for rule in rules.rules for product in rule.products)
        self._places = {product: at for at, product in enumerate(listed)}
        self._kept: dict[tuple[int, float], int] = {}

    def products(self, number: int, at: float) -> int:
        """What the rule is about at `at`, epoch seconds; evidence before all time is that of the feed."""
        dated = self._book is not None and self._book.dated([number])
        key = (number, at if dated else 0)
        if key not in self._kept:
            self._kept[key] = self._find(number, 0 if at == _ALWAYS[0] else int(at))
        return self._kept[key]

    def listed(self, number: int, among: int) -> list[str]:
        """Return the products that the rule lists and that are among a set."""
        return [one for one in self._rules[number].products if among >> self._place(one) & 1]

    def _find(self, number: int, at: int) -> int:
        if self._book is not None:
            return self._book.bits(number, at)
        return sum(1 << self._places[product] for product in set(self._rules[number].products))

    def _place(self, product: str) -> int:
        """The bit of a product; one beyond all sets where the index does not have it."""
        if self._index is None:
            return self._places[product]
        ordinal = self._index.ordinal(product)
        rank = None if ordinal is None else self._index.rank(ordinal)
        return self._index.size if rank is None else rank


def _times(one: Rule | Experiment) -> tuple[float, float]:
    start, end = _ALWAYS
    return start if one.start is None else instant(one.start), end if one.end is None else instant(one.end)


def _overlap(ones: frozenset[str], others: frozenset[str]) -> bool:
    return not ones or not others or not ones.isdisjoint(others)
