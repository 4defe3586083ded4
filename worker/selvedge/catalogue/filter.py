"""The filter: a query as the set of products that satisfy it. Hard, on facts only, the same for all."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, NamedTuple

from selvedge.catalogue.query import SORTS, Vocabulary
from selvedge.snapshot.postings import remove

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from selvedge.catalogue.model import Offer
    from selvedge.catalogue.query import FacetFilter, Query, RangeFilter
    from selvedge.snapshot.facets import Facet
    from selvedge.snapshot.index import Index, MarketIndex
    from selvedge.snapshot.ranges import RangeColumn

UNKNOWN = "unknown"
"""The value of a field about which there is no data; an exclusion excludes it as well."""

SHARE = "share."
"""What the names of fibre shares begin with."""

HIDDEN_RANGES = frozenset({"published"})
"""Range columns that serve an order and are no filter."""


def size_value(offer: Offer) -> str:
    """Return the offer's size as a facet value: `38,5` is asked for as `38.5`, as a comma parts values."""
    return offer.size.replace(",", ".") or UNKNOWN


class Condition(NamedTuple):
    """A filter on `field`: products are to be in the set `bits`, or outside of it if that is `excluding`."""

    field: str
    bits: int
    excluding: bool = False


class Scope:
    """One market of one snapshot at one time: where a query is decided."""

    def __init__(self, index: Index, market: MarketIndex, now: int, *, excluded: int = 0) -> None:
        self.index = index
        self.market = market
        self.now = now
        self.excluded = excluded

    def without(self, excluded: int) -> Scope:
        """Return the same scope where the products of a set never match either, whatever a query asks for."""
        if not excluded:
            return self
        return Scope(self.index, self.market, self.now, excluded=self.excluded | excluded)

    def at(self, now: int) -> Scope:
        """Return the same scope at another time."""
        return Scope(self.index, self.market, now, excluded=self.excluded)

    def facet(self, field: str) -> Facet:
        """The field of that name, shared or the market's own."""
        return self.index.facets.get(field) or self.market.facets[field]

    def column(self, field: str) -> RangeColumn:
        """The range column of that name, shared or the market's own."""
        return self.market.price if field == "price" else self.index.range(field)

    def vocabulary(self, extra: Collection[str] = (), sorts: Collection[str] = SORTS) -> Vocabulary:
        """What a query in this scope may name."""
        facets = {**self.index.facets, **self.market.facets}
        return Vocabulary(
            {name: facet.values for name, facet in facets.items()},
            (self.index.range_names - HIDDEN_RANGES) | {"price"},
            extra,
            sorts,
        )

    def matches(self, query: Query) -> int:
        """The available products that satisfy `query`."""
        return self.meeting(self.conditions(query))

    def conditions(self, query: Query) -> list[Condition]:
        """The filters of `query`, each as the products that it is about."""
        conditions = [self._condition(one) for one in query.facet_filters]
        conditions += [Condition(one.field, self._range_bits(one)) for one in query.range_filters]
        return conditions

    def meeting(self, conditions: Iterable[Condition], *, without: str | None = None) -> int:
        """The available products that meet all of `conditions`, or all but those on one field."""
        found = remove(self.market.available, self.excluded)
        for one in conditions:
            if one.field != without:
                found = remove(found, one.bits) if one.excluding else found & one.bits
        return found

    def unknown_values(self, query: Query) -> tuple[str, ...]:
        """What a query names, as `field:value`, that no product of this version has: mistyped or outdated.

        The share of a fibre that none states is named by itself.
        """
        return tuple(
            f"{one.field}:{value}"
            for one in query.facet_filters
            for value in one.values
            if self.facet(one.field).index(value) is None
        ) + tuple(one.field for one in query.range_filters if self._is_unstated(one))

    def _condition(self, one: FacetFilter) -> Condition:
        facet = self.facet(one.field)
        positions = [facet.index(value) for value in one.values]
        sets = [facet.bits(at, self.now) for at in positions if at is not None]
        if one.mode == "all":
            return Condition(one.field, 0 if None in positions else reduce(and_, sets, -1))
        if one.mode == "not" and (unknown := facet.index(UNKNOWN)) is not None:
            sets.append(facet.bits(unknown, self.now))
        return Condition(one.field, reduce(or_, sets, 0), one.mode == "not")

    def _range_bits(self, one: RangeFilter) -> int:
        if self._is_unstated(one):
            return 0 if one.low else self.index.shares_stated()
        column = self.column(one.field)
        bits = column.between(one.low, one.high)
        if one.field.startswith(SHARE) and not one.low:
            bits |= remove(self.index.shares_stated(), column.present)
        return bits

    def _is_unstated(self, one: RangeFilter) -> bool:
        """Whether no product of this version states the share that a filter is about."""
        return one.field.startswith(SHARE) and one.field not in self.index.range_names
