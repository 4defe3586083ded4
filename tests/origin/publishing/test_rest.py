from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import httpx
import pytest
import respx

from origin.publishing import cloudflare, rest
from origin.publishing.clock import ManualClock
from origin.publishing.cloudflare import CloudflareApi, Pace
from origin.publishing.errors import RemoteRefused, RemoteUnavailable
from origin.publishing.kv import Listed, Pair, batches
from origin.publishing.rest import RestKv

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "https://kv.test/client/v4"
ROOT = f"{BASE}/accounts/acme/storage/kv/namespaces/shop"
BULK = f"{ROOT}/bulk"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def kv(clock: ManualClock) -> Iterator[RestKv]:
    with CloudflareApi("s3cret", base_url=BASE, who="SELVEDGE_KV_TOKEN", clock=clock) as api:
        yield RestKv(api, "acme", "shop")


@pytest.fixture
def remote() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


def ok(result: object = None, **more: object) -> httpx.Response:
    return httpx.Response(200, json={"success": True, "errors": [], "messages": [], "result": result, **more})


def failed(status: int, code: int, message: str, **headers: str) -> httpx.Response:
    body = {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}
    return httpx.Response(status, json=body, headers=headers)


def test_a_pair_travels_as_base64_with_its_metadata_and_the_token(
    remote: respx.MockRouter, kv: RestKv
) -> None:
    route = remote.put(BULK).mock(return_value=ok())
    kv.put_many([Pair("part/00", b"\0\xff", {"at": 5})])
    sent = route.calls.last.request
    assert sent.headers["authorization"] == "Bearer s3cret"
    value = base64.b64encode(b"\0\xff").decode()
    assert json.loads(sent.content) == [
        {"key": "part/00", "value": value, "base64": True, "metadata": {"at": 5}}
    ]


def test_too_many_requests_waits_as_long_as_retry_after_says(
    remote: respx.MockRouter, kv: RestKv, clock: ManualClock
) -> None:
    remote.put(BULK).mock(side_effect=[failed(429, 971, "slow down", **{"retry-after": "7"}), ok()])
    kv.put_many([Pair("a", b"1")])
    assert clock.slept == [7.0]


def test_a_block_longer_than_patience_gives_up_and_says_so(
    remote: respx.MockRouter, kv: RestKv, clock: ManualClock
) -> None:
    remote.put(BULK).mock(return_value=failed(429, 971, "slow down", **{"retry-after": "300"}))
    with pytest.raises(RemoteUnavailable, match=r"429 slow down \[971\]"):
        kv.put_many([Pair("a", b"1")])
    assert sum(clock.slept) <= cloudflare.PATIENCE


@pytest.mark.parametrize(
    "fault", [httpx.Response(500), httpx.Response(503), httpx.ConnectError, httpx.ReadTimeout]
)
def test_a_passing_fault_is_retried_with_growing_waits(
    remote: respx.MockRouter, kv: RestKv, clock: ManualClock, fault: httpx.Response | type[Exception]
) -> None:
    remote.put(BULK).mock(side_effect=[fault, fault, fault, ok()])
    kv.put_many([Pair("a", b"1")])
    assert len(clock.slept) == 3
    assert 0 < clock.slept[0] <= 0.5
    assert 0.5 <= clock.slept[2] <= 2


@pytest.mark.parametrize("fault", [httpx.Response(502), httpx.ConnectError])
def test_a_lasting_fault_ends_after_bounded_attempts(
    remote: respx.MockRouter, kv: RestKv, clock: ManualClock, fault: httpx.Response | type[Exception]
) -> None:
    route = remote.put(BULK).mock(side_effect=[fault] * 20)
    with pytest.raises(RemoteUnavailable):
        kv.put_many([Pair("a", b"1")])
    assert route.call_count == cloudflare.ATTEMPTS
    assert sum(clock.slept) <= cloudflare.PATIENCE


def test_keys_reported_unwritten_are_sent_again_alone(remote: respx.MockRouter, kv: RestKv) -> None:
    partial = ok({"successful_key_count": 2, "unsuccessful_keys": ["b"]})
    route = remote.put(BULK).mock(
        side_effect=[partial, ok({"successful_key_count": 1, "unsuccessful_keys": []})]
    )
    kv.put_many([Pair(key, b"1") for key in "abc"])
    assert [pair["key"] for pair in json.loads(route.calls.last.request.content)] == ["b"]


def test_keys_that_stay_unwritten_fail_by_name(remote: respx.MockRouter, kv: RestKv) -> None:
    remote.put(BULK).mock(return_value=ok({"successful_key_count": 0, "unsuccessful_keys": ["b"]}))
    with pytest.raises(RemoteUnavailable, match="1 keys stayed unwritten, the first is b"):
        kv.put_many([Pair(key, b"1") for key in "abc"])


