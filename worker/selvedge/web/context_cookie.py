"""The context cookie, on its way in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selvedge.shopper.context import CONTEXT_COOKIE, MAX_AGE_SECONDS, Context, open_context, seal_context
from selvedge.web.http import set_cookie

if TYPE_CHECKING:
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request

NO_COOKIE = set_cookie(CONTEXT_COOKIE, "", 0)
"""The `Set-Cookie` value that deletes it."""


async def read_cookie(edge: Edge, request: Request, now: int) -> Context | None:
    """Return the context that a browser brings along, if it is one. Consent is the caller's to ask."""
    return await open_context(request.cookies().get(CONTEXT_COOKIE, ""), edge.sealer, now)


async def write_cookie(edge: Edge, context: Context) -> str:
    """Return the `Set-Cookie` value of a context."""
    return set_cookie(CONTEXT_COOKIE, await seal_context(context, edge.sealer), MAX_AGE_SECONDS)
