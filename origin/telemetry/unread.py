"""Unread rows: what no key opens is counted by why, and logged where it should not be so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from origin.encryption.cipher import Why
    from origin.telemetry.logs import Log
    from origin.telemetry.metrics import Metrics
    from selvedge.ports import Clock

QUIET_SECONDS = 60.0
"""How often it is logged at most: one person may have thousands of rows."""


class UnreadRows:
    """Counts rows that could not be read."""

    def __init__(self, metrics: Metrics, log: Log, clock: Clock) -> None:
        self._metrics = metrics
        self._log = log
        self._clock = clock
        self._quiet_until = 0.0

    def __call__(self, why: Why) -> None:
        """Count a row; whose it is is told nowhere."""
        if why == "destroyed":
            self._metrics.lost.inc()
            return
        self._metrics.unreadable.labels(why).inc()
        if self._clock.now() >= self._quiet_until:
            self._quiet_until = self._clock.now() + QUIET_SECONDS
            self._log.write("error", "unreadable", part=why)
