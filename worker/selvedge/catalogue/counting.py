"""Facet counts: how many products each value would give.

The counts of a field leave out the field's own selection, as shoppers expect: choosing linen must not
make cotton look empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from selvedge.catalogue.filter import Scope
    from selvedge.catalogue.query import Query


def count_facets(scope: Scope, query: Query) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Yield each field that `query` wants counted, with the values that some product has, and how many.

    The most frequent value comes first, equals in the order of the field.
    """
    conditions = scope.conditions(query)
    limited = {one.field for one in conditions}
    everything = scope.meeting(conditions)
    for field in query.facets:
        found = scope.meeting(conditions, without=field) if field in limited else everything
        yield field, _count(scope, field, found)


def _count(scope: Scope, field: str, found: int) -> list[tuple[str, int]]:
    facet = scope.facet(field)
    values: Sequence[str] = facet.info.values
    counts = [(-(bits & found).bit_count(), at) for at, bits in enumerate(facet.all_bits(scope.now))]
    counts.sort()
    return [(values[at], -count) for count, at in counts if count]