@pytest.mark.parametrize(("status", "code"), [(401, 10000), (403, 10000), (404, 10013), (400, 10012)])
def test_a_refusal_is_not_retried_and_names_what_to_check(
    remote: respx.MockRouter, kv: RestKv, status: int, code: int
) -> None:
    route = remote.put(BULK).mock(return_value=failed(status, code, "no"))
    with pytest.raises(
        RemoteRefused, match=f"HTTP {status} no .{code}. - check SELVEDGE_KV_TOKEN"
    ) as refusal:
        kv.put_many([Pair("a", b"1")])
    assert route.call_count == 1
    assert "s3cret" not in str(refusal.value)


def test_success_false_and_foreign_answers_are_refused(remote: respx.MockRouter, kv: RestKv) -> None:
    remote.put(BULK).mock(side_effect=[failed(200, 7, "odd"), httpx.Response(200, text="<html>")])
    with pytest.raises(RemoteRefused, match="odd"):
        kv.put_many([Pair("a", b"1")])
    with pytest.raises(RemoteRefused, match="no Cloudflare envelope"):
        kv.put_many([Pair("a", b"1")])


def test_a_value_is_read_under_its_percent_encoded_key(remote: respx.MockRouter, kv: RestKv) -> None:
    remote.get(url__eq=f"{ROOT}/values/part%2F00").mock(return_value=httpx.Response(200, content=b"\0\xff"))
    assert kv.get("part/00") == b"\0\xff"


def test_an_absent_key_is_none_and_an_absent_namespace_is_refused(
    remote: respx.MockRouter, kv: RestKv
) -> None:
    answers = [failed(404, 10009, "key not found"), failed(404, 10013, "namespace not found")]
    remote.get(url__startswith=f"{ROOT}/values/").mock(side_effect=answers)
    assert kv.get("part/00") is None
    with pytest.raises(RemoteRefused, match="namespace not found"):
        kv.get("part/00")


def test_listing_follows_the_cursor_and_carries_metadata(remote: respx.MockRouter, kv: RestKv) -> None:
    first = ok([{"name": "part/a", "metadata": {"at": 5}}], result_info={"count": 1, "cursor": "next"})
    route = remote.get(url__startswith=f"{ROOT}/keys").mock(
        side_effect=[first, ok([{"name": "part/b"}], result_info={"count": 1, "cursor": ""})]
    )
    assert list(kv.scan("part/")) == [Listed("part/a", {"at": 5}), Listed("part/b")]
    assert dict(route.calls.last.request.url.params) == {"prefix": "part/", "limit": "1000", "cursor": "next"}


def test_deleting_posts_the_keys_and_retries_those_that_stayed(remote: respx.MockRouter, kv: RestKv) -> None:
    route = remote.post(f"{BULK}/delete").mock(side_effect=[ok({"unsuccessful_keys": ["b"]}), ok()])
    kv.delete_many(["a", "b"])
    assert [json.loads(call.request.content) for call in route.calls] == [["a", "b"], ["b"]]


def test_no_request_exceeds_the_limits(
    remote: respx.MockRouter, kv: RestKv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "PAIRS_LIMIT", 3)
    monkeypatch.setattr(rest, "BYTES_LIMIT", 100)
    route = remote.put(BULK).mock(return_value=ok())
    kv.put_many([Pair(f"k{n}", bytes(n * 7)) for n in range(20)])
    sent = [json.loads(call.request.content) for call in route.calls]
    assert [pair["key"] for body in sent for pair in body] == [f"k{n}" for n in range(20)]
    for body in sent:
        assert len(body) <= 3
        assert len(body) == 1 or sum(len(base64.b64decode(pair["value"])) for pair in body) <= 100


def test_the_real_limits_stay_below_those_of_cloudflare() -> None:
    part = 5_000_000
    assert rest.PAIRS_LIMIT <= 10_000
    pairs = [Pair(f"part/{n:064x}", bytes(part), {"at": 1_800_000_000}) for n in range(12)]
    for batch in batches(pairs, pairs_limit=rest.PAIRS_LIMIT, bytes_limit=rest.BYTES_LIMIT):
        assert sum(len(pair.value) * 4 / 3 + 200 for pair in batch) < 100_000_000
    # The smallest pairs, so that keys and metadata weigh most.
    assert rest.PAIRS_LIMIT * 200 + rest.BYTES_LIMIT * 4 / 3 < 100_000_000


def test_the_pace_lets_a_burst_pass_and_then_holds_the_rate(clock: ManualClock) -> None:
    pace = Pace(clock, burst=3, per_second=2)
    for _ in range(7):
        pace.wait()
    assert sum(clock.slept) == pytest.approx(2.0)


def test_the_pace_stays_within_twelve_hundred_requests_in_five_minutes() -> None:
    assert cloudflare.BURST + cloudflare.PER_SECOND * 300 <= 1_200
