"""Sessions to train on, from stored events of people who allow training.

A session is what a person looked at on one day (UTC), in the order in which it happened, however it arrived.
One that has grown comes again, whole, under its key; keys of people who withdrew, objected or were erased are
told as removals.
"""

from __future__ import annotations

import asyncio
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from origin.events.purposes import BITS
from origin.events.rows import NOBODY, Content
from origin.events.store import SECONDS_A_DAY, session_key
from origin.events.tables import event, event_cursor, training_removal
from origin.training.sessions import Session
from selvedge.events.event import ItemEvent, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.ext.asyncio import AsyncConnection

    from origin.encryption.keyring import Keyring
    from origin.storage.database import Database

LOOKED_AT = frozenset({"view", "click", "wishlist", "add_to_cart", "purchase"})
"""What counts as a click in a session."""

PAGE = 2_000
DAY_MS = SECONDS_A_DAY * 1000

_READER, _REMOVALS = "training", "training removals"
_contents = msgspec.json.Decoder(Content)
_training = event.c.purposes.bitwise_and(BITS["training"]) != 0


class StoredSessions:
    """Sessions of `database` that are new or have grown since the last time that `done` was called.

    For jobs: it runs an event loop of its own, so that it is a `SessionSource`.
    """

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self._runner = asyncio.Runner()
        self._seen: dict[str, int] = {}

    def sessions(self) -> Iterator[Session]:
        """Sessions that are new or have grown. What was given is to be confirmed by `done`."""
        place = self._run(self._place(_READER))
        while page := self._run(self._touched(place)):
            place = page[-1][0]
            days = sorted({(shopper, occurred // DAY_MS) for _, shopper, occurred in page})
            yield from self._run(self._whole(days))
        self._seen[_READER] = place

    def removals(self) -> Iterator[str]:
        """Keys of sessions that must leave. What was given is to be confirmed by `done`."""
        found = self._run(self._removed(self._run(self._place(_REMOVALS))))
        if found:
            self._seen[_REMOVALS] = found[-1][0]
        yield from dict.fromkeys(key for _, key in found)

    def done(self) -> None:
        """Keep the place: what was given so far is not given again unless it changes."""
        if self._seen:
            self._run(self._keep_place())

    def close(self) -> None:
        """Close database and loop."""
        self._run(self._database.close())
        self._runner.close()

    def _run(self, work: Any) -> Any:
        return self._runner.run(work)

    async def _touched(self, place: int) -> list[tuple[int, str, int]]:
        query = select(event.c.number, event.c.shopper, event.c.occurred)
        wanted = query.where((event.c.number > place) & _training & (event.c.shopper != NOBODY))
        async with self._database.reading() as connection:
            found = await connection.execute(wanted.order_by(event.c.number).limit(PAGE))
            return [(row.number, row.shopper, row.occurred) for row in found]

    async def _whole(self, days: list[tuple[str, int]]) -> list[Session]:
        """Return the sessions of these shoppers and days as they are now."""
        ciphers = await self._keyring.open_ciphers({shopper for shopper, _ in days})
        found: list[Session] = []
        async with self._database.reading() as connection:
            for shopper, own in groupby(days, key=lambda pair: pair[0]):
                if shopper in ciphers:
                    for _, day in own:
                        found += await _session(connection, shopper, day, ciphers[shopper])
        return found

    async def _removed(self, place: int) -> list[tuple[int, str]]:
        query = select(training_removal).where(training_removal.c.number > place)
        async with self._database.reading() as connection:
            found = await connection.execute(query.order_by(training_removal.c.number))
            return [(row.number, row.key) for row in found]

    async def _place(self, name: str) -> int:
        query = select(event_cursor.c.number).where(event_cursor.c.name == name)
        async with self._database.reading() as connection:
            return int((await connection.execute(query)).scalar() or 0)

    async def _keep_place(self) -> None:
        statement = (sqlite if self._database.kind == "sqlite" else postgresql).insert(event_cursor)
        change = statement.on_conflict_do_update(
            index_elements=["name"], set_={"number": statement.excluded.number}
        )
        values = [{"name": name, "number": number} for name, number in self._seen.items()]
        async with self._database.writing() as connection:
            await connection.execute(change, values)


async def _session(connection: AsyncConnection, shopper: str, day: int, cipher: Any) -> list[Session]:
    on_this_day = (event.c.occurred >= day * DAY_MS) & (event.c.occurred < (day + 1) * DAY_MS)
    query = select(event).where((event.c.shopper == shopper) & on_this_day & _training)
    clicks = []
    for row in await connection.execute(query):
        one = _contents.decode(cipher.open(row.payload, row.digest)).event
        if isinstance(one, ItemEvent) and kind_of(one) in LOOKED_AT:
            clicks.append((row.occurred, one.id, one.product))
    products = tuple(product for _, _, product in sorted(clicks))
    return [Session(session_key(shopper, day), day, products)] if products else []
