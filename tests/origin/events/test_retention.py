from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from origin.events.retention import Retention
from origin.events.tables import training_removal
from origin.telemetry.logs import MemoryLog
from tests.origin.events.conftest import ANNA, NOW, click, rows, session_of
from tests.origin.identity.tokens import Clock

if TYPE_CHECKING:
    from origin.events.store import EventStore
    from origin.storage.database import Database

pytestmark = pytest.mark.anyio


async def test_events_end_after_so_many_days(store: EventStore) -> None:
    await store.keep(rows(click("event-01")) + rows(click("event-02"), received=NOW + 86_400))
    log = MemoryLog()
    async with Retention(store, Clock(NOW + 10 * 86_400 + 1), log, 10).running():
        for _ in range(200):
            if log.lines:
                break
            await asyncio.sleep(0.01)
    assert [(line["event"], line["count"]) for line in log.lines] == [("prune", 1)]
    assert [one.content.event.id for one in await store.of(ANNA)] == ["event-02"]


async def test_a_session_whose_events_end_leaves_training_too(store: EventStore, database: Database) -> None:
    await store.keep(rows(click("event-01")))
    await store.prune(NOW + 1)
    async with database.reading() as connection:
        keys = set((await connection.execute(select(training_removal.c.key))).scalars())
    assert keys == {session_of(ANNA)}
