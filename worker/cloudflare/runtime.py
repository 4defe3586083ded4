"""Clock, background work and telemetry."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pyodide.ffi import JsException

if TYPE_CHECKING:
    from collections.abc import Coroutine

MAX_INDEX_BYTES = 96
"""The longest index that Analytics Engine takes."""


class WorkersClock:
    """The platform's time: it advances at I/O only."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()


class WaitUntil:
    """Work that the platform keeps the isolate alive for, after the answer."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def run(self, work: Coroutine[object, object, None]) -> None:
        """Start `work`."""
        self._context.waitUntil(work)


class AnalyticsEngine:
    """Data points of Workers Analytics Engine, sampled by `index`; a lost one costs nobody an answer."""

    def __init__(self, dataset: Any, index: str) -> None:
        self._dataset = dataset
        self._index = index.encode()[:MAX_INDEX_BYTES].decode(errors="ignore")

    def write(self, blobs: list[str], doubles: list[float]) -> None:
        """Record up to 20 texts and 20 numbers."""
        try:
            self._dataset.writeDataPoint({"blobs": blobs, "doubles": doubles, "indexes": [self._index]})
        except JsException:
            return
