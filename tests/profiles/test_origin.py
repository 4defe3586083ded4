from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest
import respx

from development.fault_proxy import FaultProxy, faulty
from origin.rehearsal_origin import HttpxOrigin
from selvedge.errors import OriginUnavailable
from selvedge.profiles.origin import OriginAnswer, OriginRequest, media_type_of
from tests.profiles.contract import CASES, DEADLINE_MS, MAX_BYTES, ContractCase
from tests.stage import run

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def proxy() -> Iterator[FaultProxy]:
    with faulty() as proxy:
        yield proxy


async def ask(url: str, case: ContractCase) -> OriginAnswer:
    request = OriginRequest(
        path="/v1/x?a=%20b",
        method=case.method,
        headers={"Authorization": "Bearer t"},
        body=case.body.encode(),
        deadline_ms=DEADLINE_MS,
        max_bytes=MAX_BYTES,
    )
    async with HttpxOrigin(url) as origin:
        return await origin.ask(request)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_contract_holds_over_httpx(case: ContractCase, proxy: FaultProxy) -> None:
    proxy.set(case.fault)
    if case.reason is not None:
        with pytest.raises(OriginUnavailable) as caught:
            run(ask(proxy.url, case))
        assert caught.value.reason == case.reason
        return
    answer = run(ask(proxy.url, case))
    assert (answer.status, answer.media_type, answer.headers) == (case.status, case.media_type, case.headers)
    assert case.content is None or answer.body.decode() == case.content


def test_a_deadline_is_kept_within_reason(proxy: FaultProxy) -> None:
    proxy.set("hanging")
    started = time.monotonic()
    with pytest.raises(OriginUnavailable, match="timeout"):
        run(ask(proxy.url, CASES[0]))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("no route to host"),
        httpx.ConnectError("certificate verify failed"),
        httpx.ConnectTimeout("the handshake took too long"),
        httpx.ReadError("the network is gone"),
        httpx.RemoteProtocolError("a stream was reset"),
        httpx.DecodingError("not the compression it says it is"),
        httpx.PoolTimeout("no connection is free"),
    ],
    ids=str,
)
def test_faults_that_are_hard_to_make_are_no_answer(fault: httpx.HTTPError) -> None:
    with respx.mock:
        respx.get("http://origin.example/v1/x").mock(side_effect=fault)
        with pytest.raises(OriginUnavailable, match="unreachable"):
            run(ask("http://origin.example", CASES[0]))


@pytest.mark.parametrize(
    ("field", "media_type"),
    [
        (None, ""),
        ("Application/JSON; charset=utf-8", "application/json"),
        ("text/html", "text/html"),
        (";", ""),
    ],
)
def test_a_media_type_is_told_without_its_parameters(field: str | None, media_type: str) -> None:
    assert media_type_of(field) == media_type
