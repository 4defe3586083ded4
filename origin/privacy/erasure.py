"""Erasure: a job in steps, each of which may be done twice, that outlives the process it began in.

erased      in one transaction: rows emptied, events and model outputs deleted, the mark set that refuses
            late events, data keys destroyed. From then on nobody can read what back-ups still hold
edge        the person's records in KV overwritten with tombstones
edge_again  once more, when no isolate can hold a profile any longer that it might still write there
finished    the names forgotten; what stays is a receipt about nobody
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import func, insert, select, update

from origin.background import beside
from origin.events.store import one_writer
from origin.events.tables import event
from origin.privacy.holdings import HOLDINGS
from origin.privacy.receipts import Receipt, receipt_of
from origin.privacy.tables import erasure
from origin.privacy.trained import anybody_trains, last_removal, retire_counts
from origin.profiles import rows
from origin.profiles.spent_keys import end_keys
from origin.profiles.tables import model_output, shopper
from origin.telemetry.logs import place_of
from selvedge.errors import SelvedgeError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy.ext.asyncio import AsyncConnection

    from origin.background import Rest
    from origin.encryption.keyring import Keyring
    from origin.privacy.tombstones import Tombstones
    from origin.storage.database import Database
    from origin.telemetry.logs import Log
    from origin.telemetry.metrics import Metrics
    from selvedge.ports import Clock

RETRY_SECONDS = 30.0
"""How long after a step that failed it is tried again."""

SETTLING_SECONDS = 120
"""What is added to a profile's validity before KV is written again: KV shows a change within 60 s."""

_STEPS = ("erased", "edge", "edge_again", "finished")
_names = msgspec.json.Decoder(list[str])


class NoReceipt(SelvedgeError):
    """There is no receipt of this number."""


