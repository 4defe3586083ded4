"""The personal order: base score plus what signals, models and rules add or take, and why.

score(product) = base score + points of the facet values it has + shifts of sets + points of single products

Inside, everything is counted from a common offset, so that nothing is negative: what a shift takes from its
products is added to all others instead. So the sum is exact, the same everywhere, and `explain` adds up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import msgspec

from selvedge.ranking.order import SlicedOrder
from selvedge.ranking.slices import add

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from selvedge.ranking.order import Order
    from selvedge.ranking.signals import Signal
    from selvedge.snapshot.index import Index


class Term(msgspec.Struct, frozen=True, omit_defaults=True):
    """One summand of a product's score.

    `field` and `value` are set where a facet value adds it, `rule` where a rule does, `model` where a model
    does.
    """

    name: str
    points: int
    field: str | None = None
    value: str | None = None
    rule: str | None = None
    model: str | None = None


class Shift(msgspec.Struct, frozen=True):
    """Points, `-MAX_WEIGHT` to `MAX_WEIGHT`, for every product of a set."""

    name: Literal["arrival", "avoided", "price", "seen", "rule"]
    bits: int
    points: int
    rule: str | None = None


class Bonuses(msgspec.Struct, frozen=True):
    """What a model adds to single products, by rank; none is negative."""

    points: Mapping[int, int] = msgspec.field(default_factory=dict)
    model: str | None = None


NO_BONUSES = Bonuses()


class Personal:
    """One person's order over one snapshot, for one request."""

    def __init__(
        self,
        index: Index,
        signals: Iterable[Signal],
        now: int,
        *,
        bonuses: Bonuses = NO_BONUSES,
        texts: Mapping[int, int] | None = None,
        shifts: Sequence[Shift] = (),
    ) -> None:
        """Make the order. `texts` are points by rank, none negative, for words like those looked at."""
        self._index = index
        self._now = now
        self._bonuses = bonuses
        self._texts = texts or {}
        self._weights: dict[str, dict[int, int]] = {}
        self._signals = [one for one in signals if self._admit(one)]
        self._by_row, self._dated = self._note_values()
        self._shifts = [one for one in shifts if one.points and one.bits]
        self.offset = -sum(one.points for one in self._shifts if one.points < 0)

    def _admit(self, one: Signal) -> bool:
        """Count a signal; False for what the snapshot lacks."""
        facet = self._index.facets.get(one.field)
        at = None if facet is None else facet.index(one.value)
        if at is None or one.points <= 0:
            return False
        weights = self._weights.setdefault(one.field, {})
        weights[at] = weights.get(at, 0) + one.points
        return True

    def _note_values(self) -> tuple[dict[int, int], list[tuple[int, int]]]:
        """Return the weights of values by their numbers in rows, and of those in no row with their sets."""
        by_row: dict[int, int] = {}
        dated: list[tuple[int, int]] = []
        for field, weights in self._weights.items():
            start = self._index.row_offsets.get(field)
            if start is None:
                facet = self._index.facets[field]
                dated += [(facet.bits(at, self._now), weight) for at, weight in weights.items()]
            else:
                by_row |= {start + at: weight for at, weight in weights.items()}
        return by_row, dated

    def order(self) -> Order:
        """The order by descending score; its numbers are scores above `offset`."""
        added = dict(self._bonuses.points)
        for rank, points in self._texts.items():
            added[rank] = added.get(rank, 0) + points
        return SlicedOrder(self._slices, self.facet_score, added)

    def facet_score(self, rank: int) -> int:
        """The number of the product at `rank` without bonuses."""
        weight_of = self._by_row
        number = self._index.base_scores[rank] + self.offset
        for value in self._index.row(rank):
            if value in weight_of:
                number += weight_of[value]
        for bits, weight in self._dated:
            if bits >> rank & 1:
                number += weight
        for one in self._shifts:
            if one.bits >> rank & 1:
                number += one.points
        return number

    def explain(self, rank: int, placed: str | None = None, rule: str | None = None) -> list[Term]:
        """The terms of the product's score; their points add up to its number less `offset`.

        What a `rule` has `placed` (`pin`, `promote`) whatever its score has a term of no points for that.
        """
        terms = [Term("base", self._index.base_scores[rank])]
        terms += [
            Term(one.source, one.points, one.field, one.value)
            for one in self._signals
            if self._has(rank, one.field, one.value)
        ]
        terms += [Term(one.name, one.points, rule=one.rule) for one in self._shifts if one.bits >> rank & 1]
        if rank in self._texts:
            terms.append(Term("text", self._texts[rank]))
        if rank in self._bonuses.points:
            terms.append(Term("model", self._bonuses.points[rank], model=self._bonuses.model))
        if placed is not None:
            terms.append(Term(placed, 0, rule=rule))
        return terms

    def _has(self, rank: int, field: str, value: str) -> bool:
        facet = self._index.facets[field]
        at = facet.index(value)
        return at is not None and facet.contains(at, rank, self._now)

    def _slices(self) -> list[int]:
        columns = [[piece] for piece in self._index.base_slices()]
        for field, weights in self._weights.items():
            facet = self._index.facets[field]
            sets = [(facet.bits(at, self._now), weight) for at, weight in weights.items()]
            _add_columns(columns, _united(sets) if facet.info.single else sets)
        everyone = (1 << self._index.size) - 1
        _add_columns(
            columns,
            [
                (one.bits, one.points) if one.points > 0 else (everyone ^ one.bits, -one.points)
                for one in self._shifts
            ],
        )
        return add(columns)


_BITS = tuple(tuple(bit for bit in range(8) if number >> bit & 1) for number in range(256))


def _add_columns(columns: list[list[int]], weighted: Iterable[tuple[int, int]]) -> None:
    """Put each set into the columns of its weight's bits."""
    for bits, weight in weighted:
        for bit in _BITS[weight]:
            columns[bit].append(bits)


def _united(weighted: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return one set for each bit of the weights of sets that never meet: an OR in place of an adder."""
    unions: dict[int, int] = {}
    for bits, weight in weighted:
        for bit in _BITS[weight]:
            unions[bit] = unions[bit] | bits if bit in unions else bits
    return [(bits, 1 << bit) for bit, bits in unions.items()]
