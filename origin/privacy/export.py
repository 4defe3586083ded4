"""The export: everything that is held about a person, as it is held, in JSON (GDPR, articles 15 and 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from origin.privacy.holdings import HOLDINGS, rows_of
from origin.profiles.tables import shopper

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from origin.encryption.cipher import Cipher
    from origin.encryption.keyring import Keyring
    from origin.privacy.holdings import Holding
    from origin.storage.database import Database
    from selvedge.ports import Clock

FORMAT = 1

PAGE = 500
"""Rows that are read and opened at once."""

_encode = msgspec.json.encode


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

    async def stream(self, name: str) -> AsyncIterator[bytes]:
        """Return the JSON of an `Export` piece by piece: it is never whole in memory.

        What breaks off in between is no JSON, so that nobody takes a part for the whole. Databases that do
        not answer at all raise here.
        """
        return self._pieces(name, await self._ciphers(name))

    async def _pieces(self, name: str, ciphers: Mapping[str, Cipher]) -> AsyncIterator[bytes]:
        head = {"format": FORMAT, "shopper": name, "exported": int(self._clock.now())}
        yield _encode(head)[:-1] + b',"tables":{'
        for number, holding in enumerate(HOLDINGS):
            yield (b"," if number else b"") + _encode(str(holding.table.name)) + b":["
            separator = b""
            async for rows in self._pages(holding, name, ciphers):
                yield separator + b",".join(map(_encode, rows))
                separator = b","
            yield b"]"
        yield b"}}"

    async def _pages(
        self, holding: Holding, name: str, ciphers: Mapping[str, Cipher]
    ) -> AsyncIterator[list[dict[str, object]]]:
        last: tuple[object, ...] | None = None
        while True:
            async with self._database.reading() as connection:
                rows = await rows_of(connection, holding, name, ciphers, after=last, limit=PAGE)
            if rows:
                yield rows
                last = tuple(rows[-1][column.name] for column in holding.table.primary_key.columns)
            if len(rows) < PAGE:
                return

    async def _ciphers(self, name: str) -> dict[str, Cipher]:
        async with self._database.reading() as connection:
            linked = select(shopper.c.shopper).where(shopper.c.merged_into == name)
            names = [name, *(await connection.execute(linked)).scalars()]
        return await self._keyring.open_ciphers(names)
