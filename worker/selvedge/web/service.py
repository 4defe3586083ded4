"""Answers about the service itself: health, readiness, and the support of Global Privacy Control."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.model import Market
from selvedge.catalogue.query import refuse_parameters
from selvedge.errors import SnapshotError, StorageUnavailable
from selvedge.web.caching import not_modified
from selvedge.web.http import JSON, Response
from selvedge.web.problems import RETRY_SECONDS

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request

_NO_STORE = {"Content-Type": JSON, "Cache-Control": "no-store"}


class Health(msgspec.Struct, frozen=True):
    """The isolate runs."""

    status: str
    version: str


class Readiness(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether a verified snapshot is in service, and which; `trouble` says why it is not the newest."""

    ready: bool
    snapshot: str | None = None
    delta: int | None = None
    products: int | None = None
    trouble: str | None = None


async def health(edge: Edge, request: Request, _background: Background) -> Response:
    """`GET /healthz`."""
    refuse_parameters(request.query)
    return Response(200, _NO_STORE, msgspec.json.encode(Health("ok", edge.worker_version)))


async def readiness(edge: Edge, request: Request, background: Background) -> Response:
    """`GET /readyz`: ready only with a verified snapshot."""
    refuse_parameters(request.query)
    try:
        loaded = await edge.release(background)
    except (SnapshotError, StorageUnavailable) as error:
        answer = Readiness(ready=False, trouble=error.reason)
        headers = _NO_STORE | {"Retry-After": str(RETRY_SECONDS)}
        return Response(503, headers, msgspec.json.encode(answer))
    answer = Readiness(
        ready=True,
        snapshot=loaded.release.version,
        delta=loaded.release.delta_number,
        products=loaded.index.size,
        trouble=edge.store.trouble,
    )
    return Response(200, _NO_STORE, msgspec.json.encode(answer))


class Markets(msgspec.Struct, frozen=True):
    """Where the shop sells, in which currencies and languages; the first locale is a market's default."""

    markets: tuple[Market, ...]


async def list_markets(edge: Edge, request: Request, background: Background) -> Response:
    """`GET /v1/markets`."""
    refuse_parameters(request.query)
    release = await edge.release(background)
    now = int(edge.clock.now())
    headers = edge.public(edge.edition(release, now), request, now)
    unchanged = not_modified(request, headers)
    if unchanged is not None:
        return unchanged
    body = msgspec.json.encode(Markets(release.release.manifest.markets))
    return Response(200, {"Content-Type": JSON, **headers}, body)


async def global_privacy_control(edge: Edge, request: Request, _background: Background) -> Response:
    """`GET /.well-known/gpc.json` (W3C Global Privacy Control, section 5)."""
    refuse_parameters(request.query)
    body = msgspec.json.encode({"gpc": True, "lastUpdate": edge.settings.gpc_last_update})
    return Response(200, {"Content-Type": JSON, "Cache-Control": "public, max-age=86400"}, body)
