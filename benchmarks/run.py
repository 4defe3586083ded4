"""One run: every shop in turn, everything about it, with progress."""

from __future__ import annotations

import os
import platform
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from benchmarks import footprint, instances, interpreter, shops, visitors
from benchmarks.client import request
from benchmarks.measure import Scenario, measure_latency, measure_throughput, percentile
from benchmarks.results import BY_PROCESSOR, Figure, Results, ShopResults, Timing, timings
from benchmarks.scenarios import COMPARED, HELLO, check_peers, scenarios
from benchmarks.traffic import Traffic
from development.catalogues import NoData, real_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.instances import Home
    from benchmarks.shops import Shop

    Progress = Callable[[str], None]

SLOW_KV = {"latency_p95_ms": 50, "latency_p99_ms": 250}
WITH_MODEL = "personal list with a model"
SIMILAR = "similar products"
METHOD, METHOD_VARIABLE = "ecobalyse-textile-2025-02", "SELVEDGE_FOOTPRINT_DATA"
LARGE = 10_000
"""From so many products on memory and cold isolates are measured too."""


class Effort(msgspec.Struct, frozen=True):
    """How much is measured."""

    visits: int = 340
    rounds: int = 25
    throughput_rounds: int = 3
    throughput_seconds: float = 0.7
    decisions: int = 60
    cold_samples: int = 3
    slow_kv: bool = True
    swaps: bool = True


QUICK = Effort(
    visits=180, rounds=10, throughput_rounds=1, decisions=30, cold_samples=1, slow_kv=False, swaps=False
)


def run(sizes: Sequence[int], *, hm: bool | None, effort: Effort, progress: Progress) -> Results:
    """Measure the generated shops of `sizes`, and H&M's (None: where its data are)."""
    notes: list[str] = []
    found: list[ShopResults] = []
    with instances.hellos() as hellos:
        for make in _makers(sizes, hm=hm):
            try:
                progress("making the shop")
                shop = make()
            except NoData as error:
                notes.append(f"H&M's catalogue was left out: {error}")
                continue
            found.append(_measure(shop, hellos, effort, _prefixed(progress, shop.name)))
    return Results(_machine(), effort.rounds, tuple(found), _footprints(progress, notes), tuple(notes))


def _footprints(progress: Progress, notes: list[str]) -> tuple[Figure, ...]:
    """Return how fast footprints are; nothing where the method's files are not at hand, and a note."""
    try:
        folder = Path(os.environ.get(METHOD_VARIABLE) or real_data() / METHOD)
    except NoData as error:
        notes.append(f"Footprints were left out: {error}")
        return ()
    if not folder.is_dir():
        notes.append(f"Footprints were left out: no {folder}; {METHOD_VARIABLE} names the published files")
        return ()
    progress("footprints")
    return footprint.figures(folder)


def _makers(sizes: Sequence[int], *, hm: bool | None) -> Iterator[Callable[[], Shop]]:
    for size in sizes:
        yield partial(shops.generated, size)
    if hm is not False:
        yield shops.hm


def _prefixed(progress: Progress, shop: str) -> Progress:
    return lambda step: progress(f"{shop}: {step}")


def _measure(shop: Shop, hellos: Mapping[str, str], effort: Effort, progress: Progress) -> ShopResults:
    progress("preparing requests")
    traffic = Traffic(shop, effort.visits)
    figures = [
        Figure("build", shop.build_seconds, "s"),
        Figure("snapshot a product", shop.bytes_per_product, "B"),
    ]
    with instances.home() as home:
        timed, more = _measure_warm(home, shop, traffic, hellos, effort, progress)
        figures += more
        if len(shop.catalogue.products) >= LARGE:
            figures += _measure_cold(home, traffic, effort, progress)
            figures += _measure_memory(home, shop, traffic, progress) if effort.swaps else []
    if len(shop.catalogue.products) >= LARGE:
        figures += _measure_model(shop, traffic, hellos, effort, progress)
    matched = int(median(traffic.matched))
    return ShopResults(shop.name, len(shop.catalogue.products), matched, timed, tuple(figures))


