"""Measurements of the interpreter itself: the decision alone, its memory, and how soon a cold one answers."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from benchmarks.client import Connection, request
from benchmarks.measure import WrongAnswer
from selvedge.catalogue.query import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.instances import Home
    from benchmarks.shops import Shop
    from benchmarks.traffic import Traffic
    from development.workerd import Workerd

REPEATS = 30
"""Times that one decision is repeated: a clock of 1 ms is then 0.03 ms a decision at most."""

PREDICTIONS = 4 * REPEATS
"""The same of a prediction, which is shorter."""

SWAP_SECONDS = 20.0
SWAPS = 2
_OK = 200
_INSIDE = Path(__file__).with_name("inside.py")


def time_decisions(runtime: Workerd, shop: Shop, traffic: Traffic, count: int) -> list[float]:
    """Milliseconds of filtering, scoring, ordering and the ids of a page, for `count` people."""
    visits = [
        (canonical(visit.query), visit.context.affinities, visit.context.recent)
        for visit in traffic.visits[:count]
    ]
    times: list[float] = _run(runtime, "decisions", *_place(shop), msgspec.to_builtins(visits), REPEATS)
    return times


def time_predictions(runtime: Workerd, shop: Shop, traffic: Traffic, count: int) -> list[float]:
    """Milliseconds of asking the session model, for `count` people."""
    looks = [visit.context.recent for visit in traffic.visits[:count]]
    times: list[float] = _run(runtime, "predictions", *_place(shop), msgspec.to_builtins(looks), PREDICTIONS)
    return times


class Memory(msgspec.Struct, frozen=True):
    """Bytes of wasm memory, interpreter included: it never shrinks, so each is a peak."""

    serving: int
    after_swaps: int


def measure_memory(home: Home, shop: Shop, traffic: Traffic) -> Memory:
    """Hold all card pages, then let versions swap while requests go on."""
    other = shop.next_day()
    with home.instance(SELVEDGE_REFRESH_SECONDS="1") as runtime:
        asked = [*traffic.personal()[:50], *traffic.facets()[:50]]
        _ask(runtime, asked)
        _run(runtime, "hold_all_pages", *_place(shop))
        serving = runtime.heap_bytes()
        for number in range(SWAPS):
            built = shop.built if number % 2 else other
            home.publish(runtime, built)
            _wait_for(built.release.version, runtime, shop)
            _ask(runtime, asked)
            _run(runtime, "hold_all_pages", *_place(shop))
        return Memory(serving, runtime.heap_bytes())


def time_cold_answer(home: Home, asked: bytes, latency: dict[str, int]) -> float:
    """Milliseconds from imports done to the first answer, of an isolate that has never answered."""
    with home.instance() as runtime:
        runtime.set_kv_faults(**latency)
        if runtime.startup()["error"]:
            raise WrongAnswer(str(runtime.startup()["error"]))
        started = time.perf_counter()
        _ask(runtime, [asked])
        return (time.perf_counter() - started) * 1e3


def _place(shop: Shop) -> tuple[str, str]:
    return shop.market.code, shop.market.locales[0]


def _run(runtime: Workerd, function: str, *arguments: Any) -> Any:
    given = ", ".join(map(repr, arguments))
    return runtime.run(f"{_INSIDE.read_text(encoding='utf-8')}\n\nawait {function}({given})")


def _ask(runtime: Workerd, requests: Sequence[bytes]) -> None:
    with Connection(runtime.url) as connection:
        for one in requests:
            answer = connection.exchange(one)
            if answer.status != _OK:
                raise WrongAnswer(f"{answer.status}: {answer.body[:300]!r}")


def _wait_for(version: str, runtime: Workerd, shop: Shop) -> None:
    asked = request(f"{shop.path}/products")
    deadline = time.monotonic() + SWAP_SECONDS
    with Connection(runtime.url) as connection:
        while time.monotonic() < deadline:
            answer = connection.exchange(asked)
            if answer.headers.get("selvedge-snapshot", "").startswith(version):
                return
            time.sleep(0.02)
    raise WrongAnswer(f"version {version} was not served within {SWAP_SECONDS:.0f} s")
