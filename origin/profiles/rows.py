"""Rows of the table `shopper`: each change locks the row, counts its revision on, and commits whole.

The functions take a connection of `Database.writing()`, so that other rooms change a person's standing in
the transaction that does their own work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from origin.profiles.sealed import open_derived, open_kept, seal_derived
from origin.profiles.tables import model_output, shopper

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from origin.encryption.cipher import Cipher
    from origin.profiles.model import Derived

COLUMNS = (
    shopper.c.shopper,
    shopper.c.revision,
    shopper.c.changed,
    shopper.c.profile,
    shopper.c.derived,
    shopper.c.objected,
    shopper.c.erased,
    shopper.c.merged_into,
    shopper.c.refused,
    shopper.c.refused_at,
)
BATCH = 500

_one = select(*COLUMNS).where(shopper.c.shopper == bindparam("one"))
_lock = _one.with_for_update()
_change = update(shopper).where(shopper.c.shopper == bindparam("one"))


class Row(msgspec.Struct, frozen=True, array_like=True):
    """A row as it was read; `profile` and `derived` are sealed."""

    shopper: str
    revision: int
    changed: int
    profile: bytes | None
    derived: bytes | None
    objected: bool
    erased: int | None
    merged_into: str | None
    refused: int = 0
    refused_at: int = 0

    @property
    def kept(self) -> bool:
        """Whether anything is kept about the person; an objection by itself is not."""
        return self.profile is not None or self.derived is not None


class Standing(msgspec.Struct, frozen=True):
    """What other rooms need to know before they keep anything about a person.

    What happened up to `erased` (epoch seconds) may not be kept again, and what was consented to up to
    `refused_at` serves no purpose of `refused` (bits); what happens to who was `merged_into` an account
    belongs to that account. `known` persons have a `profile` (sealed) or what was derived.
    """

    objected: bool = False
    erased: int | None = None
    merged_into: str | None = None
    refused: int = 0
    refused_at: int = 0
    known: bool = False
    profile: bytes | None = None


async def standings(
    connection: AsyncConnection, shoppers: Iterable[str], *, lock: bool = False
) -> dict[str, Standing]:
    """Return the standing of each of `shoppers`; who has no row has a blank one.

    With `lock` they stay as they are until the transaction ends; rows are locked in the order of names.
    """
    wanted = sorted(set(shoppers))
    query = select(
        shopper.c.shopper,
        shopper.c.objected,
        shopper.c.erased,
        shopper.c.merged_into,
        shopper.c.refused,
        shopper.c.refused_at,
        or_(shopper.c.profile.is_not(None), shopper.c.derived.is_not(None)),
        *([shopper.c.profile] if lock else []),
    )
    if lock:
        query = query.order_by(shopper.c.shopper).with_for_update()
    found = dict.fromkeys(wanted, Standing())
    for start in range(0, len(wanted), BATCH):
        some = query.where(shopper.c.shopper.in_(wanted[start : start + BATCH]))
        for name, *values in await connection.execute(some):
            found[name] = Standing(*values)
    return found


async def find(connection: AsyncConnection, name: str) -> Row | None:
    """Return a row as it is now."""
    found = (await connection.execute(_one, {"one": name})).first()
    return None if found is None else row_of(found)


async def lock(connection: AsyncConnection, name: str) -> Row:
    """Return a row that nobody else changes before this transaction ends; an empty one is made."""
    found = (await connection.execute(_lock, {"one": name})).first()
    if found is None:
        blank = {"shopper": name, "revision": 0, "changed": 0, "objected": False}
        insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(shopper)
        await connection.execute(insert.on_conflict_do_nothing(), [blank])
        found = (await connection.execute(_lock, {"one": name})).one()
    return row_of(found)


async def change(connection: AsyncConnection, row: Row, now: int, **values: Any) -> int:
    """Set columns of a locked row; returns its new revision."""
    revision = row.revision + 1
    await connection.execute(_change.values(revision=revision, changed=now, **values), {"one": row.shopper})
    return revision


def readable(row: Row, cipher: Cipher) -> Row:
    """The row without what no key opens any more: its key was destroyed, so it is gone."""

    def read(one: Cipher) -> bool:
        open_kept(one, row.shopper, row.profile)
        open_derived(one, row.shopper, row.derived)
        return True

    return row if cipher.reading(read) else msgspec.structs.replace(row, profile=None, derived=None)


async def keep_derived(
    connection: AsyncConnection, cipher: Cipher, name: str, derived: Derived, now: int
) -> int:
    """Keep what was derived from a person's events; returns the revision."""
    row = readable(await lock(connection, name), cipher)
    sealed = seal_derived(cipher, name, derived)
    return await change(connection, row, now, profile=row.profile, derived=sealed)


async def set_objection(connection: AsyncConnection, name: str, now: int, *, objected: bool) -> int:
    """Note that a person objects to being ordered for, or no more; what models said goes at once.

    Returns the revision.
    """
    row = await lock(connection, name)
    if objected:
        await forget_outputs(connection, name)
    if row.objected == objected:
        return row.revision
    return await change(connection, row, now, objected=objected)


async def erase(connection: AsyncConnection, name: str, now: int) -> list[str]:
    """Empty the rows of a person and of the visitors merged into them, and mark them as erased at `now`.

    Returns their names: whose data keys are to be destroyed once this is committed.
    """
    visitors = select(shopper.c.shopper).where(shopper.c.merged_into == name).order_by(shopper.c.shopper)
    names = [name, *(await connection.execute(visitors)).scalars()]
    for one in names:
        row = await lock(connection, one)
        await change(
            connection,
            row,
            now,
            profile=None,
            derived=None,
            objected=False,
            erased=now,
            merged_into=None,
            refused=0,
            refused_at=0,
        )
    await forget_outputs(connection, *names)
    return names


async def forget_outputs(connection: AsyncConnection, *names: str) -> None:
    """Delete what models said of these people."""
    await connection.execute(delete(model_output).where(model_output.c.shopper.in_(names)))


def row_of(found: Any) -> Row:
    """Return what a statement over `COLUMNS` found."""
    return Row(*found)
