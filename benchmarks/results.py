"""What one run found: timings and single figures per shop, and all of it by the names that budgets use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from benchmarks.scenarios import HELLO, PERSONAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.measure import Scenario

SMALLER, LARGER = "10000", "100000"


class Timing(msgspec.Struct, frozen=True):
    """A scenario: milliseconds an exchange over one connection, its median as a multiple of hello's.

    `per_second` is what several connections got, where that was measured.
    """

    scenario: str
    median: float
    p90: float
    ratio: float
    per_second: float | None = None


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
    """A whole run; `notes` say what was left out and why."""

    machine: str
    rounds: int
    shops: tuple[ShopResults, ...]
    notes: tuple[str, ...] = ()


def timings(scenarios: Sequence[Scenario]) -> tuple[Timing, ...]:
    """The scenarios' figures, with the one called hello as what ratios are to."""
    hello = next(one.median for one in scenarios if one.name == HELLO)
    return tuple(
        Timing(one.name, one.median, one.p90, one.median / hello, one.per_second if one.rates else None)
        for one in scenarios
    )


def by_name(results: Results) -> dict[tuple[str, str], float]:
    """Every figure by name and shop: single ones, ratios to hello, and those between scenarios or shops."""
    found: dict[tuple[str, str], float] = {}
    for shop in results.shops:
        found |= {(figure.name, shop.shop): figure.value for figure in shop.figures}
        found |= {(f"{timing.scenario} / hello", shop.shop): timing.ratio for timing in shop.timings}
        rates = {timing.scenario: timing.per_second for timing in shop.timings if timing.per_second}
        if PERSONAL in rates:
            found |= {
                (f"requests / {name}", shop.shop): rates[PERSONAL] / rate for name, rate in rates.items()
            }
    ratio = f"{PERSONAL} / hello"
    if (ratio, SMALLER) in found and (ratio, LARGER) in found:
        found["ten times the catalogue", LARGER] = found[ratio, LARGER] / found[ratio, SMALLER]
    return found
