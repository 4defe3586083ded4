"""How fast events become durable: the whole way from JSON, beside bare INSERTs through the same driver."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from typing import TYPE_CHECKING, Any

import aiosqlite
import asyncpg
import msgspec
from sqlalchemy.engine import make_url

from origin.encryption.keyring import Keyring
from origin.encryption.masters import parse_master_keys
from origin.encryption.tables import KEYS
from origin.events.rows import read_message, rows_of
from origin.events.store import EventStore
from origin.storage.database import Database
from origin.storage.schema import migrate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

ROWS = 1_000
"""Events of a transaction."""

EVENTS_A_MESSAGE = 10
SHOPPERS = 500
ROUNDS = 9
PAYLOAD_BYTES = 160

_COLUMNS = "digest, shopper, occurred, received, purposes, payload"
_SQLITE = f"INSERT INTO event ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 - no value in it
_POSTGRES = f"INSERT INTO event ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)"  # noqa: S608


class Rates(msgspec.Struct, frozen=True):
    """Durable rows a second, medians: ours, a loop of INSERTs, and the driver's own way for many at once."""

    ours: float
    loop: float
    many: float


async def measure(environment: Mapping[str, str]) -> Rates:
    """Return the rates on one engine, measured in turns."""
    database = Database(environment["SELVEDGE_DATABASE"])
    keys = Database(environment["SELVEDGE_KEY_STORE"])
    await migrate(database)
    await migrate(keys, KEYS)
    store = EventStore(database, Keyring(keys, parse_master_keys(environment["SELVEDGE_MASTER_KEYS"])))
    bare = await _bare(environment["SELVEDGE_DATABASE"])
    ways: dict[str, Callable[[], Awaitable[None]]] = {
        "ours": lambda: _ours(store),
        "loop": lambda: bare(_values(), one_by_one=True),
        "many": lambda: bare(_values(), one_by_one=False),
    }
    found: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(ROUNDS + 1):
        for way, run in ways.items():
            started = time.perf_counter()
            await run()
            if turn:  # the first is for warming up
                found[way].append(ROWS / (time.perf_counter() - started))
    await database.close()
    await keys.close()
    await bare.close()
    return Rates(**{way: statistics.median(rates) for way, rates in found.items()})


async def _ours(store: EventStore) -> None:
    """From the bytes of messages, as the route gets them."""
    rows = [row for message in _messages() for row in rows_of(read_message(message))]
    if (await store.keep(rows)).count("accepted") != ROWS:
        raise RuntimeError("these events were not new")


def _messages() -> list[bytes]:
    batch = os.urandom(4).hex()
    return [
        msgspec.json.encode(
            {
                "version": 1,
                "market": "nl",
                "locale": "en",
                "snapshot": "cd05a452ee198246.0",
                "received": int(time.time()),
                "consent": {"version": 1, "purposes": ["profile", "training"]},
                "shopper": f"v{(at % SHOPPERS):024x}",
                "events": [
                    {
                        "id": f"{batch}-{at}-{one}",
                        "type": "click",
                        "product": f"S{one:06}-01",
                        "position": one,
                    }
                    for one in range(EVENTS_A_MESSAGE)
                ],
            }
        )
        for at in range(ROWS // EVENTS_A_MESSAGE)
    ]


def _values() -> list[tuple[Any, ...]]:
    now, payload = int(time.time()), os.urandom(PAYLOAD_BYTES)
    return [(os.urandom(16), f"v{at % SHOPPERS:024x}", now * 1000, now, 3, payload) for at in range(ROWS)]


class _Sqlite:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def __call__(self, values: list[tuple[Any, ...]], *, one_by_one: bool) -> None:
        await self._connection.execute("BEGIN IMMEDIATE")
        if one_by_one:
            for row in values:
                await self._connection.execute(_SQLITE, row)
        else:
            await self._connection.executemany(_SQLITE, values)
        await self._connection.execute("COMMIT")

    async def close(self) -> None:
        await self._connection.close()


class _Postgres:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def __call__(self, values: list[tuple[Any, ...]], *, one_by_one: bool) -> None:
        async with self._connection.transaction():
            if one_by_one:
                for row in values:
                    await self._connection.execute(_POSTGRES, *row)
            else:
                await self._connection.executemany(_POSTGRES, values)

    async def close(self) -> None:
        await self._connection.close()


async def _bare(url: str) -> _Sqlite | _Postgres:
    parsed = make_url(url)
    if parsed.drivername.startswith("sqlite"):
        connection = await aiosqlite.connect(str(parsed.database), isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            await connection.execute(f"PRAGMA {pragma}")
        return _Sqlite(connection)
    return _Postgres(
        await asyncpg.connect(
            host=parsed.host, port=parsed.port, user=parsed.username, database=parsed.database
        )
    )


def run(environment: Mapping[str, str]) -> Rates:
    """Measure in a loop of its own."""
    return asyncio.run(measure(environment))
