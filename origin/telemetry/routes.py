"""Health, readiness and metrics."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException

import selvedge
from origin.identity.principal import PUBLIC, requires
from origin.telemetry.metrics import CONTENT_TYPE, Metrics
from origin.telemetry.readiness import Readiness

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection
    from litestar.handlers import BaseRouteHandler
    from litestar.handlers.http_handlers import HTTPRouteHandler

RETRY_SECONDS = 5


class Health(msgspec.Struct, frozen=True):
    """The process runs."""

    status: str
    version: str


class Ready(msgspec.Struct, frozen=True):
    """Whether the origin can work: `checks` names each part and whether it answers."""

    status: str
    version: str
    checks: dict[str, bool]


@get("/healthz", opt=PUBLIC, sync_to_thread=False)
def health() -> Health:
    """Tell that the process runs."""
    return Health("ok", selvedge.__version__)


@get("/readyz", opt=PUBLIC)
async def readiness(readiness: NamedDependency[Readiness]) -> Response[Ready]:
    """Tell whether store, key store and ledger answer; 503 where one does not."""
    checks = await readiness.check()
    if all(checks.values()):
        return Response(Ready("ready", selvedge.__version__, checks))
    answer = Ready("unready", selvedge.__version__, checks)
    return Response(answer, status_code=503, headers={"Retry-After": str(RETRY_SECONDS)})


def metrics_route(*, open_here: bool) -> HTTPRouteHandler:
    """Return `GET /metrics`, for `metrics:read`; with `open_here`, for whoever is on this machine."""
    opt = PUBLIC if open_here else None
    guard = on_this_machine if open_here else requires("metrics:read")

    @get("/metrics", opt=opt, guards=[guard], media_type=CONTENT_TYPE)
    async def show_metrics(metrics: NamedDependency[Metrics]) -> Response[bytes]:
        """Tell the measurements, in Prometheus' text format."""
        # The ledger is read on the way.
        return Response(await asyncio.to_thread(metrics.exposition), media_type=CONTENT_TYPE)

    return show_metrics


async def on_this_machine(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Guard: the other end is on this machine too."""
    client = connection.client
    try:
        local = client is not None and ip_address(client.host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise PermissionDeniedException("only answered on the loopback interface")
