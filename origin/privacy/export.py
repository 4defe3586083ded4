"""The export: everything that is held about a person, as it is held, in JSON (GDPR, articles 15 and 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from origin.privacy.holdings import HOLDINGS, rows_of
from origin.profiles.tables import shopper

if TYPE_CHECKING:
    from origin.encryption.keyring import Keyring
    from origin.storage.database import Database
    from selvedge.ports import Clock

FORMAT = 1


class Export(msgspec.Struct, frozen=True):
    """All rows about `shopper` by table, every column of them; docs/privacy.md says what each means.

    `exported` is in epoch seconds.
    """

    format: int
    shopper: str
    exported: int
    tables: dict[str, list[dict[str, Any]]]


class Exporter:
    """Reads what is held about persons."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    async def export(self, name: str) -> Export:
        """Return everything that is held about a person, and about the visitors who became them."""
        async with self._database.reading() as connection:
            linked = select(shopper.c.shopper).where(shopper.c.merged_into == name)
            names = [name, *(await connection.execute(linked)).scalars()]
            ciphers = await self._keyring.open_ciphers(names)
            tables = {one.table.name: await rows_of(connection, one, name, ciphers) for one in HOLDINGS}
        return Export(FORMAT, name, int(self._clock.now()), tables)
