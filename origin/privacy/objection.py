"""Objection (GDPR, article 21): a person wants no order made for them, and nothing learnt from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from origin.events.store import one_writer, withdraw
from origin.profiles import rows
from origin.profiles.purposes import AFFECTED_BY_OBJECTION

if TYPE_CHECKING:
    from origin.storage.database import Database
    from selvedge.ports import Clock


class Objection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the person objects."""

    objected: bool


class Objected(msgspec.Struct, frozen=True):
    """What was noted, and the revision that it led to."""

    objected: bool
    revision: int


class Objections:
    """Notes objections in `database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def note(self, name: str, *, objected: bool) -> Objected:
        """Note that a person objects, or does so no more.

        With an objection goes what was derived, and events that profile and training alone allowed: taking
        it back begins anew.
        """
        now = int(self._clock.now())
        async with self._database.writing() as connection:
            await one_writer(connection)
            revision = await rows.set_objection(connection, name, now, objected=objected)
            if objected:
                await withdraw(connection, name, AFFECTED_BY_OBJECTION)
                row = await rows.lock(connection, name)
                if row.derived is not None:
                    revision = await rows.change(connection, row, now, derived=None)
        return Objected(objected, revision)
