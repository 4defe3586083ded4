"""Retention: events that are older than the shop says are deleted, hour by hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from origin.background import beside
from origin.events.store import SECONDS_A_DAY
from origin.telemetry.logs import place_of

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from origin.background import Rest
    from origin.events.store import EventStore
    from origin.telemetry.logs import Log
    from selvedge.ports import Clock

PERIOD_SECONDS = 3600.0


class Retention:
    """Deletes what was received more than `days` days ago, as long as `running` is entered."""

    def __init__(self, store: EventStore, clock: Clock, log: Log, days: int) -> None:
        self._store = store
        self._clock = clock
        self._log = log
        self._days = days

    async def prune(self) -> int:
        """Delete what is too old now; returns how many events."""
        return await self._store.prune(int(self._clock.now()) - self._days * SECONDS_A_DAY)

    def running(self) -> AbstractAsyncContextManager[None]:
        """Prune now and every hour, until the end."""
        return beside(self._work)

    async def _work(self, rest: Rest) -> None:
        wait = 0.0
        while await rest(wait):
            wait = PERIOD_SECONDS
            try:
                if count := await self.prune():
                    self._log.write("info", "prune", count=count)
            except Exception as error:  # noqa: BLE001 - the next hour may be luckier
                self._log.write("error", "prune", fault=place_of(error))
