"""What one run found: timings and single figures per shop, and all of it by the names that budgets use."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import msgspec

from benchmarks.scenarios import EVIDENCE, FILTERED, HELLO, PERSONAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.measure import Scenario

BY_PROCESSOR = ", CPU"
"""Ends the name of a ratio of processor times."""

FOOTPRINTS = "footprints a second"
"""By what they are computed from."""

SMALLER, LARGER = "10000", "100000"


class Timing(msgspec.Struct, frozen=True):
    """A scenario: milliseconds an exchange over one connection, its median as a multiple of hello's.

    `per_second` is what several connections got, where that was measured. `processor` is the server's
    processor time an exchange (the median of bursts): it barely knows what else the machine does.
    """

    scenario: str
    median: float
    p90: float
    ratio: float
    per_second: float | None = None
    processor: float | None = None
    processor_ratio: float | None = None


class Figure(msgspec.Struct, frozen=True):
    """A figure by itself."""

    name: str
    value: float
    unit: str


class ShopResults(msgspec.Struct, frozen=True):
    """What was found about one shop. `matched` is how many products the median request's filters match."""

    shop: str
    products: int
    matched: int
    timings: tuple[Timing, ...]
    figures: tuple[Figure, ...]


class Results(msgspec.Struct, frozen=True):
    """A whole run; `footprints` are garments a second, `notes` say what was left out and why."""

    machine: str
    rounds: int
    shops: tuple[ShopResults, ...]
    footprints: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()


def timings(scenarios: Sequence[Scenario]) -> tuple[Timing, ...]:
    """The scenarios' figures, with the one called hello as what ratios are to."""
    hello = next(one for one in scenarios if one.name == HELLO)
    return tuple(
        Timing(
            scenario=one.name,
            median=one.median,
            p90=one.p90,
            ratio=one.median / hello.median,
            per_second=one.per_second if one.rates else None,
            processor=median(one.processor) if one.processor else None,
            processor_ratio=median(one.processor) / median(hello.processor) if one.processor else None,
        )
        for one in scenarios
    )


def _of_evidence(shop: ShopResults) -> dict[tuple[str, str], float]:
    """What a filter on evidence costs beside one on plain facets, where the shop has evidence."""
    timed = {timing.scenario: timing for timing in shop.timings}
    plain, proven = timed.get(FILTERED), timed.get(EVIDENCE)
    if plain is None or proven is None:
        return {}
    name = f"{EVIDENCE} / {FILTERED}"
    ratios = {(name, shop.shop): proven.median / plain.median}
    if plain.processor and proven.processor:
        ratios[name + BY_PROCESSOR, shop.shop] = proven.processor / plain.processor
    return ratios


def by_name(results: Results) -> dict[tuple[str, str], float]:
    """Every figure by name and shop: single ones, ratios to hello, and those between scenarios or shops."""
    found = {(FOOTPRINTS, figure.name): figure.value for figure in results.footprints}
    for shop in results.shops:
        found |= {(figure.name, shop.shop): figure.value for figure in shop.figures}
        found |= {(f"{timing.scenario} / hello", shop.shop): timing.ratio for timing in shop.timings}
        found |= {
            (f"{timing.scenario} / hello{BY_PROCESSOR}", shop.shop): timing.processor_ratio
            for timing in shop.timings
            if timing.processor_ratio is not None
        }
        found |= _of_evidence(shop)
        rates = {timing.scenario: timing.per_second for timing in shop.timings if timing.per_second}
        if PERSONAL in rates:
            found |= {
                (f"requests / {name}", shop.shop): rates[PERSONAL] / rate for name, rate in rates.items()
            }
    for kind in ("", BY_PROCESSOR):
        ratio = f"{PERSONAL} / hello{kind}"
        if (ratio, SMALLER) in found and (ratio, LARGER) in found:
            found[f"ten times the catalogue{kind}", LARGER] = found[ratio, LARGER] / found[ratio, SMALLER]
    return found
