import base64
from typing import Any
from urllib.parse import quote

import pytest

from development.launcher import WorkerdFailed
from development.workerd import Workerd

EVERY_BYTE = bytes(range(256))


def put_bulk(runtime: Workerd, *pairs: dict[str, Any]) -> dict[str, Any]:
    answer = runtime.client.put(f"{runtime.kv_url}/bulk", json=pairs, headers=runtime.kv_headers)
    return {"status": answer.status_code, **answer.json()}


def test_the_worker_reads_the_bytes_that_were_published(runtime: Workerd) -> None:
    encoded = base64.b64encode(EVERY_BYTE).decode()
    published = put_bulk(runtime, {"key": "parts/é b", "value": encoded, "base64": True})
    assert published["result"] == {"successful_key_count": 1, "unsuccessful_keys": []}
    read = runtime.run("bytes(await env.CATALOGUE.get('parts/é b', 'arrayBuffer')).hex()")
    assert bytes.fromhex(read) == EVERY_BYTE


def test_what_was_published_can_be_read_back(runtime: Workerd) -> None:
    url = f"{runtime.kv_url}/values/{quote('a/b ?#%', safe='')}"
    assert runtime.client.put(url, content=EVERY_BYTE, headers=runtime.kv_headers).json()["success"]
    assert runtime.client.get(url, headers=runtime.kv_headers).content == EVERY_BYTE
    assert runtime.client.delete(url, headers=runtime.kv_headers).json()["success"]
    assert runtime.client.get(url, headers=runtime.kv_headers).status_code == 404


def test_keys_are_listed_in_pages_with_their_metadata(runtime: Workerd) -> None:
    put_bulk(
        runtime,
        *({"key": f"page/{n:02}", "value": "", "metadata": {"n": n}} for n in range(12)),
    )
    listed: list[dict[str, Any]] = []
    cursor = ""
    while not listed or cursor:
        answer = runtime.client.get(
            f"{runtime.kv_url}/keys",
            params={"prefix": "page/", "limit": 10, **({"cursor": cursor} if cursor else {})},
            headers=runtime.kv_headers,
        ).json()
        listed += answer["result"]
        cursor = answer["result_info"]["cursor"]
    assert [item["metadata"] for item in listed] == [{"n": n} for n in range(12)]


def test_many_keys_are_deleted_at_once(runtime: Workerd) -> None:
    put_bulk(runtime, {"key": "gone/1", "value": "x"}, {"key": "gone/2", "value": "x"})
    url = f"{runtime.kv_url}/bulk/delete"
    answer = runtime.client.post(url, json=["gone/1", "gone/2"], headers=runtime.kv_headers)
    assert answer.json()["result"]["successful_key_count"] == 2
    assert runtime.run("await env.CATALOGUE.get('gone/1')") is None


@pytest.mark.parametrize(
    ("pair", "status"),
    [
        ({"key": "", "value": ""}, 400),
        ({"key": "k" * 513, "value": ""}, 414),
        ({"key": "k"}, 400),
        ({"key": "k", "value": "no base64!", "base64": True}, 400),
        ({"key": "k", "value": "", "expiration_ttl": 59}, 400),
        ({"key": "k", "value": "", "metadata": "m" * 1025}, 400),
    ],
)
def test_a_write_outside_the_limits_is_refused(pair: dict[str, Any], status: int, runtime: Workerd) -> None:
    answer = put_bulk(runtime, pair)
    assert (answer["status"], answer["success"]) == (status, False)


def test_over_ten_thousand_pairs_are_refused(runtime: Workerd) -> None:
    pairs = ({"key": str(n), "value": ""} for n in range(10_001))
    assert put_bulk(runtime, *pairs)["status"] == 400


@pytest.mark.parametrize(("authorization", "status"), [("", 401), ("Basic abc", 401), ("Bearer wrong", 403)])
def test_only_the_token_of_this_start_is_let_in(authorization: str, status: int, runtime: Workerd) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = runtime.client.get(f"{runtime.kv_url}/keys", headers=headers)
    assert answer.status_code == status
    assert answer.json()["errors"]


def test_another_host_name_is_refused(runtime: Workerd) -> None:
    headers = {**runtime.kv_headers, "Host": "shop.example"}
    assert runtime.client.get(f"{runtime.kv_url}/keys", headers=headers).status_code == 403


def test_an_unknown_namespace_is_not_found(runtime: Workerd) -> None:
    url = runtime.kv_url.replace(runtime.kv_namespace, "other")
    assert runtime.client.get(f"{url}/keys", headers=runtime.kv_headers).status_code == 404


def test_reads_fail_as_told(runtime: Workerd) -> None:
    put_bulk(runtime, {"key": "fragile", "value": "0123456789"})
    read = "await env.CATALOGUE.get('fragile')"
    runtime.set_kv_faults(missing=["^fragile$"])
    assert runtime.run(read) is None
    runtime.set_kv_faults(truncate=["fragile"])
    assert runtime.run(read) == "01234"
    runtime.set_kv_faults(corrupt=["fragile"])
    assert runtime.run(read) == "0123446789"
    runtime.set_kv_faults(error_rate=1)
    with pytest.raises(WorkerdFailed, match="injected"):
        runtime.run(read)
    runtime.set_kv_faults()
    assert runtime.run(read) == "0123456789"
    assert runtime.kv_reads() == ["fragile"]


def test_reads_are_slow_as_told(runtime: Workerd) -> None:
    put_bulk(runtime, {"key": "slow", "value": ""})
    runtime.set_kv_faults(latency_p95_ms=80, latency_p99_ms=200)
    seconds = runtime.run(
        "import time\n"
        "async def read():\n"
        "    start = time.perf_counter()\n"
        "    await env.CATALOGUE.get('slow')\n"
        "    return time.perf_counter() - start\n"
        "[await read() for _ in range(30)]"
    )
    assert max(seconds) < 0.4
    assert 0.2 < sum(seconds) < 3.0


def test_an_unknown_fault_is_an_error(runtime: Workerd) -> None:
    with pytest.raises(WorkerdFailed, match="unknown faults"):
        runtime.set_kv_faults(latency=1)
