"""The cases, played on CPython; tests/runtime plays them in workerd."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from origin.rehearsal_asgi import AsgiWorker
from tests.behaviour.case import Case, run
from tests.behaviour.cases import CASES
from tests.behaviour.catalogue import snapshot
from tests.behaviour.clients import HttpClient, RehearsedClient
from tests.stage import SEALING_KEY, SHOP, Stage


@pytest.fixture(scope="session")
def stage() -> Stage:
    stage = Stage()
    stage.publish(snapshot(SHOP))
    return stage


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_worker_behaves(case: Case, stage: Stage) -> None:
    asyncio.run(run(case, RehearsedClient(stage)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_cold_isolate_behaves_alike(case: Case, stage: Stage) -> None:
    stage.arrive()
    asyncio.run(run(case, RehearsedClient(stage)))


def test_names_are_told_apart() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_worker_behaves_over_http(case: Case, stage: Stage) -> None:
    async def play() -> None:
        transport = httpx.ASGITransport(AsgiWorker(stage.app))
        async with httpx.AsyncClient(transport=transport) as client:
            await run(case, HttpClient(client, "http://worker", {"k1": SEALING_KEY}, stage.clock.now))

    asyncio.run(play())
