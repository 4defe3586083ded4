"""The origin's API: profiles, model outputs, and what has been published."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from litestar import Litestar, get
from litestar.di import NamedDependency, Provide
from litestar.openapi import OpenAPIConfig
from litestar.params import FromQuery

import selvedge
from origin.composition import Kept
from origin.events.routes import ROUTES as EVENT_ROUTES
from origin.identity.principal import requires
from origin.identity.setup import identity
from origin.privacy.routes import ROUTES as PRIVACY_ROUTES
from origin.problems import exception_handlers, may_answer
from origin.profiles.output_routes import ROUTES as OUTPUT_ROUTES
from origin.profiles.routes import ROUTES
from origin.publishing.ledger import Ledger, Publication
from origin.rehearsal import SystemClock
from origin.schemas import Arrays, Document
from origin.settings import read_settings
from origin.telemetry.logs import JsonLog
from origin.telemetry.observing import note_fault, observe
from origin.telemetry.publications import publish_ages
from origin.telemetry.readiness import Readiness
from origin.telemetry.routes import health, metrics_route, readiness

if TYPE_CHECKING:
    from origin.settings import Settings
    from origin.telemetry.logs import Log


@get("/v1/publications", guards=[requires("publications:read")], sync_to_thread=True, responses=may_answer())
def publications(ledger: NamedDependency[Ledger], channel: FromQuery[str | None] = None) -> list[Publication]:
    """List what was published, the newest first."""
    return ledger.log(channel)


def create_app(settings: Settings | None = None, log: Log | None = None) -> Litestar:
    """Return the application; uvicorn calls this as its factory."""
    found = settings or read_settings(os.environ)
    log = log or JsonLog(SystemClock(), found.log_level)
    ledger = Ledger(found.ledger, found.target)
    kept = Kept(found, log)
    kept.metrics.watch_publications(lambda: publish_ages(ledger))
    probes = {**kept.probes(), "ledger": lambda: asyncio.to_thread(ledger.channels)}
    ready = Readiness(probes, log)
    app = Litestar(
        plugins=[identity(found, SystemClock()), Arrays()],
        route_handlers=[
            health,
            readiness,
            metrics_route(open_here=found.metrics_open),
            publications,
            *ROUTES,
            *OUTPUT_ROUTES,
            *EVENT_ROUTES,
            *PRIVACY_ROUTES,
        ],
        dependencies={
            "ledger": Provide(lambda: ledger, sync_to_thread=False),
            "readiness": Provide(lambda: ready, sync_to_thread=False),
            **kept.dependencies(),
        },
        lifespan=[kept.open],
        exception_handlers=exception_handlers(),
        after_exception=[note_fault],
        # Its own would let every library write to the log, addresses and names of persons included.
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Selvedge origin",
            version=selvedge.__version__,
            render_plugins=[Document(path="/openapi.json")],
        ),
    )
    return observe(app, kept.metrics, log)
