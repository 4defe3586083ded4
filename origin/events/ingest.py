"""Ingest: messages that come at once become durable together, and what cannot wait is turned away.

One task writes; what comes while it does is the next transaction. Nobody is told that an event was taken
before it is durable. When too much waits, callers are asked to come again: the queue keeps what they hold.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, deque
from typing import TYPE_CHECKING

from origin.storage.errors import DatabaseUnavailable
from origin.telemetry.logs import place_of
from selvedge.errors import SelvedgeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from origin.events.rows import Row
    from origin.events.store import EventStore, Outcome
    from origin.telemetry.logs import Log
    from origin.telemetry.metrics import Metrics
    from selvedge.ports import Clock

MOST_WAITING = 20_000
"""Events that may wait; at a few thousand a second they are durable before a caller's patience ends."""

MOST_AT_ONCE = 2_000
"""Events of one transaction, unless one caller brings more."""


class Overloaded(SelvedgeError):
    """Too many events wait to be made durable; the same ones may come again a little later."""

    reason = "overloaded"


class _Waiting:
    """A caller's events, and where the caller waits."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.done: asyncio.Future[Counter[Outcome]] = asyncio.get_running_loop().create_future()


class Ingest:
    """Takes events into `store`, as long as `running` is entered."""

    def __init__(
        self,
        store: EventStore,
        metrics: Metrics,
        log: Log,
        clock: Clock,
        *,
        kept: Callable[[], None] = lambda: None,
        most_waiting: int = MOST_WAITING,
        most_at_once: int = MOST_AT_ONCE,
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._log = log
        self._clock = clock
        self._kept = kept
        self._most_waiting = most_waiting
        self._most_at_once = most_at_once
        self._queue: deque[_Waiting] = deque()
        self._waiting = 0
        self._wake = asyncio.Event()
        self._closed = False

    async def take(self, rows: Sequence[Row]) -> Counter[Outcome]:
        """Return how many of `rows` came to which outcome, once they are durable.

        Raises `Overloaded`, and what `EventStore.keep` raises; the same rows may then come again.
        """
        if not rows:
            return Counter()
        if self._closed or self._waiting + len(rows) > max(self._most_waiting, len(rows)):
            raise Overloaded("too many events wait")
        waiting = _Waiting(rows)
        self._queue.append(waiting)
        self._count(len(rows))
        self._wake.set()
        return await waiting.done

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write as long as this is entered; in the end, what has been taken in."""
        self._closed = False
        writer = asyncio.create_task(self._write())
        try:
            yield
        finally:
            self._closed = True
            self._wake.set()
            await writer

    async def _write(self) -> None:
        while self._queue or not self._closed:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                await self._commit(self._next())

    def _next(self) -> list[_Waiting]:
        group = [self._queue.popleft()]
        size = len(group[0].rows)
        while self._queue and size + len(self._queue[0].rows) <= self._most_at_once:
            group.append(self._queue.popleft())
            size += len(group[-1].rows)
        return group

    async def _commit(self, group: list[_Waiting]) -> None:
        rows = [row for one in group for row in one.rows]
        try:
            outcomes = await self._store.keep(rows)
        except Exception as error:  # noqa: BLE001 - whatever it is, who waits must hear of it
            await self._failed(group, error)
        else:
            self._tell(group, rows, outcomes)

    async def _failed(self, group: list[_Waiting], error: Exception) -> None:
        """Tell all who wait, or find out whose events do not go."""
        self._log.write("error", "ingest", fault=place_of(error), count=sum(len(one.rows) for one in group))
        alone = len(group) == 1 or isinstance(error, DatabaseUnavailable)
        for one in group:
            if not alone:
                await self._commit([one])
                continue
            self._count(-len(one.rows))
            if not one.done.done():
                one.done.set_exception(error)

    def _tell(self, group: list[_Waiting], rows: Sequence[Row], outcomes: Sequence[Outcome]) -> None:
        now = self._clock.now()
        self._metrics.commits.observe(len(rows))
        for row, outcome in zip(rows, outcomes, strict=True):
            if outcome == "accepted":
                self._metrics.lag.observe(max(0.0, now - row.received))
        for outcome, count in Counter(outcomes).items():
            self._metrics.events.labels(outcome).inc(count)
        place = 0
        for one in group:
            self._count(-len(one.rows))
            if not one.done.done():
                one.done.set_result(Counter(outcomes[place : place + len(one.rows)]))
            place += len(one.rows)
        self._kept()

    def _count(self, change: int) -> None:
        self._waiting += change
        self._metrics.waiting.set(self._waiting)
