from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from origin.encryption.tables import KEYS
from origin.storage.database import Database
from origin.storage.errors import SchemaOutdated
from origin.storage.schema import DATA, Schema, demand_newest, differences, migrate, newest_step, step

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("schema", [DATA, KEYS], ids=["data", "keys"])
async def test_the_migrations_lead_to_what_the_code_declares(
    new_url: Callable[[str], str], schema: Schema
) -> None:
    empty = Database(new_url("migrated"))
    assert await step(empty) is None
    with pytest.raises(SchemaOutdated, match="is at step none"):
        await demand_newest(empty, schema)
    await migrate(empty, schema)
    assert await differences(empty, schema) == []
    assert await step(empty) == newest_step(schema)
    await demand_newest(empty, schema)
    await empty.close()


async def test_several_processes_may_migrate_at_once(new_url: Callable[[str], str]) -> None:
    url = new_url("raced")
    many = [Database(url) for _ in range(4)]
    await asyncio.gather(*(migrate(one) for one in many))
    assert await differences(many[0]) == []
    for one in many:
        await one.close()


async def test_migrating_again_changes_nothing(database: Database) -> None:
    before = await step(database)
    await migrate(database)
    assert await step(database) == before
