"""Parts of pages as HTML, for pages that a CDN caches whole: the same decisions, in the page's language.

`similar` and `alternatives` speak about a garment alone. They are public, so that caches hold one copy per
product page; who wants a personal order of alternatives says so in the address, and of what is like a garment
asks `recommendations` with its `item`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.filter import UNKNOWN
from selvedge.catalogue.query import BadParameter, FacetFilter, canonical, split_query
from selvedge.web import alternatives
from selvedge.web.alternatives import PERSONALISE, alternatives_to, bounded, read_short_query
from selvedge.web.anybody import without_headers
from selvedge.web.asked import read_asked
from selvedge.web.basis import assign_arms, holding_rules
from selvedge.web.caching import PRIVATE, not_modified
from selvedge.web.http import HTML, Response
from selvedge.web.items import Item
from selvedge.web.people import NOBODY, Person, read_known
from selvedge.web.problems import NotFound, quoted
from selvedge.web.products import canonical_redirect
from selvedge.web.recommendations import SLOT, decide
from selvedge.web.similar import SLOT as SIMILAR
from selvedge.web.similar import public_headers_of_day
from selvedge.web.templating import ImageSize, render

if TYPE_CHECKING:
    from selvedge.catalogue.query import Query
    from selvedge.ports import Background
    from selvedge.shopper.context import Context
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request
    from selvedge.web.people import Known
    from selvedge.web.recommendations import Recommendations
    from selvedge.web.view import View

ALTERNATIVES = alternatives.SLOT
RECENT = "recently-viewed"

_PARAMETERS = {
    SLOT: ("item", PERSONALISE, "prefer"),
    RECENT: ("item", PERSONALISE),
    SIMILAR: ("item",),
    ALTERNATIVES: ("item", PERSONALISE),
}
"""By slot, what may be asked beside filters and `limit`."""

SLOTS = tuple(_PARAMETERS)
ABOUT_A_GARMENT = (SIMILAR, ALTERNATIVES)

_DEFENCES = {
    "Content-Type": HTML,
    "X-Content-Type-Options": "nosniff",
    # A fragment is no page: nobody should find, frame or run it as one.
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}


class Picks(msgspec.Struct, frozen=True):
    """What a fragment shows. Without an id it is no recommendation, and events have none to echo."""

    items: tuple[Item, ...] = ()
    recommendation_id: str | None = None
    experiments: dict[str, str] = {}


async def show_fragment(
    edge: Edge, request: Request, background: Background, market: str, locale: str, slot: str
) -> Response:
    """`GET /v1/{market}/{locale}/fragments/{slot}`; a slot with nothing to show is an empty fragment."""
    if slot not in SLOTS:
        raise NotFound(f"no slot {quoted(slot)}; there are {', '.join(SLOTS)}")
    view = await edge.view(market, locale, background)
    query = _parse(request, view, slot)
    if slot in ABOUT_A_GARMENT:
        query = alternatives.only_personal(query)
        if not alternatives.is_personal(query):
            return await _public(edge, request, view, query, slot)
    query, known, asked = bounded(query, request), NOBODY, read_asked(view, query)
    if asked.personalise:
        known = await read_known(edge, request, market, view.scope.now, background)
    if slot == RECENT:
        picks = await _recently_viewed(request, view, query, known.context)
    elif slot == ALTERNATIVES:
        picks = _picks(await _to(edge, request, view, query, slot, known))
    else:
        asked = msgspec.structs.replace(asked, explain=True)
        picks = _picks(await decide(edge, request, view, query, asked, known))
    headers = PRIVATE | edge.marks(view.edition) | known.headers
    return msgspec.structs.replace(_answer(edge, view, slot, picks, headers), cookies=known.cookies)


async def _public(edge: Edge, request: Request, view: View, query: Query, slot: str) -> Response:
    """Return a public fragment. No header is read but those of a conditional request."""
    moved = canonical_redirect(edge, request, canonical(query))
    if moved is not None:
        return moved
    headers = await public_headers_of_day(edge, request, view)
    unchanged = not_modified(request, headers)
    if unchanged is not None:
        return unchanged
    picks = _picks(await _to(edge, without_headers(request), view, query, slot))
    return _answer(edge, view, slot, picks, headers)


async def _to(
    edge: Edge, request: Request, view: View, query: Query, slot: str, known: Known = NOBODY
) -> Recommendations | None:
    """Return what stands beside the product that is asked about; None where it is withdrawn."""
    asked = read_asked(view, query)
    if asked.item is None:
        return None
    if slot == ALTERNATIVES:
        return await alternatives_to(edge, request, view, query, asked, known)
    query = _of_its_kind(view, bounded(query, request), asked.item)
    asked = msgspec.structs.replace(asked, explain=True)
    return await decide(edge, request, view, query, asked, known, slot)


def _picks(answer: Recommendations | None) -> Picks:
    if answer is None:
        return Picks()
    return Picks(answer.items, answer.recommendation_id, answer.experiments)


async def list_recently_viewed(request: Request, view: View, context: Context) -> Picks:
    """Return what the fragment shows to whoever has this context: for previews. Raises `BadParameter`."""
    return await _recently_viewed(request, view, bounded(_parse(request, view, RECENT), request), context)


async def _recently_viewed(request: Request, view: View, query: Query, context: Context | None) -> Picks:
    """Return the products looked at last, newest first: those still to be had that no rule excludes."""
    if context is None:
        return Picks()
    asked = read_asked(view, query)
    arms = assign_arms(view, context)
    holding = holding_rules(request, view, RECENT, query, Person(asked, context), arms)
    found = view.without(view.rulebook.excluded(holding, view.scope.now)).scope.matches(query)
    ranks = [view.scope.index.rank(ordinal) for ordinal in context.recent]
    shown = [rank for rank in ranks if rank is not None and rank != asked.item and found >> rank & 1]
    shown = list(dict.fromkeys(shown))[: query.limit]
    return Picks(tuple(await view.presenter(query).items(view.cards, shown)))


def _of_its_kind(view: View, query: Query, item: int) -> Query:
    """Return `query` within the item's category, unless it names one: a shoe is no alternative to a shirt."""
    if any(one.field == "category" for one in query.facet_filters):
        return query
    index = view.scope.index
    named = dict(index.row_value(number) for number in index.row(item))
    category = named.get("category", UNKNOWN)
    if category == UNKNOWN:
        return query
    kind = FacetFilter("category", "any", (category,))
    return msgspec.structs.replace(query, facet_filters=tuple(sorted((*query.facet_filters, kind))))


def _parse(request: Request, view: View, slot: str) -> Query:
    """Return the query as it is written. Raises `BadParameter`."""
    query = read_short_query(request, view, _PARAMETERS[slot])
    if slot in ABOUT_A_GARMENT and "item" not in split_query(request.query):
        raise BadParameter("item", f"is missing: {slot} is about a product")
    return query


def _answer(edge: Edge, view: View, slot: str, picks: Picks, headers: dict[str, str]) -> Response:
    image = ImageSize(edge.settings.image_width, edge.settings.image_height)
    body = render(slot, picks.items, view.locale, image, picks.recommendation_id, picks.experiments)
    return Response(200, {**_DEFENCES, **headers}, body)
