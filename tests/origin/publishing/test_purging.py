from __future__ import annotations

import json

import httpx
import pytest
import respx

from origin.publishing.clock import ManualClock
from origin.publishing.cloudflare import CloudflareApi
from origin.publishing.errors import RemoteRefused
from origin.publishing.purging import (
    KV_WINDOW_SECONDS,
    TAGS_LIMIT,
    MemoryPurger,
    ZonePurger,
    purge_twice,
)

URL = "https://cf.test/zones/z1/purge_cache"


def test_caches_are_purged_now_and_once_more_after_the_window() -> None:
    purger, clock = MemoryPurger(), ManualClock()
    purge_twice(purger, ["a"], clock)
    assert purger.purged == [("a",)] * 2
    assert clock.slept == [KV_WINDOW_SECONDS]


@respx.mock
def test_a_zone_is_purged_by_tags_within_the_limit() -> None:
    route = respx.post(URL).mock(
        return_value=httpx.Response(200, json={"success": True, "result": {"id": "z1"}})
    )
    with CloudflareApi("t", base_url="https://cf.test") as api:
        ZonePurger(api, "z1").purge([f"tag{n}" for n in range(TAGS_LIMIT + 1)])
    sent = [json.loads(call.request.content)["tags"] for call in route.calls]
    assert [len(tags) for tags in sent] == [TAGS_LIMIT, 1]


@respx.mock
def test_a_refused_purge_says_what_to_check() -> None:
    respx.post(URL).mock(
        return_value=httpx.Response(403, json={"success": False, "errors": [{"message": "no"}]})
    )
    with (
        CloudflareApi("t", base_url="https://cf.test", who="SELVEDGE_ZONE_TOKEN") as api,
        pytest.raises(RemoteRefused, match="SELVEDGE_ZONE_TOKEN"),
    ):
        ZonePurger(api, "z1").purge(["a"])
