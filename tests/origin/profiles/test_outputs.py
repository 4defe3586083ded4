from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from origin.encryption.keyring import Keyring
from origin.encryption.masters import MasterKeys
from origin.profiles.publishing import publish_records
from origin.profiles.store import Profiles
from origin.publishing.kv import MemoryKv
from origin.rehearsal import AesGcm, SystemClock
from origin.storage.database import Database
from selvedge.shopper.profile import EdgeProfile
from selvedge.shopper.record import decode_record, record_key
from selvedge.shopper.sealing import Sealer
from tests.origin.conftest import MASTERS
from tests.origin.profiles.conftest import ACCOUNT, ANNA, BERT, Client

if TYPE_CHECKING:
    from collections.abc import Callable

    Put = Callable[..., str]

PATH = "/v1/model-outputs/als/2026-11-22"
SCORES = [["S1", 0.5], ["S2", 2.0], ["S3", 1.25]]


def test_what_a_model_says_is_served_best_first(client: Client, put: Put) -> None:
    put()
    answer = client.put(f"{PATH}?time=1790000000", json=[{"shopper": ANNA, "scores": SCORES}])
    assert (answer.status_code, answer.json()) == (200, {"kept": 1, "refused": 0, "older": 0})
    found = client.get(f"/v1/shoppers/{ANNA}/recommendations").json()
    assert (found["model"], found["version"], found["time"]) == ("als", "2026-11-22", 1_790_000_000)
    items = [(one["product"], one["score"]) for one in found["items"]]
    assert items == [("S2", 2.0), ("S3", 1.25), ("S1", 0.5)]
    edge = client.get(f"/v1/shoppers/{ANNA}/edge-profile").json()
    assert edge["outputs"]["scores"] == [["S2", 2.0], ["S3", 1.25], ["S1", 0.5]]


def test_lines_are_as_good_as_an_array(client: Client, put: Put) -> None:
    put(), put(BERT)
    lines = "".join(json.dumps({"shopper": one, "scores": SCORES}) + "\n" for one in (ANNA, BERT))
    answer = client.put(PATH, content=lines, headers={"Content-Type": "application/x-ndjson"})
    assert answer.json()["kept"] == 2


def test_of_whom_nothing_is_kept_a_model_says_nothing(client: Client) -> None:
    answer = client.put(PATH, json=[{"shopper": ANNA, "scores": SCORES}])
    assert answer.json() == {"kept": 0, "refused": 1, "older": 0}


def test_an_older_output_does_not_replace_a_newer_one(client: Client, put: Put) -> None:
    put()
    client.put(f"{PATH}?time=1000", json=[{"shopper": ANNA, "scores": SCORES}])
    tag = client.get(f"/v1/shoppers/{ANNA}/edge-profile").headers["etag"]
    older = client.put(f"{PATH}?time=999", json=[{"shopper": ANNA, "scores": []}])
    assert older.json() == {"kept": 0, "refused": 0, "older": 1}
    assert client.get(f"/v1/shoppers/{ANNA}/edge-profile").headers["etag"] == tag
    client.put(f"{PATH}?time=1000", json=[{"shopper": ANNA, "scores": SCORES}])
    assert client.get(f"/v1/shoppers/{ANNA}/edge-profile").headers["etag"] != tag


def test_a_cursor_belongs_to_one_output(client: Client, put: Put) -> None:
    put()
    client.put(PATH, json=[{"shopper": ANNA, "scores": SCORES}])
    path = f"/v1/shoppers/{ANNA}/recommendations?limit=2"
    first = client.get(path).json()
    second = client.get(f"{path}&cursor={first['next']}").json()
    assert [one["product"] for one in first["items"] + second["items"]] == ["S2", "S3", "S1"]
    assert second["next"] is None
    client.put(PATH, json=[{"shopper": ANNA, "scores": SCORES}])
    gone = client.get(f"{path}&cursor={first['next']}")
    assert (gone.status_code, gone.json()["type"]) == (410, "/problems/list-changed")


@pytest.mark.parametrize(
    "body",
    ["", "{}", "[1]", '[{"shopper":"x","scores":[]}]', '[{"shopper":"' + ANNA + '","scores":[["S1",0]]}]',
     '[{"shopper":"' + ANNA + '","scores":[["S1",1e999]]}]'],
)  # fmt: skip
def test_a_batch_that_makes_no_sense_is_refused_whole(client: Client, body: str) -> None:
    answer = client.put(PATH, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-body")


def test_what_is_published_is_what_the_edge_reads(
    client: Client, put: Put, database_url: str, key_store_url: str
) -> None:
    put(materials=["linen"]), put(BERT), put(ACCOUNT)
    client.put(PATH, json=[{"shopper": one, "scores": SCORES} for one in (ANNA, BERT)])
    served = client.get(f"/v1/shoppers/{ANNA}/edge-profile").json()
    assert client.delete(f"/v1/shoppers/{BERT}", headers={"If-Match": "*"}).status_code == 204
    kv, sealer = MemoryKv(), Sealer(AesGcm(), {"k": bytes(32)})

    async def publish() -> int:
        database, key_store = Database(database_url), Database(key_store_url)
        profiles = Profiles(database, Keyring(key_store, MasterKeys(MASTERS)), SystemClock())
        count = await publish_records(profiles, kv, sealer, SystemClock())
        await database.close()
        await key_store.close()
        return count

    assert asyncio.run(publish()) == 1
    pair = kv.pairs[record_key(ANNA)]
    assert pair.ttl is not None
    assert pair.ttl > 21_000
    record = asyncio.run(decode_record(pair.value, ANNA, sealer))
    assert isinstance(record, EdgeProfile)
    assert record.preferred == (("material", "linen"),)
    assert record.outputs is not None
    assert [list(one) for one in record.outputs.scores] == served["outputs"]["scores"]
