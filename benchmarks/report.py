"""The report: tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from benchmarks.results import by_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from benchmarks.budgets import Budget
    from benchmarks.results import Results, ShopResults


def show(results: Results, budgets: Mapping[tuple[str, str], Budget], console: Console) -> None:
    """Print everything that was measured, and how it stands to the budgets."""
    console.print(f"{results.machine}; {results.rounds} rounds", highlight=False)
    for note in results.notes:
        console.print(f"Note: {note}", highlight=False)
    for shop in results.shops:
        console.print(_timings(shop))
        console.print(_figures(shop))
    console.print(_standing(results, budgets))


def _timings(shop: ShopResults) -> Table:
    title = f"{shop.shop}: {shop.products:,} products, of which the median request matches {shop.matched:,}"
    table = Table("scenario", title=title, title_justify="left")
    for column in ("median ms", "p90 ms", "x hello", "requests/s"):
        table.add_column(column, justify="right")
    for one in shop.timings:
        rate = "" if one.per_second is None else f"{one.per_second:,.0f}"
        table.add_row(one.scenario, f"{one.median:.2f}", f"{one.p90:.2f}", f"{one.ratio:.2f}", rate)
    return table


def _figures(shop: ShopResults) -> Table:
    table = Table("figure")
    table.add_column("value", justify="right")
    table.add_column("unit")
    for one in shop.figures:
        table.add_row(one.name, f"{one.value:,.2f}", one.unit)
    return table


def _standing(results: Results, budgets: Mapping[tuple[str, str], Budget]) -> Table:
    measured = by_name(results)
    table = Table("figure", "shop", title="Budgets", title_justify="left")
    for column in ("measured", "budget", ""):
        table.add_column(column, justify="right")
    for (name, shop), budget in budgets.items():
        value = measured.get((name, shop))
        if value is None:
            table.add_row(name, shop, "not measured", budget.text(), "")
        else:
            holds = "holds" if budget.holds(value, "budget") else "[bold]exceeded[/bold]"
            table.add_row(name, shop, f"{value:.2f}", budget.text(), holds)
    return table
