"""From `/v1/me` to the last copy: the Worker, its KV, and a real origin that writes there."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from development import host_config, paths
from development.origin_process import OriginProcess
from origin.building import build
from origin.demo import generate
from origin.publishing.cloudflare import CloudflareApi
from origin.publishing.rest import RestKv
from selvedge.shopper.choice import CHOICE_COOKIE, format_choice
from selvedge.shopper.context import CONTEXT_COOKIE
from selvedge.shopper.record import record_key
from tests.runtime.shopfront import Shopfront, open_shop

SHOP = "acme"
LIST = "/v1/nl/en/recommendations"
EVENTS = "/v1/nl/en/events"
BUILT = build(generate(60), shop=SHOP)
CONSENT = f"{CHOICE_COOKIE}={format_choice(['session', 'profile', 'training'])}"
NAMESPACE = host_config.kv_namespaces(host_config.read_production(paths.WRANGLER_TOML))["PROFILES"]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopfront]:
    origin = OriginProcess(tmp_path_factory.mktemp("origin"))
    variables = {"SELVEDGE_ORIGIN_URL": origin.url, "SELVEDGE_SERVICE_KEY": origin.edge_key}
    with open_shop(SHOP, tmp_path_factory.mktemp("shop"), variables, consuming=True) as front:
        origin._environment |= {
            "SELVEDGE_KV_URL": front.runtime.kv_base_url,
            "SELVEDGE_KV_ACCOUNT": host_config.ACCOUNT,
            "SELVEDGE_KV_TOKEN": front.runtime.kv_token,
            "SELVEDGE_KV_PROFILES": NAMESPACE,
        }
        try:
            origin.start()
            front.publish(BUILT)
            yield front
        finally:
            origin.kill()


def send(front: Shopfront, method: str, target: str, content: Any, cookie: str) -> httpx.Response:
    headers = {"Origin": front.runtime.url, "Cookie": cookie}
    answer = front.runtime.client.request(method, target, json=content, headers=headers)
    front.runtime.client.cookies.clear()
    return answer


def exported(front: Shopfront, cookie: str) -> dict[str, Any]:
    answer = front.get("/v1/me/export", Cookie=cookie)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_who_leaves_is_gone_from_store_and_edge_and_stays_gone(front: Shopfront) -> None:
    product = front.get(LIST).json()["items"][0]["id"]
    bought = {"events": [{"id": "event-bought", "type": "purchase", "product": product}]}
    answer = send(front, "POST", EVENTS, bought, CONSENT)
    (context,) = [
        one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{CONTEXT_COOKIE}=")
    ]
    cookie = f"{CONSENT}; {context.partition(';')[0]}"
    end = time.monotonic() + 40
    while not (found := exported(front, cookie))["origin"].get("tables", {}).get("event"):
        assert time.monotonic() < end, found
        time.sleep(0.3)
    assert product in json.dumps(found["origin"]["tables"])
    shopper = found["shopper"]
    erased = send(front, "POST", "/v1/me/erasure", {}, cookie)
    assert erased.status_code == 202, erased.text
    (receipt,) = erased.json()["receipts"]
    states = {part["name"]: part["state"] for part in receipt["parts"]}
    assert states == {
        "store": "done", "modelOutputs": "done", "events": "done", "training": "none", "keys": "done",
        "edge": "done", "edgeAgain": "open",
    }  # fmt: skip
    with CloudflareApi(front.runtime.kv_token, base_url=front.runtime.kv_base_url) as api:
        mark = RestKv(api, host_config.ACCOUNT, NAMESPACE).get(record_key(shopper))
    assert mark is not None
    assert mark.startswith(b"T")
    assert front.get(f"/v1/me/erasures/{receipt['id']}").json()["id"] == receipt["id"]
