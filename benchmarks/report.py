"""The report: tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from benchmarks.results import BY_PROCESSOR, by_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from benchmarks.budgets import Budget
    from benchmarks.results import Figure, Results, ShopResults


def show(results: Results, budgets: Mapping[tuple[str, str], Budget], console: Console) -> None:
    """Print everything that was measured, and how it stands to the budgets."""
    console.print(f"{results.machine}; {results.rounds} rounds", highlight=False)
    for note in results.notes:
        console.print(f"Note: {note}", highlight=False)
    for shop in results.shops:
        console.print(_timings(shop))
        console.print(_figures(shop.figures))
    if results.footprints:
        console.print(_figures(results.footprints, "Footprints, of one core's processor time"))
    console.print(_standing(results, budgets))


def _timings(shop: ShopResults) -> Table:
    title = f"{shop.shop}: {shop.products:,} products, of which the median request matches {shop.matched:,}"
    table = Table("scenario", title=title, title_justify="left")
    for column in ("median ms", "p90 ms", "x hello", "CPU ms", "x hello", "requests/s"):
        table.add_column(column, justify="right")
    for one in shop.timings:
        rate = "" if one.per_second is None else f"{one.per_second:,.0f}"
        times = (one.median, one.p90, one.ratio, one.processor, one.processor_ratio)
        table.add_row(one.scenario, *("" if time is None else f"{time:.2f}" for time in times), rate)
    return table


def _figures(figures: Sequence[Figure], title: str | None = None) -> Table:
    table = Table("figure", title=title, title_justify="left")
    table.add_column("value", justify="right")
    table.add_column("unit")
    for one in figures:
        table.add_row(one.name, f"{one.value:,.2f}", one.unit)
    return table


def _standing(results: Results, budgets: Mapping[tuple[str, str], Budget]) -> Table:
    measured = by_name(results)
    table = Table("figure", "shop", title="Budgets", title_justify="left")
    for column in ("measured", "by CPU", "budget", ""):
        table.add_column(column, justify="right")
    for (name, shop), budget in budgets.items():
        value = measured.get((name, shop))
        processor = measured.get((name + BY_PROCESSOR, shop))
        table.add_row(
            name,
            shop,
            "not measured" if value is None else f"{value:.2f}",
            "" if processor is None else f"{processor:.2f}",
            budget.text(),
            "" if value is None else _verdict(budget, value),
        )
    return table


def _verdict(budget: Budget, value: float) -> str:
    return "holds" if budget.holds(value, "budget") else "[bold]exceeded[/bold]"
