"""Holdings: every table with something about persons, how it is opened for them and how it is emptied.

A table with a column `shopper` that is not listed here keeps the origin from starting: nothing about persons
is kept that could not be shown to them and erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import LargeBinary, or_, select, tuple_

from origin.events.deriver import open_state
from origin.events.store import forget
from origin.events.tables import event, event_state
from origin.profiles.rows import forget_outputs
from origin.profiles.sealed import open_column
from origin.profiles.tables import model_output, shopper
from selvedge.errors import SelvedgeError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sqlalchemy import MetaData, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from origin.encryption.cipher import Cipher
    from origin.profiles.sealed import Column

PERSONAL = "shopper"
"""The column that makes a table one about persons."""

LINKS = ("merged_into",)
"""Columns that name another person's row: these rows are theirs as well."""


class NotHeld(SelvedgeError):
    """A table about persons has no holding: it could be neither exported nor erased."""


@dataclass(frozen=True)
class Holding:
    """A table about persons. `opened` says how its sealed columns become what can be shown.

    An opener gets the person's cipher and the row. `remove` deletes all of one person.
    """

    table: Table
    opened: dict[str, Callable[[Cipher, Any], object]]
    remove: Callable[[AsyncConnection, str], Awaitable[object]]


async def _marked(_connection: AsyncConnection, _name: str) -> None:
    """The row stays as the mark of the erasure; `profiles.rows.erase` has emptied it."""


def _column(column: Column) -> Callable[[Cipher, Any], object]:
    return lambda cipher, row: open_column(cipher, column, row.shopper, getattr(row, column))


HOLDINGS: tuple[Holding, ...] = (
    Holding(shopper, {"profile": _column("profile"), "derived": _column("derived")}, _marked),
    Holding(model_output, {"scores": _column("scores")}, forget_outputs),
    Holding(
        event,
        {
            "payload": lambda cipher, row: msgspec.json.decode(cipher.open(row.payload, row.digest)),
            "digest": lambda _cipher, row: row.digest.hex(),
        },
        forget,
    ),
    Holding(event_state, {"state": lambda cipher, row: open_state(cipher, row.shopper, row.state)}, forget),
)


def unheld(metadata: MetaData, holdings: tuple[Holding, ...] = HOLDINGS) -> list[str]:
    """Return what of `metadata` is about persons and has no holding: tables, and columns of bytes."""
    held = {one.table.name: one for one in holdings}
    missing = []
    for table in metadata.sorted_tables:
        if PERSONAL not in table.c:
            continue
        opened: Mapping[str, object] = held[table.name].opened if table.name in held else {}
        if table.name not in held:
            missing.append(table.name)
        missing += [
            f"{table.name}.{column.name}"
            for column in table.c
            if isinstance(column.type, LargeBinary) and table.name in held and column.name not in opened
        ]
    return missing


def demand_all_held(metadata: MetaData) -> None:
    """Raise `NotHeld` if anything about persons has no holding."""
    if missing := unheld(metadata):
        raise NotHeld(f"nobody could be shown or erased what is in {', '.join(missing)}")


async def rows_of(
    connection: AsyncConnection,
    holding: Holding,
    name: str,
    ciphers: Mapping[str, Cipher],
    *,
    after: tuple[object, ...] | None,
    limit: int,
) -> list[dict[str, object]]:
    """Return up to `limit` rows that are about one person, with every column, opened.

    They are in the order of the primary key; `after` is that of the last row of the page before.
    """
    table = holding.table
    links = [table.c[link] == name for link in LINKS if link in table.c]
    keys = table.primary_key.columns
    query = select(table).where(or_(table.c.shopper == name, *links)).order_by(*keys).limit(limit)
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*after))
    return [_shown(holding, row, ciphers) for row in await connection.execute(query)]


def _opener(holding: Holding, column: str, row: Any) -> Callable[[Cipher], object]:
    return lambda cipher: holding.opened[column](cipher, row)


def _shown(holding: Holding, row: Any, ciphers: Mapping[str, Cipher]) -> dict[str, object]:
    cipher = ciphers.get(row.shopper)
    shown: dict[str, object] = {}
    for column in holding.table.c:
        value = getattr(row, column.name)
        if value is not None and column.name in holding.opened:
            # What no key opens is nobody's any more.
            value = None if cipher is None else cipher.reading(_opener(holding, column.name, row))
        shown[column.name] = value
    return shown
