from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, update

from origin.profiles.tables import shopper
from origin.storage.errors import TransactionBroken
from origin.storage.retrying import TRIES, retried

if TYPE_CHECKING:
    from origin.storage.database import Database

pytestmark = pytest.mark.anyio

ANNA, BOB = "v" + "a" * 24, "v" + "b" * 24


class Crossing:
    """Two transactions that count on the same two rows, each beginning with the other's last."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.tries = 0
        self._first = {ANNA: asyncio.Event(), BOB: asyncio.Event()}

    async def count_on(self, one: str, other: str) -> None:
        self.tries += 1
        async with self.database.writing() as connection:
            change = update(shopper).values(revision=shopper.c.revision + 1)
            await connection.execute(change.where(shopper.c.shopper == one))
            self._first[one].set()
            # SQLite has one writer: there the other one cannot come so far.
            await asyncio.wait([asyncio.ensure_future(self._first[other].wait())], timeout=0.5)
            await connection.execute(change.where(shopper.c.shopper == other))


@pytest.fixture
async def crossing(database: Database) -> Crossing:
    async with database.writing() as connection:
        blank = {"revision": 0, "changed": 0}
        await connection.execute(insert(shopper), [{"shopper": one, **blank} for one in (ANNA, BOB)])
    return Crossing(database)


async def test_a_deadlock_breaks_off_one_transaction_and_says_so(crossing: Crossing) -> None:
    both = (crossing.count_on(ANNA, BOB), crossing.count_on(BOB, ANNA))
    broken = [one for one in await asyncio.gather(*both, return_exceptions=True) if one is not None]
    if crossing.database.kind == "sqlite":
        assert broken == []
        return
    (error,) = broken
    assert isinstance(error, TransactionBroken)
    assert getattr(error.__cause__, "orig", None) is not None
    assert error.__cause__.orig.sqlstate == "40P01"  # type: ignore[union-attr]


async def test_what_a_deadlock_broke_off_is_tried_again_and_counts_once(crossing: Crossing) -> None:
    count_on = retried(crossing.count_on)
    await asyncio.gather(count_on(ANNA, BOB), count_on(BOB, ANNA))
    async with crossing.database.reading() as connection:
        assert list((await connection.execute(select(shopper.c.revision))).scalars()) == [2, 2]
    assert crossing.tries == (3 if crossing.database.kind == "postgresql" else 2)


async def test_nobody_tries_for_ever() -> None:
    tries = []

    @retried
    async def work() -> None:
        tries.append(1)
        raise TransactionBroken("again")

    with pytest.raises(TransactionBroken):
        await work()
    assert len(tries) == TRIES
