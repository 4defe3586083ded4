"""The Worker's pure package on CPython: for previews, for tests, and to compare with the real runtime."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from origin.identity.signatures import LibraryJws
from selvedge.errors import QueueUnavailable
from selvedge.snapshot.store import SnapshotStore
from selvedge.web.app import Application
from selvedge.web.edge import make_edge

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from selvedge.ports import Clock, Documents, KeyValue, Queue, RecordStore, Telemetry
    from selvedge.profiles.origin import OriginClient
    from selvedge.ranking.models import Predictor
    from selvedge.settings import Settings
    from selvedge.snapshot.manifest import SignatureVerifier
    from selvedge.web.limits import RequestLimits


class MemoryKeyValue:
    """KV as a dict."""

    def __init__(self, values: dict[str, bytes] | None = None) -> None:
        self.values = {} if values is None else values
        self.reads: list[str] = []
        self.lives: dict[str, int] = {}

    async def get(self, key: str) -> bytes | None:
        """Return the value under `key`, or None."""
        self.reads.append(key)
        return self.values.get(key)

    async def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep `value`; nothing expires here, but `lives` says when it would."""
        self.values[key] = value
        self.lives[key] = seconds


class MemoryQueue:
    """Keeps the messages; one that is `broken` takes none."""

    def __init__(self, *, broken: bool = False) -> None:
        self.messages: list[bytes] = []
        self.broken = broken

    async def send(self, message: bytes) -> None:
        """Keep `message`. Raises `QueueUnavailable`."""
        if self.broken:
            raise QueueUnavailable("this queue is broken")
        self.messages.append(message)


class MemoryLimiter:
    """Allows so much under each key, for ever."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.counts: dict[str, int] = {}

    async def allows(self, key: str) -> bool:
        """Count one more under `key`."""
        self.counts[key] = self.counts.get(key, 0) + 1
        return self.counts[key] <= self._limit


class SystemClock:
    """The machine's time."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()


class MemoryTelemetry:
    """Keeps the data points."""

    def __init__(self) -> None:
        self.points: list[tuple[list[str], list[float]]] = []

    def write(self, blobs: list[str], doubles: list[float]) -> None:
        """Keep a data point."""
        self.points.append((blobs, doubles))


class AesGcm:
    """AES-256-GCM by the `cryptography` library."""

    async def encrypt(self, key: bytes, nonce: bytes, plaintext: bytes, context: bytes) -> bytes:
        """Return ciphertext and tag."""
        return AESGCM(key).encrypt(nonce, plaintext, context)

    async def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes | None:
        """Return the plaintext, or None."""
        try:
            return AESGCM(key).decrypt(nonce, sealed, context)
        except (InvalidTag, ValueError):
            return None


class Tasks:
    """Background work as tasks of the running loop; `finish` waits for all of it."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[object, object, None]) -> None:
        """Start `work`."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait until nothing is left to do."""
        while self._tasks:
            await asyncio.gather(*self._tasks)


class Content:
    """A request's content in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read(self, limit: int) -> bytes | None:
        """Return the content, or None where it is longer than `limit` bytes."""
        return self._data if len(self._data) <= limit else None


class Headers:
    """Header fields in a dict with lower-case names."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = {name.lower(): value for name, value in fields.items()}

    def get(self, name: str) -> str | None:
        """Return the field's value."""
        return self._fields.get(name)


def rehearse(
    settings: Settings,
    kv: KeyValue,
    verifier: SignatureVerifier,
    *,
    clock: Clock | None = None,
    telemetry: Telemetry | None = None,
    queue: Queue | None = None,
    worker_version: str = "rehearsal",
    predictor: Predictor | None = None,
    documents: Documents | None = None,
    limits: RequestLimits | None = None,
    records: RecordStore | None = None,
    origin: OriginClient | None = None,
) -> Application:
    """Return the application that the Worker runs, over CPython's adapters."""
    return Application(
        make_edge(
            settings,
            store=SnapshotStore(kv, verifier, settings),
            aead=AesGcm(),
            queue=queue or MemoryQueue(),
            clock=clock or SystemClock(),
            telemetry=telemetry or MemoryTelemetry(),
            worker_version=worker_version,
            predictor=predictor,
            documents=documents,
            token_verifier=LibraryJws(),
            limits=limits,
            records=records or MemoryKeyValue(),
            origin=origin,
        )
    )
