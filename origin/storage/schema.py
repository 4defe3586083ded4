"""Schemas and their migrations: which step a database is at, and the way to the newest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, text

import origin.events.tables
import origin.privacy.tables
import origin.profiles.tables  # noqa: F401 - each room declares its own, and the metadata is to be whole
from origin.storage.errors import SchemaOutdated
from origin.storage.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from origin.storage.database import Database

_ENVIRONMENT = Path(__file__).parent / "migrations"
_LOCK = 0x5E1F_ED6E
"""Who migrates holds this advisory lock on PostgreSQL; on SQLite the transaction is lock enough."""


class Schema(msgspec.Struct, frozen=True):
    """A `MetaData` and the folder of the steps that lead to it."""

    metadata: MetaData
    steps: Path


DATA = Schema(metadata, _ENVIRONMENT / "versions")


async def migrate(database: Database, schema: Schema = DATA) -> None:
    """Bring `database` to the newest step, in one transaction; several processes may try at once."""
    async with database.writing() as connection:
        if database.kind == "postgresql":
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        await connection.run_sync(_upgrade, schema)


async def demand_newest(database: Database, schema: Schema = DATA) -> None:
    """Raise `SchemaOutdated` unless `database` is at the newest step."""
    async with database.reading() as connection:
        found = await connection.run_sync(_step)
    newest = newest_step(schema)
    if found != newest:
        raise SchemaOutdated(
            f"{database.url.database} is at step {found or 'none'}, this code needs {newest}: "
            "run `python -m origin database upgrade`"
        )


async def step(database: Database) -> str | None:
    """Return the step that `database` is at, None before the first."""
    async with database.reading() as connection:
        return await connection.run_sync(_step)


async def differences(database: Database, schema: Schema = DATA) -> list[Any]:
    """Return how the tables in `database` differ from those that the code declares."""
    async with database.reading() as connection:
        return await connection.run_sync(_differences, schema)


def newest_step(schema: Schema) -> str:
    """Return the last step of a chain."""
    head = ScriptDirectory.from_config(_config(schema)).get_current_head()
    return str(head)


def _step(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _differences(connection: Connection, schema: Schema) -> list[Any]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "target_metadata": schema.metadata}
    )
    return list(compare_metadata(context, schema.metadata))


def _upgrade(connection: Connection, schema: Schema) -> None:
    config = _config(schema)
    config.attributes |= {"connection": connection, "metadata": schema.metadata}
    command.upgrade(config, "head")


def _config(schema: Schema) -> Config:
    config = Config()
    # `%` begins an interpolation in the configuration's own grammar.
    config.set_main_option("script_location", str(_ENVIRONMENT).replace("%", "%%"))
    config.set_main_option("version_locations", str(schema.steps).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config
