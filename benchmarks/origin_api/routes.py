"""The read routes beside the plain handler: requests a second, and how long one takes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import msgspec

from benchmarks.client import Connection, count_answers, request
from benchmarks.origin_api.shoppers import SHOPPERS, fill, name
from benchmarks.processor import ProcessorTime
from development import paths, session
from origin.identity.minting import service_tokens
from origin.rehearsal import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROUTES = {"edge profile": "edge-profile", "recommendations": "recommendations"}
APPLICATIONS = {"origin": "origin.app:create_app", "plain": "benchmarks.origin_api.plain:create_app"}
ROUNDS, SECONDS, CONNECTIONS, SINGLE = 9, 1.5, 8, 200
_START_SECONDS = 60.0


class Figures(msgspec.Struct, frozen=True):
    """Medians over the rounds: answers a second, milliseconds of one request at a time.

    `processor` is the server's own time an answer, in milliseconds: what a busy machine changes least.
    """

    rate: float
    processor: float
    p50: float
    p90: float
    p99: float


class Served(msgspec.Struct, frozen=True):
    """Figures by route and application, and by route how much more processor time an answer takes.

    Each round asks one application right after the other, so what else the machine does weighs on both:
    `ratios` are medians of the rounds' ratios.
    """

    figures: dict[tuple[str, str], Figures]
    ratios: dict[str, float]


def measure(environment: Mapping[str, str], key: Mapping[str, str]) -> Served:
    """Measure both applications, which run at the same time and are asked in turns."""
    asyncio.run(fill(environment))
    token = asyncio.run(
        service_tokens(key, SystemClock(), "bench").bearer(["edge-profile:read", "profiles:read"])
    )
    found: dict[tuple[str, str], list[Figures]] = {}
    with contextlib.ExitStack() as stack:
        servers = {
            who: stack.enter_context(_running(factory, environment)) for who, factory in APPLICATIONS.items()
        }
        for turn in range(ROUNDS + 1):
            for route, path in ROUTES.items():
                asked = [
                    request(f"/v1/shoppers/{name(number)}/{path}", {"Authorization": f"Bearer {token}"})
                    for number in range(SHOPPERS)
                ]
                for who in sorted(servers, reverse=bool(turn % 2)):
                    figures = _round(servers[who], asked)
                    if turn:  # the first is for warming up
                        found.setdefault((route, who), []).append(figures)
    return Served(
        {key: _median(rounds) for key, rounds in found.items()},
        {route: _ratio(found[route, "origin"], found[route, "plain"]) for route in ROUTES},
    )


def _round(url: str, asked: list[bytes]) -> Figures:
    with Connection(url) as connection:
        answer = connection.exchange(asked[0])
        if answer.status != httpx.codes.OK:
            raise RuntimeError(f"{url} answered {answer.status}: {answer.body[:200]!r}")
        times = []
        for at in range(SINGLE):
            started = time.perf_counter()
            connection.exchange(asked[at % len(asked)])
            times.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(times, n=100)
    processor = ProcessorTime(url)
    before = processor.milliseconds() or 0.0
    rate = count_answers(url, asked, connections=CONNECTIONS, seconds=SECONDS)
    spent = (processor.milliseconds() or 0.0) - before
    return Figures(rate, spent / (rate * SECONDS), cuts[49], cuts[89], cuts[98])


def _ratio(ours: list[Figures], plain: list[Figures]) -> float:
    return statistics.median(one.processor / other.processor for one, other in zip(ours, plain, strict=True))


def _median(rounds: list[Figures]) -> Figures:
    names = Figures.__struct_fields__
    return Figures(*(statistics.median(getattr(one, name) for one in rounds) for name in names))


@contextlib.contextmanager
def _running(factory: str, environment: Mapping[str, str]) -> Iterator[str]:
    port = session.free_port()
    command = [
        sys.executable, "-m", "uvicorn", "--factory", factory, "--app-dir", "worker",
        "--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(
        command,
        cwd=paths.ROOT,
        env={**os.environ, **environment, "PYTHONPATH": str(paths.ROOT)},
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{url}/healthz", timeout=5.0)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{url} did not start")
