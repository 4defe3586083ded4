"""Which pages may speak for a shopper: the Origin check of what changes something, and CORS for the rest.

A page is allowed where its origin is the Worker's own or on the shop's list (Fetch standard, section 3.2).
Browsers send `Origin` with every PUT and POST; what sends none is no page and is refused as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from selvedge.web.http import Response
from selvedge.web.problems import ForeignOrigin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from selvedge.web.http import Request

PREFLIGHT_SECONDS = 600


def require_origin(request: Request, allowed: Collection[str]) -> None:
    """Raise `ForeignOrigin` unless an allowed page sent `request`."""
    origin = request.headers.get("origin")
    if origin is None or not _is_allowed(origin, request, allowed):
        raise ForeignOrigin("this origin is not allowed here")


def sharing(request: Request, allowed: Collection[str]) -> dict[str, str]:
    """Return the headers that let an allowed page of another origin read the answer."""
    origin = request.headers.get("origin")
    if origin is None or not _is_allowed(origin, request, allowed):
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": "ETag, Retry-After, Selvedge-Degraded, Selvedge-Snapshot",
        "Vary": "Origin",
    }


def preflight(request: Request, allowed: Collection[str], methods: Iterable[str]) -> Response:
    """Answer an OPTIONS request. Raises `ForeignOrigin`."""
    require_origin(request, allowed)
    listed = ", ".join(methods)
    headers = {
        "Allow": listed,
        "Access-Control-Allow-Methods": listed,
        "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        "Cache-Control": "no-store",
    }
    return Response(204, headers)


def _is_allowed(origin: str, request: Request, allowed: Collection[str]) -> bool:
    return origin != "null" and (origin == request.origin or origin in allowed)