def _measure_warm(
    home: Home, shop: Shop, traffic: Traffic, hellos: Mapping[str, str], effort: Effort, progress: Progress
) -> tuple[tuple[Timing, ...], list[Figure]]:
    progress("starting workerd and the peers")
    with home.instance() as runtime, instances.peers(shop) as peers:
        progress("publishing")
        published = home.publish(runtime, shop.built)
        progress("comparing with the peers")
        check_peers(runtime.url, peers, traffic)
        timed = scenarios(runtime.url, hellos, peers, shop, traffic)
        progress("latency")
        measure_latency(
            timed, effort.rounds, lambda number: progress(f"latency, {number} of {effort.rounds}")
        )
        progress("throughput")
        compared = [one for one in timed if one.name in COMPARED]
        measure_throughput(compared, effort.throughput_rounds, effort.throughput_seconds)
        progress("the decision alone")
        decisions = interpreter.time_decisions(runtime, shop, traffic, effort.decisions)
        figures = [
            Figure("publish", published, "s"),
            Figure("decision, median", percentile(decisions, 50), "ms"),
            Figure("decision, p90", percentile(decisions, 90), "ms"),
        ]
        return timings(timed), figures


def _measure_cold(home: Home, traffic: Traffic, effort: Effort, progress: Progress) -> Iterator[Figure]:
    asked = {"plain first page": traffic.public()[0], "filtered list": traffic.filtered()[0]}
    for faults, where in ((None, "cold"), (SLOW_KV, "cold, slow KV")):
        if faults and not effort.slow_kv:
            continue
        for name, one in asked.items():
            progress(f"{where}, {name}")
            samples = [
                interpreter.time_cold_answer(home, one, faults or {}) for _ in range(effort.cold_samples)
            ]
            yield Figure(f"{where}: {name}", median(samples), "ms")


def _measure_memory(home: Home, shop: Shop, traffic: Traffic, progress: Progress) -> Iterator[Figure]:
    progress("memory while versions swap")
    memory = interpreter.measure_memory(home, shop, traffic)
    yield Figure("heap, all cards held", memory.serving / 1e6, "MB")
    yield Figure("heap, peak of two swaps", memory.after_swaps / 1e6, "MB")


def _measure_model(
    shop: Shop, traffic: Traffic, hellos: Mapping[str, str], effort: Effort, progress: Progress
) -> Iterator[Figure]:
    """The same people in the same shop, with the model of 100,000 sessions in the version."""
    progress("training a session model")
    trained = visitors.train(shop)
    modelled = shop.with_model(trained.part)
    with instances.home() as home:
        with home.instance() as runtime:
            home.publish(runtime, modelled.built)
            timed = [
                Scenario(HELLO, hellos[HELLO], [request("/")]),
                Scenario(WITH_MODEL, runtime.url, traffic.personal()),
                Scenario(SIMILAR, runtime.url, traffic.similar()),
            ]
            progress("lists with the model")
            measure_latency(timed, effort.rounds, lambda _number: None)
            progress("the prediction alone")
            predictions = interpreter.time_predictions(runtime, modelled, traffic, effort.decisions)
            decisions = interpreter.time_decisions(runtime, modelled, traffic, effort.decisions)
        yield Figure("session model", len(trained.part) / 1e6, "MB")
        yield Figure("session model, bytes a click", trained.bytes_a_click, "B")
        yield from _ratios(timings(timed)[1:])
        yield from _compared(predictions, decisions)
        if effort.swaps:
            progress("memory with the model while versions swap")
            memory = interpreter.measure_memory(home, modelled, traffic)
            yield Figure("heap with a model, all cards held", memory.serving / 1e6, "MB")
            yield Figure("heap with a model, peak of two swaps", memory.after_swaps / 1e6, "MB")


def _ratios(timed: Sequence[Timing]) -> Iterator[Figure]:
    for one in timed:
        yield Figure(f"{one.scenario} / hello", one.ratio, "times")
        if one.processor_ratio is not None:
            yield Figure(f"{one.scenario} / hello{BY_PROCESSOR}", one.processor_ratio, "times")


def _compared(predictions: Sequence[float], decisions: Sequence[float]) -> Iterator[Figure]:
    """The prediction alone, and beside the decision of the same run, which the machine slows down alike."""
    p90 = percentile(predictions, 90)
    yield Figure("session prediction, median", percentile(predictions, 50), "ms")
    yield Figure("session prediction, p90", p90, "ms")
    yield Figure("session prediction / decision, p90", p90 / percentile(decisions, 90), "times")


def _machine() -> str:
    return (
        f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
