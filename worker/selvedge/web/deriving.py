"""The derived facts that mattered to an explained list, each with its rule and inputs.

A fact mattered where a filter asked for it, or a term of the product's score names it. Two of them follow
from all components, which cards do not hold: only for these are details read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.derivation import FROM_COMPONENTS, NAMES, reached
from selvedge.errors import SnapshotError, StorageUnavailable
from selvedge.web.products import locate

if TYPE_CHECKING:
    from selvedge.catalogue.model import Component
    from selvedge.catalogue.query import Query
    from selvedge.snapshot.loaded import LoadedRelease
    from selvedge.web.certifications import DerivedFact
    from selvedge.web.items import Item
    from selvedge.web.presenter import Presenter
    from selvedge.web.recommendations import Recommendations
    from selvedge.web.view import View

    Wanted = frozenset[tuple[str, str | None]]
    """Names with values; None is a share of whatever size."""


async def with_derived_facts(view: View, query: Query, answer: Recommendations) -> Recommendations:
    """Return `answer`, whose items say their terms, each with the derived facts that mattered."""
    asked, presenter = _asked(query), view.presenter()
    items = [await _told(view, presenter, one, asked | _of_terms(one)) for one in answer.items]
    return msgspec.structs.replace(answer, items=tuple(items))


def _asked(query: Query) -> Wanted:
    values = {
        (one.field, value)
        for one in query.facet_filters
        if one.field in NAMES and one.mode != "not"
        for value in one.values
    }
    return frozenset({*values, *((one.field, None) for one in query.range_filters if one.field in NAMES)})


def _of_terms(item: Item) -> Wanted:
    return frozenset((one.field, one.value) for one in item.explain if one.field in NAMES)


async def _told(view: View, presenter: Presenter, item: Item, wanted: Wanted) -> Item:
    if not wanted:
        return item
    release, rank = locate(view, item.id)
    of_components = any(name in FROM_COMPONENTS for name, _ in wanted)
    components = await _components(release, view.market.code, rank) if of_components else ()
    facts = presenter.derived(rank, components, item.country_of_origin)
    mattered = tuple(one for one in facts if _mattered(one, wanted))
    return msgspec.structs.replace(item, derived=mattered) if mattered else item


async def _components(release: LoadedRelease, market: str, rank: int) -> tuple[Component, ...]:
    """Return the components; nothing where the detail cannot be had, which no list fails for."""
    try:
        return (await release.detail(market, rank)).components
    except (SnapshotError, StorageUnavailable):
        return ()


def _mattered(fact: DerivedFact, wanted: Wanted) -> bool:
    if (fact.name, None) in wanted:
        return True
    values = (fact.value,) if isinstance(fact.value, str) else reached(fact.name, fact.value)
    return any((fact.name, value) in wanted for value in values)
