"""The origin over the platform's fetch: the same contract that httpx keeps, in the real runtime."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from development.fault_proxy import FaultProxy, faulty
from development.workerd import Workerd
from tests.profiles.contract import CASES, DEADLINE_MS, MAX_BYTES, ContractCase

ASK = """
from cloudflare.origin import FetchOrigin
from selvedge.errors import OriginUnavailable
from selvedge.profiles.origin import OriginRequest

async def ask():
    request = OriginRequest(
        path="/v1/x?a=%20b",
        method={method!r},
        headers={{"Authorization": "Bearer t"}},
        body={body!r},
        deadline_ms={deadline},
        max_bytes={most},
    )
    try:
        answer = await FetchOrigin({url!r}).ask(request)
    except OriginUnavailable as error:
        return {{"reason": error.reason}}
    text = answer.body.decode("latin-1")
    told = {{"status": answer.status, "media_type": answer.media_type, "headers": answer.headers}}
    return {{**told, "body": text}}

await ask()
"""


@pytest.fixture(scope="module")
def proxy() -> Iterator[FaultProxy]:
    with faulty() as proxy:
        yield proxy


def ask(runtime: Workerd, url: str, case: ContractCase) -> dict[str, Any]:
    source = ASK.format(
        url=url, method=case.method, body=case.body.encode(), deadline=DEADLINE_MS, most=MAX_BYTES
    )
    return dict(runtime.run(source))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_contract_holds_over_fetch(case: ContractCase, runtime: Workerd, proxy: FaultProxy) -> None:
    proxy.set(case.fault)
    answer = ask(runtime, proxy.url, case)
    if case.reason is not None:
        assert answer == {"reason": case.reason}
        return
    told = (answer["status"], answer["media_type"], answer["headers"])
    assert told == (case.status, case.media_type, case.headers)
    assert case.content is None or answer["body"].encode("latin-1").decode() == case.content


def test_a_deadline_is_kept_within_reason(runtime: Workerd, proxy: FaultProxy) -> None:
    proxy.set("hanging")
    started = time.monotonic()
    assert ask(runtime, proxy.url, CASES[0]) == {"reason": "timeout"}
    assert time.monotonic() - started < 5
