"""From a page to the store: the Worker, workerd's real queue and a real origin that goes away meanwhile."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from development import origin_process
from development.origin_process import OriginProcess
from origin.building import build
from origin.demo import generate
from origin.identity.minting import service_tokens
from origin.rehearsal import SystemClock
from selvedge.shopper.choice import CHOICE_COOKIE, format_choice
from tests.runtime.shopfront import Shopfront, open_shop

SHOP = "acme"
EVENTS = "/v1/nl/nl/events"
BUILT = build(generate(60), shop=SHOP)
MEASURED = f"{CHOICE_COOKIE}={format_choice(['measurement'])}"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OriginProcess]:
    with origin_process.running(tmp_path_factory.mktemp("origin")) as origin:
        yield origin


@pytest.fixture(scope="module")
def front(origin: OriginProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopfront]:
    variables = {"SELVEDGE_ORIGIN_URL": origin.url, "SELVEDGE_SERVICE_KEY": origin.edge_key}
    with open_shop(SHOP, tmp_path_factory.mktemp("shop"), variables, consuming=True) as front:
        front.publish(BUILT)
        yield front


def click(front: Shopfront, *identities: str) -> None:
    """Send clicks as a page does, and be told that they were handed on."""
    events = [{"id": one, "type": "click", "product": "S000001-01"} for one in identities]
    headers = {"Origin": front.runtime.url, "Cookie": MEASURED}
    answer = front.runtime.client.post(EVENTS, json={"events": events}, headers=headers)
    assert (answer.status_code, answer.json()["handedOn"]) == (200, True), answer.text


def kept(origin: OriginProcess, scope: str = "events:read") -> list[str]:
    """The ids of all events in the store, with those that are there twice."""
    tokens = service_tokens(json.loads(origin.jobs_key), SystemClock(), "jobs")
    headers = {"Authorization": f"Bearer {asyncio.run(tokens.bearer([scope]))}"}
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query: dict[str, Any] = {
            "purpose": "measurement",
            "limit": 200,
            **({"cursor": cursor} if cursor else {}),
        }
        page = httpx.get(f"{origin.url}/v1/events", params=query, headers=headers).raise_for_status().json()
        found += [item["content"]["event"]["id"] for item in page["items"]]
        cursor = page["next"]
    return found


def wait_for(origin: OriginProcess, expected: set[str], seconds: float = 90) -> list[str]:
    end = time.monotonic() + seconds
    while not expected <= set(found := kept(origin)):
        assert time.monotonic() < end, f"{len(expected - set(found))} of {len(expected)} did not arrive"
        time.sleep(0.3)
    return found


def test_what_was_handed_on_is_kept_once_each_although_the_origin_was_away(
    front: Shopfront, origin: OriginProcess
) -> None:
    click(front, "event-before-1", "event-before-2")
    wait_for(origin, {"event-before-1", "event-before-2"})
    origin.kill()
    try:
        sent = [f"event-away-{at:03}" for at in range(60)]
        for start in range(0, len(sent), 6):
            click(front, *sent[start : start + 6])
        click(front, *sent[:6])  # a page that does not know whether its first try arrived
        time.sleep(4)
    finally:
        origin.start()
    click(front, "event-after")
    found = Counter(wait_for(origin, {*sent, "event-before-1", "event-before-2", "event-after"}))
    assert set(found.values()) == {1}
    assert len(found) == 63
    assert front.runtime.queued() == []  # nothing is among the dead letters


def test_the_lag_is_measured(front: Shopfront, origin: OriginProcess) -> None:
    click(front, "event-lag")
    wait_for(origin, {"event-lag"})
    tokens = service_tokens(json.loads(origin.jobs_key), SystemClock(), "jobs")
    headers = {"Authorization": f"Bearer {asyncio.run(tokens.bearer(['metrics:read']))}"}
    text = httpx.get(f"{origin.url}/metrics", headers=headers).text
    (count,) = [line for line in text.splitlines() if line.startswith("selvedge_queue_lag_seconds_count")]
    assert float(count.rpartition(" ")[2]) >= 1
