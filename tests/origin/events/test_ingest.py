from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from origin.events.ingest import Ingest, Overloaded
from origin.storage.errors import DatabaseUnavailable
from origin.telemetry.logs import MemoryLog
from origin.telemetry.metrics import Metrics
from tests.origin.events.conftest import ANNA, BOB, NOW, click, rows
from tests.origin.identity.tokens import Clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from origin.events.rows import Row
    from origin.events.store import Outcome

pytestmark = pytest.mark.anyio


class Store:
    """Keeps rows in memory, one transaction at a time, and waits for `gate` before each."""

    def __init__(self, error: Exception | None = None) -> None:
        self.kept: set[tuple[str, str]] = set()
        self.transactions: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.error = error

    async def keep(self, found: Sequence[Row]) -> list[Outcome]:
        self.transactions.append(len(found))
        await self.gate.wait()
        if self.error and any(row.shopper == BOB for row in found):
            raise self.error
        outcomes: list[Outcome] = []
        for row in found:
            outcomes.append("duplicate" if (row.shopper, row.id) in self.kept else "accepted")
            self.kept.add((row.shopper, row.id))
        return outcomes


def ingest(store: Store, metrics: Metrics | None = None, most_waiting: int = 20_000) -> Ingest:
    taking: Any = store
    return Ingest(taking, metrics or Metrics(), MemoryLog(), Clock(NOW + 2), most_waiting=most_waiting)


async def test_what_comes_at_once_is_one_transaction() -> None:
    store = Store()
    store.gate.clear()
    taking = ingest(store)
    async with taking.running():
        calls = [asyncio.create_task(taking.take(rows(click(f"event-{at:02}")))) for at in range(10)]
        await asyncio.sleep(0.01)
        assert not any(call.done() for call in calls)
        store.gate.set()
        found = await asyncio.gather(*calls)
    assert [dict(one) for one in found] == [{"accepted": 1}] * 10
    assert store.transactions in ([1, 9], [10])


async def test_who_comes_when_too_much_waits_is_asked_to_come_again() -> None:
    store = Store()
    store.gate.clear()
    taking = ingest(store, most_waiting=3)
    async with taking.running():
        waiting = [asyncio.create_task(taking.take(rows(click(f"event-{at:02}")))) for at in range(3)]
        await asyncio.sleep(0.01)
        with pytest.raises(Overloaded):
            await taking.take(rows(click("event-99")))
        store.gate.set()
        await asyncio.gather(*waiting)
        assert dict(await taking.take(rows(click("event-99")))) == {"accepted": 1}
    assert len(store.kept) == 4


async def test_more_than_may_wait_goes_when_nobody_waits() -> None:
    taking = ingest(Store(), most_waiting=2)
    async with taking.running():
        many = rows(*[click(f"event-{at:02}") for at in range(5)])
        assert dict(await taking.take(many)) == {"accepted": 5}


async def test_each_caller_hears_of_their_own_events() -> None:
    taking = ingest(Store())
    async with taking.running():
        first, second = await asyncio.gather(
            taking.take(rows(click("event-01"), click("event-02"))), taking.take(rows(click("event-02")))
        )
    assert (dict(first), dict(second)) == ({"accepted": 2}, {"duplicate": 1})


async def test_one_persons_trouble_is_not_everybodys() -> None:
    store = Store(ValueError("a key is unusable"))
    store.gate.clear()
    taking = ingest(store)
    async with taking.running():
        calls = [
            asyncio.create_task(taking.take(rows(click(f"event-{at:02}"), shopper=BOB if at == 2 else ANNA)))
            for at in range(4)
        ]
        await asyncio.sleep(0.01)
        store.gate.set()
        found = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(one).__name__ for one in found] == ["Counter", "Counter", "ValueError", "Counter"]
    assert len(store.kept) == 3


async def test_nobody_is_told_that_something_was_taken_when_the_store_is_away() -> None:
    metrics = Metrics()
    taking = ingest(Store(DatabaseUnavailable("away")), metrics)
    async with taking.running():
        with pytest.raises(DatabaseUnavailable):
            await taking.take(rows(click(), shopper=BOB))
        assert metrics.registry.get_sample_value("selvedge_ingest_waiting") == 0


async def test_what_was_taken_in_is_written_before_the_end() -> None:
    store = Store()
    taking = ingest(store)
    async with taking.running():
        call = asyncio.create_task(taking.take(rows(click())))
        await asyncio.sleep(0)
    assert dict(await call) == {"accepted": 1}
    with pytest.raises(Overloaded):
        await taking.take(rows(click()))


async def test_outcomes_and_lag_are_measured() -> None:
    metrics = Metrics()
    taking = ingest(Store(), metrics)
    async with taking.running():
        await taking.take(rows(click("event-01"), click("event-01")))
    value = metrics.registry.get_sample_value
    assert value("selvedge_events_total", {"outcome": "accepted"}) == 1
    assert value("selvedge_events_total", {"outcome": "duplicate"}) == 1
    assert (value("selvedge_queue_lag_seconds_count"), value("selvedge_queue_lag_seconds_sum")) == (1, 2)
