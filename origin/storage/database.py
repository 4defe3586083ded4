"""A database by its URL: short reads that share nothing, and writes that are whole or not there at all."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import create_async_engine

from origin.storage.errors import DatabaseUnavailable, TransactionBroken
from selvedge.settings import BadSetting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

Kind = Literal["sqlite", "postgresql"]

DRIVERS: dict[str, Kind] = {"sqlite+aiosqlite": "sqlite", "postgresql+asyncpg": "postgresql"}

CONNECTIONS = 5
"""Connections of a process for reading, and on PostgreSQL as many for writing."""

BUSY_SECONDS = 10.0
"""How long to wait for another writer, or for a connection."""


class Database:
    """The database at `url`. Connections belong to the event loop that first asks for them.

    Raises `BadSetting` for a URL that is none of `DRIVERS`. What the database itself does not do, because
    it is away or busy, raises `DatabaseUnavailable`.
    """

    def __init__(self, url: str) -> None:
        self.url = _parse(url)
        self.kind = DRIVERS[self.url.drivername]
        if self.kind == "sqlite":
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
        self._reader = self._engine(writes=False)
        self._writer = self._engine(writes=True)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which each statement by itself sees what was committed before it."""
        with _errors():
            async with self._reader.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at the end and rolled back when an exception leaves it.

        On SQLite there is one writer at a time (BEGIN IMMEDIATE), so that nothing read in it changes; on
        PostgreSQL that holds for rows read FOR UPDATE.
        """
        with _errors():
            async with self._writer.begin() as connection:
                yield connection

    async def scrub(self) -> None:
        """Let nothing that was deleted stay in SQLite's files: what the log still has is overwritten.

        A reader at work keeps a part of the log until the next time. PostgreSQL has no such command.
        """
        if self.kind == "sqlite":
            async with self.reading() as connection:
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Close all connections."""
        await self._reader.dispose()
        await self._writer.dispose()

    def _engine(self, *, writes: bool) -> AsyncEngine:
        settings: dict[str, Any] = {"pool_timeout": BUSY_SECONDS, "max_overflow": 0}
        # Errors end in logs, and what is bound to a statement may be somebody's.
        settings["hide_parameters"] = True
        if not writes:
            # Outside a transaction there is nothing to begin, to commit or to undo: one round trip a read.
            settings |= {
                "isolation_level": "AUTOCOMMIT",
                "pool_reset_on_return": None,
                "skip_autocommit_rollback": True,
            }
        if self.kind == "postgresql":
            settings |= {"pool_size": CONNECTIONS, "pool_pre_ping": writes}
            return create_async_engine(self.url, **settings)
        settings["connect_args"] = {"timeout": BUSY_SECONDS}
        # Writers queue here, which is fair, rather than on the file's lock, which is not.
        engine = create_async_engine(self.url, pool_size=1 if writes else CONNECTIONS, **settings)
        event.listen(engine.sync_engine, "connect", _open_sqlite)
        if writes:
            event.listen(engine.sync_engine, "begin", _begin_immediate)
        return engine


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadSetting("a database's URL is no URL") from error
    if parsed.drivername not in DRIVERS:
        raise BadSetting(f"a database's URL begins with one of {', '.join(DRIVERS)}")
    if DRIVERS[parsed.drivername] == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise BadSetting("a SQLite database is a file")
    return parsed


def _open_sqlite(connection: Any, _record: object) -> None:
    # No transaction is begun behind our back.
    connection.isolation_level = None
    cursor = connection.cursor()
    _keep_write_ahead_log(cursor)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _keep_write_ahead_log(cursor: Any) -> None:
    """Set the file's journal mode, which only the first connection to a new file changes.

    Two that would change it at once wait for each other, to the end of the longest wait: so the waits are
    short, and of different lengths, until one of them has done it.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        cursor.execute(f"PRAGMA busy_timeout = {random.randint(10, 100)}")  # noqa: S311 - no secret
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


_BROKEN = ("40001", "40P01")
"""SQLSTATEs of serialisation failures and deadlocks: `retrying` tries again."""

_PASSING = ("53300", "57P0")
"""SQLSTATEs of what passes, though not at once: too many connections, shutting down."""


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        state = str(getattr(error.orig, "sqlstate", None) or "")
        if state in _BROKEN:
            raise TransactionBroken(str(error.orig)) from error
        unavailable = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
        if unavailable or state.startswith(_PASSING):
            raise DatabaseUnavailable(str(error.orig)) from error
        raise
    except (NoConnection, OSError) as error:
        raise DatabaseUnavailable(str(error)) from error
