from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from litestar.testing import TestClient

from origin.app import create_app
from origin.settings import read_settings
from origin.telemetry.logs import MemoryLog
from tests.origin.events.conftest import ANNA, BOB, click, said
from tests.origin.profiles.conftest import bearer, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


Client = TestClient[Any]
WRITE, READ = bearer("events:write"), bearer("events:read")


@pytest.fixture
def client(tmp_path: Path, database_url: str, key_store_url: str) -> Iterator[Client]:
    settings = read_settings(environment(tmp_path, database_url, key_store_url))
    with TestClient(create_app(settings, MemoryLog())) as opened:
        yield opened


def send(client: Client, content: Any) -> Any:
    return client.post("/v1/events", json=content, headers=WRITE)


def ids(client: Client, purpose: str = "training", **query: Any) -> list[str]:
    answer = client.get("/v1/events", params={"purpose": purpose, **query}, headers=READ)
    return [item["content"]["event"]["id"] for item in answer.json()["items"]]


def test_a_message_is_answered_when_its_events_are_kept(client: Client) -> None:
    answer = send(client, said(click("event-01"), click("event-02")))
    assert (answer.status_code, answer.json()) == (
        202,
        {"accepted": 2, "duplicates": 0, "dropped": 0, "refused": []},
    )
    again = send(client, said(click("event-02"), click("event-03")))
    assert (again.json()["accepted"], again.json()["duplicates"]) == (1, 1)
    assert ids(client) == ["event-01", "event-02", "event-03"]


def test_of_many_messages_those_that_cannot_be_read_are_refused_alone(client: Client) -> None:
    far = [said(click("event-09"), **{name: 2**63}) for name in ("received", "entered")]
    sent = [said(click("event-01")), {"version": 1}, said(click("event-02"), shopper=BOB), 7, *far]
    answer = send(client, sent)
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    assert [one["index"] for one in answer.json()["refused"]] == [1, 3, 4, 5]
    assert ids(client) == ["event-01", "event-02"]


@pytest.mark.parametrize("content", [{}, 7, "text", {"events": []}])
def test_one_message_that_cannot_be_read_is_a_problem(client: Client, content: Any) -> None:
    answer = send(client, content)
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/bad-message"


def test_what_is_no_json_is_a_problem(client: Client) -> None:
    json = {**WRITE, "Content-Type": "application/json"}
    assert client.post("/v1/events", content=b"[{]", headers=json).status_code == 400
    assert (
        client.post("/v1/events", content=b"x", headers={**WRITE, "Content-Type": "a/b"}).status_code == 415
    )


def test_events_page_by_cursor_for_one_purpose(client: Client) -> None:
    send(client, said(*[click(f"event-{at:02}") for at in range(7)]))
    send(client, said(click("event-99"), consent={"version": 1, "purposes": ["measurement"]}))
    found, cursor = [], None
    for _ in range(4):
        params: dict[str, Any] = {"purpose": "training", "limit": 3, **({"cursor": cursor} if cursor else {})}
        page = client.get("/v1/events", params=params, headers=READ).json()
        found += [item["content"]["event"]["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == [f"event-{at:02}" for at in range(7)]
    assert ids(client, "measurement")[-1] == "event-99"


def test_a_purpose_has_to_be_named(client: Client) -> None:
    assert client.get("/v1/events", headers=READ).status_code == 400
    assert client.get("/v1/events", params={"purpose": "session"}, headers=READ).status_code == 400
    answer = client.get("/v1/events", params={"purpose": "training", "cursor": "x"}, headers=READ)
    assert answer.status_code == 400


def test_reading_and_writing_are_for_different_services(client: Client) -> None:
    assert client.get("/v1/events", params={"purpose": "training"}, headers=WRITE).status_code == 403
    assert client.post("/v1/events", json=said(click()), headers=READ).status_code == 403
    assert client.post("/v1/events", json=said(click())).status_code == 401


def test_what_was_bought_reaches_the_edge_profile(client: Client) -> None:
    now = int(time.time())
    bought = {"id": "event-01", "type": "purchase", "product": "P1"}
    back = {"id": "event-02", "type": "return", "product": "P2"}
    send(client, said(bought, back, received=now, consent={"version": 1, "purposes": ["profile"]}))
    for _ in range(100):
        answer = client.get(f"/v1/shoppers/{ANNA}/edge-profile", headers=bearer("edge-profile:read"))
        if answer.status_code == 200:
            break
        time.sleep(0.05)
    assert (answer.json()["purchased"], answer.json()["dismissed"]) == (["P1"], ["P2"])


def test_the_measurements_tell_of_ingest(client: Client) -> None:
    send(client, [said(click("event-01")), {}])
    text = client.get("/metrics", headers=bearer("metrics:read")).text
    assert 'selvedge_events_total{outcome="accepted"} 1.0' in text
    assert 'selvedge_messages_total{outcome="refused"} 1.0' in text
    assert 'selvedge_messages_total{outcome="taken"} 1.0' in text
    assert "selvedge_ingest_waiting 0.0" in text
    assert 'route="/v1/events",status="202"' in text


def test_it_is_ready_when_store_keys_and_ledger_are(client: Client) -> None:
    assert client.get("/readyz").json()["checks"] == {"store": True, "keys": True, "ledger": True}
