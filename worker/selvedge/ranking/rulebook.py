"""The rulebook: rules over one index. Which of them hold here and now, and for which products."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import msgspec

from selvedge.ranking.affinity import Shift
from selvedge.ranking.blocks import Pin
from selvedge.ranking.experiments import instant, runs
from selvedge.ranking.rules import MAX_SHIFTS, NO_RULES, PUBLIC_SLOT, RuleSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from selvedge.ranking.experiments import Experiment
    from selvedge.ranking.frozen import Frozen
    from selvedge.ranking.order import Order
    from selvedge.ranking.rules import Rule
    from selvedge.snapshot.index import Index


class Scene(msgspec.Struct, frozen=True):
    """Where and for whom a list is made.

    `categories` are those that the query is limited to, none where it is not. `interests` are facet values
    that the person leans to or asked for, as `field:value`; `arms` are `experiment:arm`; `places` are the
    ISO 3166 codes of where the person is, none where that may not be read.
    """

    market: str
    slot: str = PUBLIC_SLOT
    categories: frozenset[str] = frozenset()
    now: int = 0
    interests: frozenset[str] = frozenset()
    arms: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()


class Times(msgspec.Struct, frozen=True):
    """How many times have passed, the last of them, and the one that comes next; epoch seconds."""

    passed: int
    last: int | None
    next: int | None


class Rulebook:
    """The rules of one release. Rules are known by their number, their position in the file.

    `revision` names the set by its content. `placed`: some rule goes by where people are.
    """

    def __init__(self, index: Index, rules: RuleSet = NO_RULES, revision: str = "") -> None:
        self._index = index
        self._revision = revision
        self.rules = rules.rules
        self.experiments = rules.experiments
        self.placed = any(one.places for one in rules.rules)
        self._listed: dict[int, int] = {}
        self._instants = _instants(one for one in self.rules if one.public)
        self._all_instants = _instants([*self.rules, *self.experiments])

    def holding(self, scene: Scene) -> list[int]:
        """The numbers of the rules that hold in `scene`."""
        return [number for number, rule in enumerate(self.rules) if _holds(rule, scene)]

    def revision_for(self, frozen: Frozen) -> str:
        """What a list that began with `frozen` needs to go on: the name of these rules where it went by any.

        A cursor names rules by number, and a delta may bring others.
        """
        return self._revision if frozen.ruled else ""

    def excluded(self, holding: Iterable[int], now: int) -> int:
        """The products that the exclusions among `holding` take out."""
        bits = 0
        for number in holding:
            if self.rules[number].kind == "exclude":
                bits |= self.bits(number, now)
        return bits

    def shifting(self, holding: Iterable[int]) -> tuple[int, ...]:
        """The boosts and buries among `holding` that enter an order."""
        return tuple(one for one in holding if self.rules[one].kind in ("boost", "bury"))[:MAX_SHIFTS]

    def shifts(self, numbers: Iterable[int], now: int) -> list[Shift]:
        """What boosts and buries do to a score."""
        shifts = []
        for number in numbers:
            rule = self.rules[number]
            points = -rule.points if rule.kind == "bury" else rule.points
            shifts.append(Shift("rule", self.bits(number, now), points, rule.id))
        return shifts

    def pins(self, holding: Iterable[int], order: Order, matches: int, now: int) -> tuple[Pin, ...]:
        """Which products the pins and promotion slots among `holding` put where; pins choose first.

        A place is given once, to the first rule that asks for it, and a style is placed once. A slot takes
        the first of its products in `order`, a pin the first of its list that matches.
        """
        placing = [number for number in holding if self.rules[number].position]
        placing.sort(key=lambda number: self.rules[number].kind != "pin")
        pins: dict[int, Pin] = {}
        for number in placing:
            rule = self.rules[number]
            if rule.position in pins:
                continue
            rank = self._choose(number, order, matches, now)
            if rank is not None:
                pins[rule.position] = Pin(rule.position, rank, number)
                for sibling in self._index.siblings(rank):
                    matches &= ~(1 << sibling)
        return tuple(pins[place] for place in sorted(pins))

    def _choose(self, number: int, order: Order, matches: int, now: int) -> int | None:
        rule = self.rules[number]
        if rule.kind == "pin":
            listed = (self._rank(product) for product in rule.products)
            return next((rank for rank in listed if rank is not None and matches >> rank & 1), None)
        found = order.first(matches & self.bits(number, now), 1)
        return found[0].rank if found else None

    def bits(self, number: int, now: int) -> int:
        """The products that a rule is about at `now`."""
        rule = self.rules[number]
        listed = self._listed.get(number)
        if listed is None:
            ranks = {rank for rank in map(self._rank, rule.products) if rank is not None}
            listed = self._listed[number] = sum(1 << rank for rank in ranks)
        return listed | self._where(rule, now) if rule.where else listed

    def dated(self, numbers: Iterable[int]) -> bool:
        """Whether any of these rules rests on evidence, which a delta may change.

        A cursor's numbers may be those of other rules: which rules it went by, `revision_for` tells.
        """
        facets = self._index.facets
        return any(
            field in facets and facets[field].info.dated
            for number in numbers
            if number < len(self.rules)
            for field in self.rules[number].where
        )

    def epoch(self, now: int) -> int:
        """How many times at which some public rule begins or ends have passed at `now`."""
        return bisect_right(self._instants, now)

    def last_instant(self, now: int) -> int | None:
        """The last such time that has passed."""
        epoch = self.epoch(now)
        return self._instants[epoch - 1] if epoch else None

    def next_instant(self, now: int) -> int | None:
        """The next such time."""
        epoch = self.epoch(now)
        return self._instants[epoch] if epoch < len(self._instants) else None

    def times(self, now: int) -> Times:
        """What lies before and after `now` of all times at which a rule or experiment begins or ends."""
        instants, passed = self._all_instants, bisect_right(self._all_instants, now)
        return Times(
            passed,
            instants[passed - 1] if passed else None,
            instants[passed] if passed < len(instants) else None,
        )

    def _where(self, rule: Rule, now: int) -> int:
        combined = -1
        for field, values in rule.where.items():
            combined &= self._any_of(field, values, now)
        return combined

    def _any_of(self, field: str, values: Sequence[str], now: int) -> int:
        facet = self._index.facets.get(field)
        if facet is None:
            return 0
        bits = 0
        for value in values:
            at = facet.index(value)
            if at is not None:
                bits |= facet.bits(at, now)
        return bits

    def _rank(self, product: str) -> int | None:
        ordinal = self._index.ordinal(product)
        return None if ordinal is None else self._index.rank(ordinal)


def _instants(scheduled: Iterable[Rule | Experiment]) -> list[int]:
    moments = [moment for one in scheduled for moment in (one.start, one.end)]
    return sorted(instant(moment) for moment in moments if moment is not None)


def _holds(rule: Rule, scene: Scene) -> bool:
    return (
        (not rule.markets or scene.market in rule.markets)
        and (not rule.slots or scene.slot in rule.slots)
        and (not rule.categories or (bool(scene.categories) and scene.categories <= set(rule.categories)))
        and (not rule.audience or not scene.interests.isdisjoint(rule.audience))
        and (not rule.places or not scene.places.isdisjoint(rule.places))
        and (rule.arm is None or rule.arm in scene.arms)
        and runs(rule.start, rule.end, scene.now)
    )
