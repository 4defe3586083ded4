"""Databases for tests: each test that asks for one runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from origin.encryption.keyring import Keyring
from origin.encryption.masters import MasterKeys
from origin.encryption.tables import KEYS
from origin.storage.database import Database
from origin.storage.schema import migrate
from tests.origin.postgres import Postgres, PostgresUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

ENGINES = ("sqlite", "postgresql")
MASTERS = {"m1": bytes(range(32))}


@pytest.fixture
def anyio_backend() -> str:
    """Async tests (marked `anyio`) run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for the whole run."""
    try:
        server = Postgres()
    except PostgresUnavailable as error:
        if "CI" in os.environ:
            raise
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture(params=ENGINES)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """A function from a name to the URL of an empty database, on one engine and then on the other."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        return lambda _name: server.database()
    return lambda name: f"sqlite+aiosqlite:///{tmp_path}/{name}.sqlite"


@pytest.fixture
def database_url(new_url: Callable[[str], str]) -> str:
    """The URL of a database of data, with its schema."""
    return _migrated(new_url("origin"), keys=False)


@pytest.fixture
def key_store_url(new_url: Callable[[str], str]) -> str:
    """The URL of a key store, with its schema."""
    return _migrated(new_url("keys"), keys=True)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database of data, for async tests."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def key_store(key_store_url: str) -> AsyncIterator[Database]:
    """A key store, for async tests."""
    opened = Database(key_store_url)
    yield opened
    await opened.close()


@pytest.fixture
async def keyring(key_store: Database) -> Keyring:
    """A keyring with one master key."""
    return Keyring(key_store, MasterKeys(MASTERS))


def _migrated(url: str, *, keys: bool) -> str:
    async def run() -> None:
        database = Database(url)
        await (migrate(database, KEYS) if keys else migrate(database))
        await database.close()

    asyncio.run(run())
    return url
