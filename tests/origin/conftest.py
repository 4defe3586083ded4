"""Databases for tests: each test that asks for one runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from origin.encryption.keyring import Keyring
from origin.encryption.masters import MasterKeys
from origin.encryption.tables import KEYS
from origin.storage.database import Database
from origin.storage.schema import DATA, Schema, migrate
from tests.origin.postgres import Postgres, PostgresUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

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


@pytest.fixture(scope="session")
def with_schema(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """The URLs of databases with schema, by engine and schema; also where those of SQLite lie."""
    return {("folder", ""): str(tmp_path_factory.mktemp("schemas"))}


@pytest.fixture
def database_url(request: pytest.FixtureRequest, new_url: Callable[[str], str]) -> str:
    """The URL of a database of data that is empty but for its schema."""
    return _prepared(request, new_url, DATA)


@pytest.fixture
def key_store_url(request: pytest.FixtureRequest, new_url: Callable[[str], str]) -> str:
    """The URL of a key store that is empty but for its schema."""
    return _prepared(request, new_url, KEYS)


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


def _prepared(request: pytest.FixtureRequest, new_url: Callable[[str], str], schema: Schema) -> str:
    """Making databases is slow, on PostgreSQL above all: one serves all tests of a run, emptied for each."""
    ready: dict[tuple[str, str], str] = request.getfixturevalue("with_schema")
    kind, name = request.node.callspec.params["new_url"], schema.steps.parent.name
    if kind == "postgresql":
        if (kind, name) not in ready:
            ready[kind, name] = migrated(new_url(name), schema)
        asyncio.run(_emptied(ready[kind, name], schema))
        return ready[kind, name]
    first = Path(ready["folder", ""]) / f"{name}.sqlite"
    if not first.exists():
        migrated(f"sqlite+aiosqlite:///{first}", schema)
    url = new_url(name)
    shutil.copy(first, url.removeprefix("sqlite+aiosqlite:///"))
    return url


def migrated(url: str, schema: Schema) -> str:
    """Bring a database to the newest step; returns its URL."""

    async def run() -> None:
        database = Database(url)
        await migrate(database, schema)
        await database.close()

    asyncio.run(run())
    return url


async def _emptied(url: str, schema: Schema) -> None:
    database = Database(url)
    names = ", ".join(table.name for table in schema.metadata.sorted_tables)
    async with database.writing() as connection:
        await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    await database.close()
