"""The origin's API: profiles, model outputs, and what has been published."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
from litestar import Litestar, Response, get
from litestar.di import NamedDependency, Provide
from litestar.openapi import OpenAPIConfig
from litestar.params import FromQuery

import selvedge
from origin.composition import Kept
from origin.identity.principal import PUBLIC, requires
from origin.identity.setup import identity
from origin.problems import exception_handlers, may_answer
from origin.profiles.output_routes import ROUTES as OUTPUT_ROUTES
from origin.profiles.routes import ROUTES
from origin.publishing.ledger import Ledger, Publication
from origin.rehearsal import SystemClock
from origin.settings import read_settings

if TYPE_CHECKING:
    from origin.settings import Settings


class Health(msgspec.Struct, frozen=True):
    """The process runs."""

    status: str
    version: str


@get("/healthz", opt=PUBLIC, sync_to_thread=False)
def health() -> Health:
    """Tell that the process runs."""
    return Health("ok", selvedge.__version__)


@get("/readyz", opt=PUBLIC, sync_to_thread=True, responses=may_answer())
def readiness(ledger: NamedDependency[Ledger]) -> Response[Health]:
    """Tell whether the ledger can be read."""
    ledger.channels()
    return Response(Health("ready", selvedge.__version__))


@get("/v1/publications", guards=[requires("publications:read")], sync_to_thread=True, responses=may_answer())
def publications(ledger: NamedDependency[Ledger], channel: FromQuery[str | None] = None) -> list[Publication]:
    """List what was published, the newest first."""
    return ledger.log(channel)


def create_app(settings: Settings | None = None) -> Litestar:
    """Return the application; uvicorn calls this as its factory."""
    found = settings or read_settings(os.environ)
    ledger = Ledger(found.ledger, found.target)
    kept = Kept(found)
    return Litestar(
        plugins=[identity(found, SystemClock())],
        route_handlers=[health, readiness, publications, *ROUTES, *OUTPUT_ROUTES],
        dependencies={"ledger": Provide(lambda: ledger, sync_to_thread=False), **kept.dependencies()},
        lifespan=[kept.open],
        exception_handlers=exception_handlers(),
        openapi_config=OpenAPIConfig(title="Selvedge origin", version=selvedge.__version__),
    )
