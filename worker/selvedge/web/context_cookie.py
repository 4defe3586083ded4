"""The context cookie, on its way in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.shopper.context import CONTEXT_COOKIE, MAX_AGE_SECONDS, Context, open_context, seal_context
from selvedge.web.http import set_cookie

if TYPE_CHECKING:
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request

NO_COOKIE = set_cookie(CONTEXT_COOKIE, "", 0)
"""The `Set-Cookie` value that deletes it."""


class Brought(msgspec.Struct, frozen=True):
    """What a browser brings along. `lapsed`: a context that withdrawal, log-out or erasure has ended.

    An answer that was on its way when it ended sets its cookie again. So it is not enough to delete it.
    """

    context: Context | None = None
    lapsed: bool = False


async def read_cookie(edge: Edge, request: Request, now: int, since: int) -> Brought:
    """Return the context that a browser brings along, if it was begun under `since`.

    Consent is the caller's to ask.
    """
    context = await open_context(request.cookies().get(CONTEXT_COOKIE, ""), edge.sealer, now)
    if context is not None and context.since != since:
        return Brought(lapsed=True)
    return Brought(context)


async def write_cookie(edge: Edge, context: Context) -> str:
    """Return the `Set-Cookie` value of a context."""
    return set_cookie(CONTEXT_COOKIE, await seal_context(context, edge.sealer), MAX_AGE_SECONDS)
