"""Hypothesis strategies that ask a shop for what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from origin.building import build
from selvedge.catalogue.filter import Scope
from selvedge.catalogue.query import FacetFilter, Mode, Query, RangeFilter
from selvedge.snapshot.index import Index, MarketIndex
from tests.wardrobe import NOW

if TYPE_CHECKING:
    from selvedge.catalogue.model import Catalogue

_MODES: tuple[Mode, ...] = ("any", "all", "not")
_BOUNDS = st.sampled_from([0, 20, 30, 50, 99, 100, 1000, 1999, 3000])


def scope_of(catalogue: Catalogue, now: int = NOW) -> Scope:
    """The market `nl` of `catalogue`, decoded from its built parts."""
    built = build(catalogue, shop="acme")
    index = Index(built.sections("index"))
    return Scope(index, MarketIndex(built.sections("market/nl"), index.size), now)


@st.composite
def queries(draw: st.DrawFn, scope: Scope) -> Query:
    """A query in the words of `scope`; each field is asked about at most once."""
    vocabulary = scope.vocabulary()
    filters = []
    for field, values in vocabulary.facets.items():
        if values() and draw(st.integers(0, 2)) == 0:
            chosen = draw(st.lists(st.sampled_from(sorted(values())), min_size=1, max_size=3, unique=True))
            filters.append(FacetFilter(field, draw(st.sampled_from(_MODES)), tuple(sorted(chosen))))
    ranges = []
    for name in sorted(vocabulary.ranges):
        if draw(st.integers(0, 3)) == 0:
            low, high = sorted((draw(_BOUNDS), draw(_BOUNDS)))
            form = draw(st.sampled_from([(low, high), (low, None), (None, high)]))
            ranges.append(RangeFilter(name, *form))
    return Query(tuple(sorted(filters)), tuple(ranges))
