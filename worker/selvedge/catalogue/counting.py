"""Facet counts: how many products each value would give.

The counts of a field leave out the field's own selection, as shoppers expect: choosing linen must not
make cotton look empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selvedge.catalogue.filter import Scope
    from selvedge.catalogue.query import Query


def count_facet(scope: Scope, query: Query, field: str) -> dict[str, int]:
    """Return the number of matching products for each value of `field` that has any."""
    matches = scope.matches(query, without=field)
    facet = scope.facet(field)
    counts: dict[str, int] = {}
    for at, value in enumerate(facet.info.values):
        count = (facet.bits(at, scope.now) & matches).bit_count()
        if count:
            counts[value] = count
    return counts
