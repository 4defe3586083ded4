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
OWN = bearer("privacy", "profiles:read", "profiles:write", shopper=ANNA)
EDGE = bearer("edge-profile:read", "events:write")


@pytest.fixture
def client(tmp_path: Path, database_url: str, key_store_url: str) -> Iterator[Client]:
    settings = read_settings(environment(tmp_path, database_url, key_store_url))
    with TestClient(create_app(settings, MemoryLog())) as opened:
        opened.put(f"/v1/shoppers/{ANNA}", json={"declared": {"materials": ["wool"]}}, headers=OWN)
        bought = {"id": "event-02", "type": "purchase", "product": "P2"}
        message = said(click("event-01", "P1"), bought, received=int(time.time()) - 1)
        opened.post("/v1/events", json=message, headers=EDGE)
        wait_for_profile(opened)
        yield opened


def wait_for_profile(client: Client) -> None:
    for _ in range(200):
        answer = client.get(f"/v1/shoppers/{ANNA}/edge-profile", headers=EDGE)
        if "purchased" in answer.text:
            return
        time.sleep(0.02)
    raise AssertionError(answer.text)


def test_a_person_sees_everything_that_is_held(client: Client) -> None:
    answer = client.get(f"/v1/shoppers/{ANNA}/export", headers=OWN)
    assert answer.status_code == 200
    tables = answer.json()["tables"]
    assert tables["shopper"][0]["profile"][1]["declared"]["materials"] == ["wool"]
    assert [row["payload"]["event"]["product"] for row in tables["event"]] == ["P1", "P2"]
    assert client.get(f"/v1/shoppers/{BOB}/export", headers=OWN).status_code == 403


def test_an_erased_person_is_gone_and_has_a_receipt(client: Client) -> None:
    answer = client.post(f"/v1/shoppers/{ANNA}/erasure", headers=OWN)
    receipt = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/erasures/{receipt['id']}")
    assert receipt["backupsClean"] > receipt["requested"]
    assert client.get(f"/v1/shoppers/{ANNA}", headers=OWN).status_code == 410
    assert client.get(f"/v1/shoppers/{ANNA}/edge-profile", headers=EDGE).status_code == 410
    late = said(click("event-03"), received=int(time.time()) - 5)
    assert client.post("/v1/events", json=late, headers=EDGE).json()["dropped"] == 1
    again = client.get(f"/v1/erasures/{receipt['id']}", headers=bearer("privacy"))
    assert again.json()["id"] == receipt["id"]
    assert ANNA not in again.text


def test_a_receipt_that_is_none_is_not_found(client: Client) -> None:
    assert client.get(f"/v1/erasures/{'0' * 32}", headers=OWN).status_code == 404
    assert client.get("/v1/erasures/x", headers=OWN).status_code in {400, 404}


def test_who_objects_is_neither_ordered_for_nor_learnt_from(client: Client) -> None:
    path = f"/v1/shoppers/{ANNA}/objection"
    answer = client.put(path, json={"objected": True}, headers=OWN)
    assert answer.json()["objected"] is True
    compact = client.get(f"/v1/shoppers/{ANNA}/edge-profile", headers=EDGE).json()
    assert compact["objected"] is True
    assert compact["revision"] == answer.json()["revision"]
    assert "purchased" not in compact
    events = client.get(f"/v1/shoppers/{ANNA}/export", headers=OWN).json()["tables"]["event"]
    assert {row["purposes"] for row in events} == {4}  # measurement alone
    client.put(path, json={"objected": False}, headers=OWN)
    compact = client.get(f"/v1/shoppers/{ANNA}/edge-profile", headers=EDGE).json()
    assert ("objected" in compact, "purchased" in compact) == (False, False)


def test_rights_ask_for_their_scope(client: Client) -> None:
    for method, path in (
        ("GET", f"/v1/shoppers/{ANNA}/export"),
        ("PUT", f"/v1/shoppers/{ANNA}/objection"),
        ("POST", f"/v1/shoppers/{ANNA}/erasure"),
        ("GET", f"/v1/erasures/{'0' * 32}"),
    ):
        assert client.request(method, path, headers=EDGE).status_code == 403
