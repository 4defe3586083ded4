"""Tombstones at the edge: marks in KV, in the place of records, that a person was erased."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from origin.publishing.kv import Pair
from selvedge.shopper.record import TOMBSTONE_SECONDS, Tombstone, encode_tombstone, record_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from origin.publishing.kv import KeyValueStore


class Tombstones(Protocol):
    """Where marks are put."""

    async def put(self, names: Sequence[str], erased: int) -> None:
        """Overwrite the records of `names`. Raises `RemoteUnavailable` and `RemoteRefused`."""
        ...


class KvTombstones:
    """Marks in the KV namespace of the edge's records; they stay as long as a queue may bring old events."""

    def __init__(self, kv: KeyValueStore) -> None:
        self._kv = kv

    async def put(self, names: Sequence[str], erased: int) -> None:
        """Overwrite the records of `names`."""
        mark = encode_tombstone(Tombstone(erased))
        pairs = [Pair(record_key(name), mark, ttl=TOMBSTONE_SECONDS) for name in names]
        await asyncio.to_thread(self._kv.put_many, pairs)


class MemoryTombstones:
    """Keeps the marks; one that is `broken` takes none."""

    def __init__(self) -> None:
        self.marks: list[tuple[str, int]] = []
        self.broken: Exception | None = None

    async def put(self, names: Sequence[str], erased: int) -> None:
        """Keep the marks."""
        if self.broken is not None:
            raise self.broken
        self.marks += [(name, erased) for name in names]
