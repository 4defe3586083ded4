"""The ports through which the pure package sees its platform; adapters live in `worker/cloudflare`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from selvedge.profiles.origin import OriginAnswer, OriginRequest


class KeyValue(Protocol):
    """Reading Workers KV. A read may be up to 60 s stale; a missing key may be cached as missing."""

    async def get(self, key: str) -> bytes | None:
        """Return the value under `key`, or None. Raises `StorageUnavailable`."""
        ...


class Documents(Protocol):
    """Reading small documents of other services, such as a provider's keys."""

    async def read(self, url: str, limit: int) -> bytes:
        """Return what `url` answers with 200, at most `limit` bytes. Raises `DocumentUnavailable`."""
        ...


class RateLimiter(Protocol):
    """Counts what is done under a key. Approximate, and never a reason to fail."""

    async def allows(self, key: str) -> bool:
        """Count one more; whether that is still within the limit, or the limiter does not answer."""
        ...


class RecordStore(KeyValue, Protocol):
    """Workers KV as what keeps shoppers' records; of two writes to a key the later one to arrive stays."""

    async def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep `value` for so many seconds, at least 60. Raises `StorageUnavailable`."""
        ...


class Origin(Protocol):
    """The origin's API, asked within a deadline."""

    async def ask(self, request: OriginRequest) -> OriginAnswer:
        """Return the whole answer, whatever its status; redirects are answers too.

        Raises `OriginUnavailable`: not there, not whole before the deadline, or longer than allowed.
        """
        ...


class Clock(Protocol):
    """Time. In production it stands still between two I/O calls (a Spectre defence)."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...


class Background(Protocol):
    """Work that outlives its answer (`ctx.waitUntil`)."""

    def run(self, work: Coroutine[object, object, None]) -> None:
        """Start `work`; the answer does not wait for it."""
        ...


class Queue(Protocol):
    """Where events go. What `send` returned from is kept there for at least as long as its retention."""

    async def send(self, message: bytes) -> None:
        """Hand over a JSON object of at most 128 KB. Raises `QueueUnavailable`."""
        ...


class Telemetry(Protocol):
    """One data point per request, written without waiting for it."""

    def write(self, blobs: list[str], doubles: list[float]) -> None:
        """Record up to 20 texts and 20 numbers; docs/operations.md names each position."""
        ...
