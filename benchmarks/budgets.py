"""Budgets: what design.md wants, and ceilings, above which something has become worse than it was."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Literal

import msgspec

from development import paths

if TYPE_CHECKING:
    from collections.abc import Mapping

Level = Literal["budget", "ceiling"]

FILE = paths.ROOT / "scripts" / "budgets.toml"
TABLE = "bench"


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bounds of one figure: the goal, and how far from it the build breaks; `at_least` bounds from below.

    Exactly one of `at_most` and `at_least` is the goal; without a `ceiling` the goal is the ceiling as well.
    """

    at_most: float | None = None
    at_least: float | None = None
    ceiling: float | None = None

    def holds(self, value: float, level: Level) -> bool:
        """Whether `value` is within the bound of that level."""
        bound = self.bound(level)
        return value <= bound if self.at_least is None else value >= bound

    def bound(self, level: Level) -> float:
        """The bound of that level."""
        goal = self.at_most if self.at_least is None else self.at_least
        if goal is None:
            raise ValueError("a budget needs at_most or at_least")
        return self.ceiling if level == "ceiling" and self.ceiling is not None else goal

    def text(self, level: Level = "budget") -> str:
        """The bound in words."""
        return f"at {'most' if self.at_least is None else 'least'} {self.bound(level):g}"


def read_budgets() -> dict[tuple[str, str], Budget]:
    """Budgets by figure and shop."""
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))[TABLE]
    by_figure = msgspec.convert(tables, dict[str, dict[str, Budget]])
    return {(name, shop): budget for name, shops in by_figure.items() for shop, budget in shops.items()}


def exceeded(
    budgets: Mapping[tuple[str, str], Budget], measured: Mapping[tuple[str, str], float], level: Level
) -> list[str]:
    """A sentence for every figure that was measured and is out of its bound."""
    return [
        f"{name} at {shop}: {measured[name, shop]:.2f}, {level} {budget.text(level)}"
        for (name, shop), budget in budgets.items()
        if (name, shop) in measured and not budget.holds(measured[name, shop], level)
    ]
