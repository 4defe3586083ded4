"""The personal order: base score plus what a person's affinities add, and why.

score(product) = base score + sum of the weights of the facet values it has + bonuses of single products

All terms are non-negative integers, so the sum is exact, the same everywhere, and `explain` adds up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.ranking.order import SlicedOrder
from selvedge.ranking.slices import add

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selvedge.ranking.order import Order
    from selvedge.snapshot.index import Index

MAX_WEIGHT = 127
"""The most that one facet value may add; a base score is at most 255."""

Weights = dict[tuple[str, str], int]
"""What each (field, value) adds, 1 to `MAX_WEIGHT`."""


class Term(msgspec.Struct, frozen=True, omit_defaults=True):
    """One summand of a product's score. `field` and `value` are set where a facet value adds it."""

    name: str
    points: int
    field: str | None = None
    value: str | None = None


class Personal:
    """One person's order over one snapshot, for one request."""

    def __init__(
        self, index: Index, weights: Weights, now: int, bonuses: Mapping[int, int] | None = None
    ) -> None:
        self._index = index
        self._now = now
        self._bonuses = bonuses or {}
        self._by_row: dict[int, int] = {}
        self._dated: list[tuple[int, str, str, int]] = []
        self._weights = {key: weight for key, weight in weights.items() if self._admit(*key, weight)}

    def _admit(self, field: str, value: str, weight: int) -> bool:
        """Note a weight where scoring single products finds it; False for what the snapshot lacks."""
        facet = self._index.facets.get(field)
        at = None if facet is None else facet.index(value)
        if facet is None or at is None or weight <= 0:
            return False
        offset = self._index.row_offsets.get(field)
        if offset is None:
            self._dated.append((facet.bits(at, self._now), field, value, weight))
        else:
            self._by_row[offset + at] = weight
        return True

    def order(self) -> Order:
        """The order by descending score."""
        singles = {rank: self.facet_score(rank) + bonus for rank, bonus in self._bonuses.items()}
        return SlicedOrder(self._slices, self.facet_score, singles)

    def facet_score(self, rank: int) -> int:
        """The score of the product at `rank` without bonuses."""
        weight_of = self._by_row
        score = self._index.base_scores[rank]
        for number in self._index.row(rank):
            if number in weight_of:
                score += weight_of[number]
        for bits, _, _, weight in self._dated:
            if bits >> rank & 1:
                score += weight
        return score

    def explain(self, rank: int) -> list[Term]:
        """The terms of the product's score; their points add up to it."""
        terms = [Term("base", self._index.base_scores[rank])]
        terms += [
            Term("affinity", self._by_row[number], *self._index.row_value(number))
            for number in self._index.row(rank)
            if number in self._by_row
        ]
        terms += [
            Term("affinity", weight, field, value)
            for bits, field, value, weight in self._dated
            if bits >> rank & 1
        ]
        if rank in self._bonuses:
            terms.append(Term("bonus", self._bonuses[rank]))
        return terms

    def _slices(self) -> list[int]:
        columns: list[list[int]] = [[piece] for piece in self._index.base_slices()]
        by_field: dict[str, list[tuple[int, int]]] = {}
        for (field, value), weight in self._weights.items():
            facet = self._index.facets[field]
            at = facet.index(value)
            if at is not None:
                by_field.setdefault(field, []).append((facet.bits(at, self._now), weight))
        for field, weighted in by_field.items():
            _add_columns(columns, weighted, disjoint=self._index.facets[field].info.single)
        return add(columns)


def _add_columns(columns: list[list[int]], weighted: list[tuple[int, int]], *, disjoint: bool) -> None:
    """Put each set into the columns of its weight's bits.

    Where no product has two values, sets of one column never meet, so that one OR stands for an adder.
    """
    for bit in range(MAX_WEIGHT.bit_length()):
        sets = [bits for bits, weight in weighted if weight >> bit & 1]
        if disjoint and len(sets) > 1:
            union = 0
            for one in sets:
                union |= one
            sets = [union]
        columns[bit] += sets
