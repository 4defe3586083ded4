from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar
from litestar.di import Provide

from origin.identity.authentication import Identity
from origin.identity.servicekeys import ServiceVerifier
from origin.publishing.clock import ManualClock
from origin.publishing.ledger import Ledger
from origin.telemetry.logs import MemoryLog
from origin.telemetry.metrics import Metrics
from origin.telemetry.publications import publish_ages
from origin.telemetry.readiness import Readiness
from origin.telemetry.routes import health, metrics_route, readiness
from tests.origin.identity.tokens import TRUSTED, Clock, service_token
from tests.origin.publishing.conftest import build

PAGE = Path(__file__).resolve().parents[3] / "docs" / "operations.md"


async def fine() -> None:
    """Answer."""


async def broken() -> None:
    raise ConnectionError


def ask(
    metrics: Metrics,
    path: str,
    scope: str | None = None,
    *,
    open_here: bool = False,
    host: str = "127.0.0.1",
    sound: bool = True,
) -> httpx.Response:
    ready = Readiness({"store": fine, "keys": fine if sound else broken}, MemoryLog())
    app = Litestar(
        [health, readiness, metrics_route(open_here=open_here)],
        plugins=[Identity(ServiceVerifier(TRUSTED, Clock()))],
        dependencies={
            "metrics": Provide(lambda: metrics, sync_to_thread=False),
            "readiness": Provide(lambda: ready, sync_to_thread=False),
        },
    )
    headers = {} if scope is None else {"Authorization": f"Bearer {service_token(scope)}"}
    transport = httpx.ASGITransport(cast("Any", app), client=(host, 50_000))

    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://origin") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(get())


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def test_health_asks_nobody(metrics: Metrics) -> None:
    assert ask(metrics, "/healthz", sound=False).json()["status"] == "ok"


def test_readiness_names_the_part_that_does_not_answer(metrics: Metrics) -> None:
    answer = ask(metrics, "/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (200, {"store": True, "keys": True})
    answer = ask(metrics, "/readyz", sound=False)
    assert (answer.status_code, answer.json()["checks"]) == (503, {"store": True, "keys": False})
    assert answer.headers["retry-after"] == "5"


def test_metrics_are_for_who_may_read_them(metrics: Metrics) -> None:
    answer = ask(metrics, "/metrics", "metrics:read")
    assert (answer.status_code, answer.headers["content-type"][:10]) == (200, "text/plain")
    assert ask(metrics, "/metrics", "events:write").status_code == 403
    assert ask(metrics, "/metrics").status_code == 401


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.1", 403), ("somewhere", 403)]
)
def test_metrics_that_are_open_are_so_on_this_machine_alone(metrics: Metrics, host: str, status: int) -> None:
    assert ask(metrics, "/metrics", open_here=True, host=host).status_code == status


def test_every_metric_is_documented(metrics: Metrics) -> None:
    metrics.watch_publications(lambda: [("live", 1.0)])
    names = set(re.findall(r"^# TYPE (\w+) ", metrics.exposition().decode(), re.MULTILINE))
    names = {name for name in names if not name.endswith("_created")}
    assert len(names) >= 8
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in sorted(names) if f"| `{name}`" not in page] == []


def test_the_age_of_a_publication_is_that_of_the_last_one_done(tmp_path: Path) -> None:
    clock = ManualClock()
    ledger = Ledger(tmp_path / "ledger.sqlite", "t", clock)
    release = build(1).release
    with ledger.lease("test") as lease:
        for wait in (0, 100):
            number = lease.begin("live", "publish", release, "test", None)
            clock.sleep(wait)
            lease.allocate("live", number)
            lease.finish(number)
        lease.begin("live", "publish", release, "test", None)
    clock.sleep(40)
    assert list(publish_ages(ledger)) == [("live", 40.0)]
