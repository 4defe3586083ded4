"""The browser's side: one small script for the shop's pages, the same for everyone."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from selvedge.web.caching import matches_etag
from selvedge.web.http import JAVASCRIPT, Response

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request

# Its name ends in `.txt` because a Worker's bundle silently leaves `.js` out.
SCRIPT = (Path(__file__).parent / "client.js.txt").read_bytes()

_HEADERS = {
    "Content-Type": JAVASCRIPT,
    "X-Content-Type-Options": "nosniff",
    # Its address stays the same over releases, so an old one must not live long.
    "Cache-Control": "public, max-age=3600, stale-while-revalidate=86400",
    "ETag": f'"{hashlib.sha256(SCRIPT).hexdigest()[:24]}"',
}


async def serve_client(_edge: Edge, request: Request, _background: Background) -> Response:
    """`GET /v1/client.js`; it needs no snapshot."""
    if matches_etag(request.headers.get("if-none-match") or "", _HEADERS["ETag"]):
        return Response(304, _HEADERS)
    return Response(200, _HEADERS, SCRIPT)