class Erasures:
    """Erases persons from `database`, the key store and KV; goes on with what broke off while `running`.

    `tombstones` is None where no namespace is set: there are then no records at the edge.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        tombstones: Tombstones | None,
        clock: Clock,
        log: Log,
        metrics: Metrics,
        *,
        valid: int,
        backup_days: int,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._tombstones = tombstones
        self._clock = clock
        self._log = log
        self._metrics = metrics
        self._again_after = valid + SETTLING_SECONDS
        self._backup_days = backup_days
        self._wake = asyncio.Event()

    async def request(self, name: str) -> Receipt:
        """Erase a person; returns the receipt, of an earlier erasure where nothing was kept since.

        The job is durable before anything is done, and what can be done at once is done.
        """
        number = await self._begin(name)
        with contextlib.suppress(Exception):  # logged; the job goes on by itself
            await self.advance(number)
        self._wake.set()
        return await self.receipt(number)

    async def receipt(self, number: str) -> Receipt:
        """Return what has been done. Raises `NoReceipt`."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(erasure).where(erasure.c.id == number))).first()
            trains = await anybody_trains(connection)
        if row is None:
            raise NoReceipt("there is no receipt of this number")
        edge = self._tombstones is not None
        return receipt_of(row, edge=edge, trains=trains, backup_days=self._backup_days)

    async def advance(self, number: str) -> None:
        """Do all steps of a job that are due, one after the other."""
        while (step := await self._due_step(number)) is not None:
            try:
                await self.do(number, step)
            except Exception as error:
                self._log.write("error", "erasure", part=step, fault=place_of(error))
                raise
            self._log.write("info", "erasure", part=step)

    async def do(self, number: str, step: str) -> None:
        """Do one step; doing it twice does no harm."""
        if step == "erased":
            await self._erase(number)
            return
        if step != "finished":
            await self._mark_edge(number)
        values: dict[str, Any] = {step: self._now}
        if step == "finished":
            values["names"] = None
        async with self._database.writing() as connection:
            await connection.execute(update(erasure).where(erasure.c.id == number).values(values))

    async def resume(self) -> int:
        """Go on with every job that has a step due; returns how many are unfinished."""
        query = select(erasure.c.id).where(erasure.c.finished.is_(None)).order_by(erasure.c.requested)
        async with self._database.reading() as connection:
            unfinished = list((await connection.execute(query)).scalars())
        for number in unfinished:
            with contextlib.suppress(Exception):  # logged; the next one may do better
                await self.advance(number)
        async with self._database.reading() as connection:
            left = select(func.count()).where(erasure.c.finished.is_(None))
            count = int((await connection.execute(left)).scalar_one())
        self._metrics.erasures.set(count)
        return count

    def running(self) -> AbstractAsyncContextManager[None]:
        """Go on with what is unfinished, until the end."""
        return beside(self._work)

    @property
    def _now(self) -> int:
        return int(self._clock.now())

    async def _work(self, rest: Rest) -> None:
        wait, begun = 0.0, False
        while await rest(wait, self._wake):
            wait = RETRY_SECONDS
            with contextlib.suppress(Exception):  # the database is away: readiness says so
                await self.resume()
                await retire_counts(self._database, self._now)
                if not begun:
                    await end_keys(self._database, self._keyring)
                    begun = True

    async def _begin(self, name: str) -> str:
        digests = self._keyring.digests("receipts", name)
        async with self._database.writing() as connection:
            await one_writer(connection)
            query = select(erasure).where(erasure.c.digest.in_(digests)).order_by(erasure.c.requested.desc())
            last = (await connection.execute(query.limit(1))).first()
            if last is not None and (last.erased is None or not await self._kept(connection, name)):
                return str(last.id)
            number = secrets.token_hex(16)
            names = msgspec.json.encode([name]).decode()
            row = {"id": number, "digest": digests[0], "requested": self._now, "names": names}
            await connection.execute(insert(erasure).values(row))
        return number

    async def _erase(self, number: str) -> None:
        async with self._database.writing() as connection:
            await one_writer(connection)
            found = _names.decode(await self._names(connection, number))
            names = await rows.erase(connection, found[0], self._now)
            removed = await last_removal(connection)
            for name in names:
                for holding in HOLDINGS:
                    await holding.remove(connection, name)
                # Before the commit: a crash between the two leaves rows that nobody can read, and a job that
                # goes on, instead of a key that opens every back-up.
                await self._keyring.destroy(name)
            now_removed = await last_removal(connection)
            values = {
                "erased": self._now,
                "names": msgspec.json.encode(names).decode(),
                "removals": now_removed if now_removed != removed else None,
            }
            await connection.execute(update(erasure).where(erasure.c.id == number).values(values))

    async def _mark_edge(self, number: str) -> None:
        if self._tombstones is None:
            return
        async with self._database.reading() as connection:
            names = _names.decode(await self._names(connection, number))
            query = select(erasure.c.erased).where(erasure.c.id == number)
            erased = int((await connection.execute(query)).scalar_one())
        await self._tombstones.put(names, erased)

    async def _names(self, connection: AsyncConnection, number: str) -> str:
        return str(
            (await connection.execute(select(erasure.c.names).where(erasure.c.id == number))).scalar_one()
        )

    async def _due_step(self, number: str) -> str | None:
        """Return the next step of a job, None where there is none or it is not yet time."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(erasure).where(erasure.c.id == number))).one()
        step = next((name for name in _STEPS if getattr(row, name) is None), None)
        early = step == "edge_again" and self._tombstones and self._now < row.erased + self._again_after
        return None if early else step

    async def _kept(self, connection: AsyncConnection, name: str) -> bool:
        """Whether anything is kept about a person; a key that a restored key store has again is something."""
        row = await rows.find(connection, name)
        if row is not None and (row.kept or row.objected):
            return True
        for table in (event, model_output):
            found = select(table.c.shopper).where(table.c.shopper == name).limit(1)
            if (await connection.execute(found)).first() is not None:
                return True
        return bool(await self._keyring.held([name]))


async def replay(database: Database, keyring: Keyring, since: int) -> int:
    """Destroy the keys of all who were erased since `since`, epoch seconds; returns how many there were.

    For a key store that was restored as it was at `since`: the keys that it has of them are from before.
    """
    query = select(shopper.c.shopper).where(shopper.c.erased >= since)
    async with database.reading() as connection:
        names = list((await connection.execute(query)).scalars())
    held = await keyring.held(names)
    for name in held:
        await keyring.destroy(name)
    return len(held)
