"""When the sessions of erased persons have left the counts that models are trained from.

Training runs elsewhere, now and then. Each run tells how far its counts have followed the removals; a receipt
says that training is done once all counts have passed the sessions of its person. Counts that have not been
run for `RETIRED_DAYS` after an erasure keep no receipt open any more: each run begins by following the
removals, so that no model can come from them with the sessions of anybody erased.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from origin.events.tables import training_reader, training_removal
from origin.privacy.tables import erasure

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from origin.storage.database import Database


RETIRED_DAYS = 30
"""How long counts may lag behind an erasure: a person is told within a month (GDPR, article 12)."""

_SECONDS_A_DAY = 86_400


async def last_removal(connection: AsyncConnection) -> int:
    """Return the number of the last session that training must forget."""
    return int((await connection.execute(select(func.max(training_removal.c.number)))).scalar() or 0)


async def anybody_trains(connection: AsyncConnection) -> bool:
    """Return whether any counts were ever made of stored events."""
    return (await connection.execute(select(training_reader.c.name).limit(1))).first() is not None


async def note_counts(database: Database, counts: str, removals: int, now: int) -> None:
    """Note that the counts that `counts` names have followed the removals up to a number, at `now`.

    It is noted before the first run as well (`removals` 0), so that no receipt overtakes it. What a later
    run has told stays: the numbers only grow.
    """
    name = hashlib.sha256(counts.encode()).hexdigest()[:32]
    async with database.writing() as connection:
        insert = (sqlite if database.kind == "sqlite" else postgresql).insert(training_reader)
        change = insert.on_conflict_do_update(
            index_elements=["name"],
            set_={"removals": insert.excluded.removals},
            where=training_reader.c.removals < insert.excluded.removals,
        )
        await connection.execute(change, [{"name": name, "removals": removals}])
        await _close(connection, now)


async def retire_counts(database: Database, now: int) -> int:
    """Wait no longer for counts that have not followed an erasure for `RETIRED_DAYS`; returns how many."""
    late = erasure.c.trained.is_(None) & (erasure.c.erased < now - RETIRED_DAYS * _SECONDS_A_DAY)
    due = select(func.max(erasure.c.removals)).where(late).scalar_subquery()
    retired = training_reader.c.removals < due
    async with database.reading() as connection:
        if (await connection.execute(select(training_reader.c.name).where(retired).limit(1))).first() is None:
            return 0
    async with database.writing() as connection:
        done = await connection.execute(delete(training_reader).where(retired))
        await _close(connection, now)
    return int(done.rowcount)


async def _close(connection: AsyncConnection, now: int) -> None:
    """Note that training is done for all whose sessions every one of the counts has lost."""
    slowest = select(func.min(training_reader.c.removals)).scalar_subquery()
    done = (erasure.c.removals <= slowest) & erasure.c.trained.is_(None)
    await connection.execute(update(erasure).where(done).values(trained=now))
