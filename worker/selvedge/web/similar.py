"""What is like one product, the same for everyone: its row of the session model, and its facts.

It depends on path and query alone, so that caches hold one copy a product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from selvedge.catalogue.query import canonical, parse_query
from selvedge.ranking.frozen import DAY
from selvedge.web.anybody import without_headers
from selvedge.web.asked import read_asked
from selvedge.web.basis import find_predictor
from selvedge.web.caching import not_modified
from selvedge.web.deriving import with_derived_facts
from selvedge.web.http import JSON, Response
from selvedge.web.people import NOBODY
from selvedge.web.products import locate, redirect
from selvedge.web.recommendations import decide

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.web.caching import Edition
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request
    from selvedge.web.view import View

SLOT = "similar"
"""The name that rules know the list by."""


async def list_similar(
    edge: Edge, request: Request, background: Background, market: str, locale: str, product_id: str
) -> Response:
    """`GET /v1/{market}/{locale}/products/{id}/similar`."""
    view = await edge.view(market, locale, background)
    query = parse_query(request.query, view.scope.vocabulary(("explain",), sorts=("relevance",)))
    asked = read_asked(view, query)
    _, rank = locate(view, product_id)
    if not asked.explain:
        query = msgspec.structs.replace(query, extra=())
    path = f"/v1/{market}/{locale}/products/{quote(product_id, safe='')}/similar"
    wanted = canonical(query)
    if (request.path, request.query) != (path, wanted):
        return redirect(edge, f"{path}?{wanted}" if wanted else path)
    headers = await public_headers_of_day(edge, request, view)
    unchanged = not_modified(request, headers)
    if unchanged is not None:
        return unchanged
    asked = msgspec.structs.replace(asked, item=rank)
    answer = await decide(edge, without_headers(request), view, query, asked, NOBODY, SLOT)
    if asked.explain:
        answer = await with_derived_facts(view, query, answer)
    return Response(200, {"Content-Type": JSON, **headers}, msgspec.json.encode(answer))


async def public_headers_of_day(edge: Edge, request: Request, view: View) -> dict[str, str]:
    """Return the headers of a public answer that may rest on the day, on any rule, and on the session model.

    Where the model cannot be read just now, the answer is another one, and caches keep it for seconds only.
    """
    await find_predictor(edge, view, view.scope.index.weights)
    trouble = None if view.release is None else view.release.model_trouble
    edition = _edition_of_day(view)
    if trouble is not None:
        edition = msgspec.structs.replace(edition, revision=f"{edition.revision} without model: {trouble}")
    return edge.public(edition, request, view.scope.now, brief=trouble is not None)


def _edition_of_day(view: View) -> Edition:
    """Return what the answer depends on: all rules and experiments, and the day."""
    now, edition, times = view.scope.now, view.edition, view.rulebook.times(view.scope.now)
    day = now // DAY
    coming = [one for one in (edition.next_change, times.next, (day + 1) * DAY) if one is not None]
    return msgspec.structs.replace(
        edition,
        evidence_epoch=edition.evidence_epoch + times.passed + day,
        modified=max(edition.modified, times.last or 0, day * DAY),
        next_change=min(coming),
    )
