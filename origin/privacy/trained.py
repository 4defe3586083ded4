"""When the sessions of erased persons have left the counts that models are trained from.

Training runs elsewhere, now and then. Each run tells how far its counts have followed the removals; a receipt
says that training is done once all counts have passed the sessions of its person.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from origin.events.tables import training_reader, training_removal
from origin.privacy.tables import erasure

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from origin.storage.database import Database


async def last_removal(connection: AsyncConnection) -> int:
    """Return the number of the last session that training must forget."""
    return int((await connection.execute(select(func.max(training_removal.c.number)))).scalar() or 0)


async def anybody_trains(connection: AsyncConnection) -> bool:
    """Return whether any counts were ever made of stored events."""
    return (await connection.execute(select(training_reader.c.name).limit(1))).first() is not None


async def note_counts(database: Database, counts: str, removals: int, now: int) -> None:
    """Note that the counts that `counts` names have followed the removals up to a number, at `now`.

    It is noted before the first run as well (`removals` 0), so that no receipt overtakes it.
    """
    name = hashlib.sha256(counts.encode()).hexdigest()[:32]
    async with database.writing() as connection:
        insert = (sqlite if database.kind == "sqlite" else postgresql).insert(training_reader)
        change = insert.on_conflict_do_update(
            index_elements=["name"], set_={"removals": insert.excluded.removals}
        )
        await connection.execute(change, [{"name": name, "removals": removals}])
        slowest = (await connection.execute(select(func.min(training_reader.c.removals)))).scalar_one()
        done = (erasure.c.removals <= slowest) & erasure.c.trained.is_(None)
        await connection.execute(update(erasure).where(done).values(trained=now))
