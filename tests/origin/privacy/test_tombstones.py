from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from origin.composition import edge_tombstones
from origin.identity.trust import TrustedKey
from origin.privacy.tombstones import KvTombstones
from origin.publishing.cloudflare import CloudflareApi
from origin.publishing.rest import RestKv
from origin.settings import Settings
from selvedge.settings import BadSetting
from selvedge.shopper.record import TOMBSTONE_SECONDS
from tests.origin.events.conftest import ANNA, NOW

if TYPE_CHECKING:
    import respx

pytestmark = pytest.mark.anyio


async def test_a_mark_takes_the_place_of_the_record_for_as_long_as_a_queue_keeps_events(
    respx_mock: respx.MockRouter,
) -> None:
    result = {"successful_key_count": 1, "unsuccessful_keys": []}
    answer = httpx.Response(200, json={"success": True, "errors": [], "messages": [], "result": result})
    route = respx_mock.put(path="/accounts/a/storage/kv/namespaces/n/bulk").mock(return_value=answer)
    with CloudflareApi("token", base_url="http://127.0.0.1:1") as api:
        await KvTombstones(RestKv(api, "a", "n")).put([ANNA], NOW)
    (pair,) = json.loads(route.calls[0].request.content)
    assert (pair["key"], pair["expiration_ttl"]) == (f"shopper/{ANNA}", TOMBSTONE_SECONDS)


def test_who_lets_an_edge_read_profiles_says_where_it_keeps_them() -> None:
    key = TrustedKey("edge", "", frozenset({"edge-profile:read"}))
    with pytest.raises(BadSetting, match="SELVEDGE_KV_PROFILES"):
        edge_tombstones(Settings(service_keys={"k": key}))
    assert edge_tombstones(Settings(service_keys={"k": key}, kv_profiles="none")) is None
    assert edge_tombstones(Settings()) is None
