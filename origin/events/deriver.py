"""The deriver: a reader of the log of events that adds up what they say of each person.

It goes by numbers, in one transaction a page: states, results and its own place. So each event counts once,
whatever breaks off in between, and events that moved to an account count there.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from origin.background import beside
from origin.events.derivation import Happened, State, add, derive
from origin.events.rows import NOBODY, Content
from origin.events.store import one_writer
from origin.events.tables import event, event_cursor, event_state
from origin.profiles.purposes import BITS
from origin.profiles.rows import keep_derived
from origin.storage.retrying import retried
from origin.telemetry.logs import place_of
from selvedge.events.event import ItemEvent, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy.ext.asyncio import AsyncConnection

    from origin.background import Rest
    from origin.encryption.cipher import Cipher
    from origin.encryption.keyring import Keyring
    from origin.events.traits import Traits
    from origin.storage.database import Database
    from origin.telemetry.logs import Log
    from selvedge.ports import Clock

PAGE = 1_000
RETRY_SECONDS = 5.0
"""How long to wait when a page could not be added up."""

REST_SECONDS = 60.0
"""How often to look for events that another process has kept."""

_READER = "deriver"
_STATE = b"event state"

_contents = msgspec.json.Decoder(Content)
_states = msgspec.json.Decoder(State)
_encoder = msgspec.json.Encoder()


class Deriver:
    """Adds up the events of `database` for profiles, as long as `running` is entered."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        traits: Traits,
        clock: Clock,
        log: Log,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._traits = traits
        self._clock = clock
        self._log = log
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Tell that there are new events."""
        self._wake.set()

    async def catch_up(self) -> int:
        """Add up all there is; returns how many events were read."""
        count = 0
        while read := await self.step():
            count += read
        return count

    @retried
    async def step(self, limit: int = PAGE) -> int:
        """Add up the next page; returns how many events were read, 0 at the end."""
        async with self._database.writing() as connection:
            await one_writer(connection)
            found = await _after(connection, await _place(connection), limit)
            if not found:
                return 0
            shoppers = {row.shopper for row in found if row.purposes & BITS["profile"]} - {NOBODY}
            ciphers = await self._keyring.open_ciphers(shoppers)
            states = await _read_states(connection, ciphers)
            changed = self._added(found, states, ciphers)
            await self._write(connection, changed, ciphers)
            await self._tell(connection, states, changed, ciphers)
            await self._upsert(
                connection, event_cursor, [{"name": _READER, "number": found[-1].number}], "name"
            )
        return len(found)

    def running(self) -> AbstractAsyncContextManager[None]:
        """Add up what there is and what comes, until the end."""
        return beside(self._read)

    async def _read(self, rest: Rest) -> None:
        wait = 0.0
        while await rest(wait, self._wake):
            try:
                await asyncio.to_thread(self._traits.refresh)
                await self.catch_up()
                wait = REST_SECONDS
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may be luckier
                self._log.write("error", "derive", fault=place_of(error))
                wait = RETRY_SECONDS

    async def _tell(
        self,
        connection: AsyncConnection,
        before: Mapping[str, State],
        after: Mapping[str, State],
        ciphers: Mapping[str, Cipher],
    ) -> None:
        """Let profiles know what has changed, in the order of names, as everybody locks them."""
        now = int(self._clock.now())
        for name in sorted(after):
            derived = derive(after[name], now)
            if name not in before or derive(before[name], now) != derived:
                await keep_derived(connection, ciphers[name], name, derived, now)

    def _added(
        self, found: Any, states: Mapping[str, State], ciphers: Mapping[str, Cipher]
    ) -> dict[str, State]:
        happened: dict[str, list[Happened]] = {}
        for row in found:
            if row.purposes & BITS["profile"] and row.shopper in ciphers:
                payload = ciphers[row.shopper].readable(row.payload, row.digest)
                if payload is None:
                    continue  # of before an erasure: it is gone with its key, and holds up nobody
                one = _contents.decode(payload).event
                if isinstance(one, ItemEvent):
                    happened.setdefault(row.shopper, []).append(
                        Happened(row.occurred, one.id, kind_of(one), one.product)
                    )
        return {
            shopper: add(states.get(shopper, State()), events, self._traits)
            for shopper, events in happened.items()
        }

    async def _write(
        self, connection: AsyncConnection, states: Mapping[str, State], ciphers: Mapping[str, Cipher]
    ) -> None:
        rows: list[dict[str, object]] = [
            {"shopper": name, "state": ciphers[name].seal(_encoder.encode(state), _about(name))}
            for name, state in states.items()
        ]
        await self._upsert(connection, event_state, rows, "shopper")

    async def _upsert(
        self, connection: AsyncConnection, table: Any, rows: list[dict[str, object]], key: str
    ) -> None:
        if not rows:
            return
        statement = (sqlite if self._database.kind == "sqlite" else postgresql).insert(table)
        other = {name: statement.excluded[name] for name in rows[0] if name != key}
        await connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=other), rows)


def open_state(cipher: Cipher, shopper: str, sealed: bytes) -> object:
    """Return what one person's events add up to, for that person: all of it."""
    return msgspec.json.decode(cipher.open(sealed, _about(shopper)))


async def _read_states(connection: AsyncConnection, ciphers: Mapping[str, Cipher]) -> dict[str, State]:
    query = select(event_state).where(event_state.c.shopper.in_(sorted(ciphers)))
    opened = {
        row.shopper: ciphers[row.shopper].readable(row.state, _about(row.shopper))
        for row in await connection.execute(query)
    }
    return {name: _states.decode(state) for name, state in opened.items() if state is not None}


async def _place(connection: AsyncConnection) -> int:
    query = select(event_cursor.c.number).where(event_cursor.c.name == _READER)
    return int((await connection.execute(query)).scalar() or 0)


async def _after(connection: AsyncConnection, place: int, limit: int) -> Any:
    query = select(event).where(event.c.number > place).order_by(event.c.number).limit(limit)
    return (await connection.execute(query)).all()


def _about(shopper: str) -> bytes:
    return _STATE + b" of " + shopper.encode()
