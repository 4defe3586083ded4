from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from origin.profiles.tables import shopper
from origin.storage.database import Database
from origin.storage.errors import DatabaseUnavailable
from selvedge.settings import BadSetting

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

SOMEBODY = {"shopper": "v" + "0" * 24, "revision": 1, "changed": 0}


async def _count(database: Database) -> int:
    async with database.reading() as connection:
        return int(await connection.scalar(select(func.count()).select_from(shopper)) or 0)


async def test_what_is_written_can_be_read(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(shopper), [SOMEBODY])
    assert await _count(database) == 1


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.writing() as connection:
            await connection.execute(insert(shopper), [SOMEBODY])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await _count(database) == 0


async def test_readers_see_no_half_a_transaction_and_do_not_wait_for_it(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(shopper), [SOMEBODY])
        assert await asyncio.wait_for(_count(database), 5) == 0
    assert await _count(database) == 1


async def test_no_count_is_lost_between_writers(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(shopper), [SOMEBODY])

    async def add_one() -> None:
        async with database.writing() as connection:
            found = await connection.scalar(select(shopper.c.revision).with_for_update()) or 0
            await connection.execute(update(shopper).values(revision=found + 1))

    await asyncio.gather(*(add_one() for _ in range(30)))
    async with database.reading() as connection:
        assert await connection.scalar(select(shopper.c.revision)) == 31


async def test_a_server_that_is_away_is_unavailable() -> None:
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable):
        await _count(away)
    await away.close()


@pytest.mark.parametrize("url", ["", "sqlite:///x", "mysql://x", "sqlite+aiosqlite://", "nonsense"])
def test_what_is_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="database"):
        Database(url)


async def test_errors_do_not_repeat_what_was_written(database: Database) -> None:
    row = SOMEBODY | {"profile": b"likes linen"}
    with pytest.raises(IntegrityError) as caught:
        async with database.writing() as connection:
            await connection.execute(insert(shopper), [row, row])
    assert "linen" not in str(caught.value)


async def test_the_folder_of_a_file_is_made(tmp_path: Path) -> None:
    made = Database(f"sqlite+aiosqlite:///{tmp_path}/a/b/c.sqlite")
    with pytest.raises(DatabaseUnavailable, match="no such table"):
        await _count(made)
    await made.close()
