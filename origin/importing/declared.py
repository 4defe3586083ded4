"""The official environmental score that a feed declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from origin.importing.values import read_number
from selvedge.catalogue.model import DeclaredScore

if TYPE_CHECKING:
    from origin.importing.report import Row

POINTS, PER_100_G, SOURCE = "environmental_cost", "environmental_cost_per_100g", "environmental_cost_source"


def read_declared(row: Row) -> DeclaredScore | None:
    """Return the declared score: both figures and their source, or nothing.

    The official form has points per product and per 100 g; half of it may not be shown, nor one of
    which nobody says where it was declared.
    """
    texts = {name: row.get(name) for name in (POINTS, PER_100_G, SOURCE)}
    if not any(texts.values()):
        return None
    points, per_100_g = read_number(row, POINTS), read_number(row, PER_100_G)
    if points is None or per_100_g is None or not texts[SOURCE]:
        missing = next((name for name, text in texts.items() if not text), POINTS)
        row.repair(missing, texts[missing], "incomplete-official-score", "left out")
        return None
    return DeclaredScore(points, per_100_g, texts[SOURCE])
