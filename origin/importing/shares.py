"""Shares that stand in columns of their own: one per fibre, or a total of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from origin.importing.values import MOST_PERCENT, read_number
from origin.importing.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from origin.importing.composition import Shares
    from origin.importing.mapping import ShareColumns
    from origin.importing.report import Row


def read_shares(row: Row, rule: ShareColumns, locale: str) -> Shares:
    """Collect fibre columns, then the name and share pairs whose fibre has no column."""
    stated: list[tuple[str, float | None]] = []
    for column, name in rule.fibres.items():
        share = _share(row, column, rule.unit)
        if share is not None:
            stated.append((name, share))
    known = {_code(name, locale) for name, _ in stated}
    for pair in rule.pairs:
        name = row.get(pair.name)
        if name and _code(name, locale) not in known:
            stated.append((name, _share(row, pair.share, rule.unit)))
    return _repair_percent(stated, row) if rule.unit == "fraction" else stated


def total_share(row: Row, columns: Iterable[str], unit: str) -> float | None:
    """Add up the columns that state a share, in percent; None where none does."""
    shares = [_share(row, column, unit) for column in columns]
    stated = [share for share in shares if share is not None]
    return round(sum(stated), 4) if stated else None


def _share(row: Row, column: str, unit: str) -> float | None:
    number = read_number(row, column)
    if number is None:
        return None
    return round(number * (MOST_PERCENT if unit == "fraction" else 1), 4)


def _code(name: str, locale: str) -> str:
    return vocabulary("fibres").find(name, locale) or name


def _repair_percent(stated: Shares, row: Row) -> Shares:
    """Take `6.0` among fractions for 6 %, where the row then adds up to 100."""
    over = [(name, share) for name, share in stated if share and share > MOST_PERCENT]
    if len(over) != 1:
        return stated
    (name, share) = over[0]
    lower = (share or 0.0) / MOST_PERCENT
    rest = sum(other or 0.0 for _, other in stated) - (share or 0.0)
    if round(rest + lower, 2) != MOST_PERCENT:
        return stated
    row.repair(name, f"{lower:g}", "percent-among-fractions", f"taken as {lower:g} %")
    return [(other, lower if other == name else share) for other, share in stated]
