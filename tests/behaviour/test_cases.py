"""The cases, played on CPython; tests/runtime plays them in workerd."""

from __future__ import annotations

import asyncio

import pytest

from tests.behaviour.case import Case, run
from tests.behaviour.cases import CASES
from tests.behaviour.catalogue import snapshot
from tests.behaviour.clients import RehearsedClient
from tests.stage import SHOP, Stage


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
