"""The key-value store as publishing sees it, and the in-memory one; `rest` holds Cloudflare's."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Pair(msgspec.Struct, frozen=True):
    """A value to be stored, for `ttl` seconds (at least 60) or for good.

    `metadata` may take 1,024 bytes as JSON; listing returns it.
    """

    key: str
    value: bytes
    metadata: dict[str, int | str] = {}
    ttl: int | None = None


class Listed(msgspec.Struct, frozen=True):
    """A key as a listing shows it."""

    name: str
    metadata: dict[str, int | str] = {}


class KeyValueStore(Protocol):
    """Cloudflare KV: writes are seen elsewhere within 60 s, and a listing may lag as well.

    Every method raises `RemoteUnavailable` when the store keeps failing and `RemoteRefused` when it says no.
    """

    def put_many(self, pairs: Iterable[Pair]) -> None:
        """Store all pairs, or raise with some of them possibly stored."""
        ...

    def get(self, key: str) -> bytes | None:
        """The value, or None where there is none. Safe to call from several threads."""
        ...

    def scan(self, prefix: str) -> Iterator[Listed]:
        """Every key that starts with `prefix`, in order."""
        ...

    def delete_many(self, keys: Iterable[str]) -> None:
        """Delete all keys; those that are absent already are fine."""
        ...


def batches(pairs: Iterable[Pair], *, pairs_limit: int, bytes_limit: int) -> Iterator[list[Pair]]:
    """Cut `pairs` into lists of at most so many pairs and bytes of value (one larger pair goes alone)."""
    batch: list[Pair] = []
    size = 0
    for pair in pairs:
        if batch and (len(batch) >= pairs_limit or size + len(pair.value) > bytes_limit):
            yield batch
            batch, size = [], 0
        batch.append(pair)
        size += len(pair.value)
    if batch:
        yield batch


class MemoryKv:
    """A store in memory whose faults tests choose.

    `before(operation, key)` runs before each pair's effect and may raise, as a connection that drops
    half-way does; `on_get(key, value)` may return other bytes, as a damaged or stale replica does.
    """

    def __init__(
        self,
        *,
        before: Callable[[str, str], None] = lambda _operation, _key: None,
        on_get: Callable[[str, bytes | None], bytes | None] = lambda _key, value: value,
    ) -> None:
        self.pairs: dict[str, Pair] = {}
        self.before = before
        self.on_get = on_get
        self._lock = threading.Lock()

    def put_many(self, pairs: Iterable[Pair]) -> None:
        """Store pair by pair, so that a fault in `before` leaves the ones before it."""
        for pair in pairs:
            self.before("put", pair.key)
            with self._lock:
                self.pairs[pair.key] = pair

    def get(self, key: str) -> bytes | None:
        """The value as `on_get` passes it on."""
        self.before("get", key)
        with self._lock:
            found = self.pairs.get(key)
        return self.on_get(key, found.value if found else None)

    def scan(self, prefix: str) -> Iterator[Listed]:
        """The keys as they are now."""
        self.before("list", prefix)
        with self._lock:
            found = sorted(name for name in self.pairs if name.startswith(prefix))
            return iter([Listed(name, self.pairs[name].metadata) for name in found])

    def delete_many(self, keys: Iterable[str]) -> None:
        """Delete key by key, as `put_many` stores."""
        for key in keys:
            self.before("delete", key)
            with self._lock:
                self.pairs.pop(key, None)
