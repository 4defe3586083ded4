"""The personal order. What consent does not allow is not read, and then all people get the same bytes."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.query import parse_query
from selvedge.ranking.frozen import personal
from selvedge.web.asked import PARAMETERS, read_asked
from selvedge.web.basis import (
    assign_arms,
    begin,
    find_predictor,
    frozen_arms,
    holding_rules,
    is_randomised,
    list_revision,
    resume,
    unwanted,
)
from selvedge.web.caching import PRIVATE
from selvedge.web.cursors import is_private
from selvedge.web.deriving import with_derived_facts
from selvedge.web.http import JSON, Request, Response
from selvedge.web.listing import Marker, turn
from selvedge.web.paging import check_cursor, check_excluded, cursor_at, first_page, opened
from selvedge.web.people import NOBODY, Person, read_known
from selvedge.web.problems import StaleCursor
from selvedge.web.products import (
    ProductList,
    SnapshotInfo,
    facet_counts,
    present,
)
from selvedge.web.reasons import with_reasons

if TYPE_CHECKING:
    from selvedge.catalogue.query import Query
    from selvedge.ports import Background
    from selvedge.ranking.order import Order
    from selvedge.shopper.context import Context
    from selvedge.web.basis import Basis
    from selvedge.web.cursors import Cursor
    from selvedge.web.edge import Edge
    from selvedge.web.listing import Turn
    from selvedge.web.people import Asked, Known
    from selvedge.web.view import View

SLOT = "recommendations"
"""The name that rules know a personal list by."""


class Recommendations(ProductList, frozen=True, kw_only=True):
    """A page of the personal order. `recommendation_id` is what events about its items echo.

    `personalised` says whether anything beyond the request itself was used; `experiments` gives the arm by
    experiment of whoever was put into one. Who may not be told apart sees what the control arm does, and is
    in none: counted with the control they would make it incomparable.
    """

    recommendation_id: str
    personalised: bool
    experiments: dict[str, str] = msgspec.field(default_factory=dict)


async def recommend(
    edge: Edge, request: Request, background: Background, market: str, locale: str
) -> Response:
    """`GET /v1/{market}/{locale}/recommendations`."""
    view = await edge.view(market, locale, background)
    query = parse_query(request.query, view.scope.vocabulary(PARAMETERS, sorts=("relevance",)))
    asked = read_asked(view, query)
    known = (
        await read_known(edge, request, market, view.scope.now, background) if asked.personalise else NOBODY
    )
    answer = await decide(edge, request, view, query, asked, known)
    if asked.explain:
        answer = await with_derived_facts(view, query, answer)
    headers = {"Content-Type": JSON, **PRIVATE, **edge.marks(view.edition), **known.headers}
    return Response(200, headers, msgspec.json.encode(answer), known.cookies)


async def decide(
    edge: Edge, request: Request, view: View, query: Query, asked: Asked, known: Known, slot: str = SLOT
) -> Recommendations:
    """Return what this request is shown, whatever form it is then served in; rules know it by its `slot`."""
    person = Person(asked, known.context, known.profile)
    cursor = _read_cursor(edge, request, view, query, person.context)
    arms = frozen_arms(view, cursor.frozen) if cursor else assign_arms(view, person.context)
    holding = holding_rules(request, view, slot, query, person, arms)
    item = cursor.frozen.item if cursor else asked.item
    excluded = view.rulebook.excluded(holding, view.scope.now)
    check_excluded(cursor, request, query, excluded)
    view = view.without(excluded | unwanted(view, item, person))
    basis = resume(view, cursor) if cursor else await begin(edge, request, view, person, arms, holding)
    ordering = personal(
        view.scope.index,
        view.rulebook,
        basis.weights,
        basis.frozen,
        basis.ordered_at,
        basis.signals,
        view.scope.market.built_price,
    )
    order, matches = ordering.order(), view.scope.matches(query)
    if cursor is None and holding:
        basis = _pinned(view, basis, holding, order, matches)
    page = turn(view, order, matches, query, cursor, basis.frozen, basis.weights.spread)
    marker = Marker(view.rulebook, basis.frozen, basis.ordered_at, ordering if asked.explain else None)
    items = await present(view, query, page.ranks, marker)
    if asked.explain:
        predictor = await find_predictor(edge, view, basis.weights) if basis.frozen.bonuses else None
        items = await with_reasons(view, basis.frozen, predictor, page.ranks, items)
    own = cursor is None or cursor.private  # else the list began as nobody's
    return Recommendations(
        market=view.market.code,
        locale=view.locale,
        snapshot=SnapshotInfo(view.edition.snapshot_version, view.edition.delta_number),
        number_of_items=matches.bit_count(),
        items=items,
        facets=facet_counts(view, query),
        next=_next(edge, request, view, query, page, basis, cursor, person.context, excluded),
        unknown_values=(*view.scope.unknown_values(query), *asked.unknown),
        recommendation_id=_recommendation_id(request, view, person.context, basis.ordered_at),
        personalised=person.context is not None and own,
        experiments=dict(arms) if own and is_randomised(person.context) else {},
    )


def _read_cursor(
    edge: Edge, request: Request, view: View, query: Query, context: Context | None
) -> Cursor | None:
    """Return where the page begins. Raises `BadParameter`, or `StaleCursor` for whom it is not any more.

    Who has got a context since the first page goes on in the order that this page was in. Who has lost
    it, by withdrawing consent or logging out, starts again: what was personal is not even opened. So does
    whoever comes with somebody else's cursor.
    """
    if query.cursor is None:
        return None
    if not is_private(query.cursor):
        cursor = opened(edge.public_cursors, request, query, query.cursor)
    elif context is None:
        raise StaleCursor(first_page(request.path, query))
    else:
        cursor = opened(edge.private_cursors, request, query, query.cursor)
        if cursor.owner != context.mark:
            raise StaleCursor(first_page(request.path, query))
    check_cursor(cursor, request, view, query, lambda: list_revision(view, cursor.frozen))
    return cursor


def _pinned(view: View, basis: Basis, holding: list[int], order: Order, matches: int) -> Basis:
    pins = view.rulebook.pins(holding, order, matches, view.scope.now)
    return msgspec.structs.replace(basis, frozen=msgspec.structs.replace(basis.frozen, pins=pins))


def _next(
    edge: Edge,
    request: Request,
    view: View,
    query: Query,
    page: Turn,
    basis: Basis,
    before: Cursor | None,
    context: Context | None,
    excluded: int,
) -> str | None:
    """Return the cursor of the page after `page`; None where that was the last."""
    if len(page.ranks) < query.limit:
        return None
    following = cursor_at(
        request,
        view,
        query,
        page.bookmark,
        list_revision(view, basis.frozen),
        basis.frozen,
        basis.ordered_at,
        excluded=excluded,
        before=before,
        owner=context.mark if context else None,
    )
    return (edge.private_cursors if following.private else edge.public_cursors).write(following)


def _recommendation_id(request: Request, view: View, context: Context | None, ordered_at: int) -> str:
    """Return an id for events to echo: random for a person, the same for all where nobody is known."""
    if context is not None:
        return _text(os.urandom(12))
    edition = view.edition
    named = (
        edition.snapshot_version,
        edition.delta_number,
        edition.evidence_epoch,
        ordered_at,
        request.path,
        request.query,
    )
    return _text(hashlib.sha256(repr(named).encode()).digest()[:12])


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()
