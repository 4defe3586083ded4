"""Which of the products looked at carried a product: for explanations, and for those that are shown alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.sessions.part import SessionRows


def carrier(rows: SessionRows, recent: Sequence[int], product: int) -> int | None:
    """Return the ordinal among `recent` (newest first) whose row gave `product` most.

    None where no row that counts names it.
    """
    item, found, most = rows.item(product), None, 0.0
    known = [(one, at) for one in dict.fromkeys(recent) if (at := rows.item(one)) is not None]
    for (ordinal, at), factor, reach in zip(known, rows.head.positions, rows.head.reach, strict=False):
        weight = 0.0 if item is None else factor * _weight(rows, at, reach, item)
        if weight > most:
            found, most = ordinal, weight
    return found


def _weight(rows: SessionRows, of: int, reach: int, neighbour: int) -> float:
    """What the first `reach` neighbours of an item give to `neighbour`, as a share of the ceiling."""
    start = rows.starts[of]
    row = rows.neighbours[start : min(rows.starts[of + 1], start + reach)].tolist()
    if neighbour not in row:
        return 0.0
    return float(rows.head.fall ** (255 - rows.weights[start + row.index(neighbour)]))
