"""What may stand in for a garment: in stock, near it in price, with evidence that counts now; never a claim.

The set depends on the product and the time alone. Its public order does too; a personal one is asked for
under another address, so that caches never hold it.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from selvedge.catalogue.filter import size_value
from selvedge.catalogue.query import BadParameter, canonical, parse_query, split_query
from selvedge.catalogue.strength import strength
from selvedge.snapshot.alternatives import MOST, is_near
from selvedge.web.anybody import without_headers
from selvedge.web.asked import read_asked
from selvedge.web.caching import PRIVATE, not_modified
from selvedge.web.http import JSON, Response
from selvedge.web.people import NOBODY, Asked, Known, read_known
from selvedge.web.products import locate, redirect
from selvedge.web.reasons import with_facts
from selvedge.web.recommendations import decide
from selvedge.web.similar import public_headers_of_day

if TYPE_CHECKING:
    from selvedge.catalogue.query import Query
    from selvedge.ports import Background
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request
    from selvedge.web.recommendations import Recommendations
    from selvedge.web.view import View

SLOT = "alternatives"
"""The name that rules know the list by."""

DEFAULT_ITEMS = 8
MAX_ITEMS = MOST
PERSONALISE = "personalise"
_OF_LISTS_ONLY = ("cursor", "facets", "sort", "variants")


async def list_alternatives(
    edge: Edge, request: Request, background: Background, market: str, locale: str, product_id: str
) -> Response:
    """`GET /v1/{market}/{locale}/products/{id}/alternatives`."""
    view = await edge.view(market, locale, background)
    query = read_short_query(request, view, (PERSONALISE,))
    asked = msgspec.structs.replace(read_asked(view, query), item=locate(view, product_id)[1])
    path = f"/v1/{market}/{locale}/products/{quote(product_id, safe='')}/alternatives"
    wanted = canonical(only_personal(query))
    if (request.path, request.query) != (path, wanted):
        return redirect(edge, f"{path}?{wanted}" if wanted else path)
    if is_personal(query):
        known = await read_known(edge, request, market, view.scope.now, background)
        headers = PRIVATE | edge.marks(view.edition) | known.headers
    else:
        known, headers = NOBODY, await public_headers_of_day(edge, request, view)
        unchanged = not_modified(request, headers)
        if unchanged is not None:
            return unchanged
        request = without_headers(request)
    answer = await alternatives_to(edge, request, view, query, asked, known)
    return Response(200, {"Content-Type": JSON, **headers}, msgspec.json.encode(answer), known.cookies)


def read_short_query(request: Request, view: View, extra: tuple[str, ...]) -> Query:
    """Return the query of a list that has one page only, of at most `MAX_ITEMS`. Raises `BadParameter`."""
    given = split_query(request.query)
    for name in _OF_LISTS_ONLY:
        if name in given:
            raise BadParameter(name, "is not a parameter of short lists")
    query = parse_query(request.query, view.scope.vocabulary(extra, sorts=("relevance",)))
    if "limit" in given and query.limit > MAX_ITEMS:
        raise BadParameter("limit", f"{query.limit} is more than a short list holds", (f"1 to {MAX_ITEMS}",))
    return query


def bounded(query: Query, request: Request) -> Query:
    """Return `query` with the number of items that short lists have where none is asked for."""
    if "limit" in split_query(request.query):
        return query
    return msgspec.structs.replace(query, limit=DEFAULT_ITEMS)


def is_personal(query: Query) -> bool:
    """Whether a personal order is asked for."""
    return (PERSONALISE, "on") in query.extra


def only_personal(query: Query) -> Query:
    """Return `query` without what says that its order is to be the same for everyone, which it is anyway."""
    extra = tuple(pair for pair in query.extra if pair != (PERSONALISE, "off"))
    return msgspec.structs.replace(query, extra=extra)


async def alternatives_to(
    edge: Edge, request: Request, view: View, query: Query, asked: Asked, known: Known
) -> Recommendations:
    """Return the alternatives to the product at `asked.item`, each with the facts that speak for it."""
    found = 0 if asked.item is None else await standing_in(view, query, asked.item)
    everything = (1 << view.scope.index.size) - 1
    answer = await decide(
        edge, request, view.without(everything ^ found), bounded(query, request), asked, known, SLOT
    )
    return msgspec.structs.replace(answer, items=with_facts(view, answer.items), next=None)


async def standing_in(view: View, query: Query, item: int) -> int:
    """Return the products that may stand in for the one at rank `item` now, as a set.

    Their evidence counts now, not when the version was built. Unless `query` asks for sizes, they come in one
    that the product is sold in.
    """
    if view.release is None:
        raise TypeError("a starter knows no alternatives")
    row = await view.release.alternatives(item)
    if not row.ordinals:
        return 0
    scope = view.scope
    fitting = scope.market.available
    if not any(one.field == "size" for one in query.facet_filters):
        fitting &= await _in_its_sizes(view, item)
    price = scope.market.price.value(item) if scope.market.available >> item & 1 else None
    own, found = _strength(view, item), 0
    for at, ordinal in enumerate(row.ordinals):
        rank = scope.index.rank(ordinal)
        if rank is None or not fitting >> rank & 1:
            continue
        if price is not None and not is_near(price, scope.market.price.value(rank)):
            continue
        theirs = _strength(view, rank)
        if theirs > own or (theirs == own and at < row.lower):
            found |= 1 << rank
    return found


async def _in_its_sizes(view: View, item: int) -> int:
    """Return the products in stock in a size that the product is sold in, be that sold out."""
    if view.release is None:
        raise TypeError("a starter knows no sizes")
    detail = await view.release.detail(view.market.code, item)
    facet = view.scope.market.facets["size"]
    positions = {facet.index(size_value(offer)) for offer in detail.offers} - {None}
    sets = (facet.bits(at, view.scope.now) for at in positions if at is not None)
    return reduce(or_, sets, 0)


def _strength(view: View, rank: int) -> frozenset[str]:
    index = view.scope.index
    told = bool(index.shares_stated() >> rank & 1)
    evidence = (index.evidence[ref] for ref in index.evidence.refs(rank))
    return strength(evidence, index.evidence.tables, view.scope.now, told=told)
