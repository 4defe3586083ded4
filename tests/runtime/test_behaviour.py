"""The list of HTTP behaviour cases, played against the real Worker."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.behaviour.case import Case, run
from tests.behaviour.cases import CASES
from tests.behaviour.catalogue import snapshot
from tests.behaviour.clients import HttpClient
from tests.runtime.shopfront import SEALING_KEY, Shopfront, open_shop

SHOP = "acme"


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopfront]:
    with open_shop(SHOP, tmp_path_factory.mktemp("shop")) as front:
        front.publish(snapshot(SHOP))
        yield front


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_worker_behaves(case: Case, front: Shopfront) -> None:
    asyncio.run(_play(case, front))


async def _play(case: Case, front: Shopfront) -> None:
    async with httpx.AsyncClient(timeout=60) as client:
        await run(case, HttpClient(client, front.runtime.url, {"test": SEALING_KEY}))
