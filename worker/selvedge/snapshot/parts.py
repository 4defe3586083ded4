"""Reading parts from KV: verified against their digest, pages kept in a cache bounded by bytes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING

from selvedge.errors import MissingPart, StorageUnavailable
from selvedge.snapshot.cards import open_page
from selvedge.snapshot.container import unpack
from selvedge.snapshot.manifest import check_part, part_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.ports import KeyValue
    from selvedge.snapshot.blobs import Blobs
    from selvedge.snapshot.manifest import PartRef

READS_AT_ONCE = 6
"""Connections that the platform opens at once for a request; further ones would queue anyway."""


async def read_twice(kv: KeyValue, key: str) -> bytes | None:
    """Return the value under `key`, trying again once: most faults of a network pass at once.

    Raises `StorageUnavailable`.
    """
    try:
        return await kv.get(key)
    except StorageUnavailable:
        return await kv.get(key)


class PartReader:
    """Parts by digest. A page, once read, stays until `page_bytes` of newer ones push it out."""

    def __init__(self, kv: KeyValue, page_bytes: int) -> None:
        self._kv = kv
        self._page_bytes = page_bytes
        self._pages: OrderedDict[bytes, tuple[int, Blobs]] = OrderedDict()
        self._held = 0

    async def read(self, digest: bytes, size: int | None = None) -> bytes:
        """Return the part's bytes. Raises `StorageUnavailable` or one of the `SnapshotError`s."""
        data = await read_twice(self._kv, part_key(digest))
        if data is None:
            raise MissingPart(part_key(digest))
        check_part(data, digest, size)
        return data

    async def sections(self, refs: Sequence[PartRef]) -> dict[str, memoryview]:
        """Return the sections of a group, whichever of the parts `refs` they lie in."""
        sections: dict[str, memoryview] = {}
        for at in range(0, len(refs), READS_AT_ONCE):
            batch = refs[at : at + READS_AT_ONCE]
            for data in await asyncio.gather(*(self.read(ref.digest, ref.size) for ref in batch)):
                sections |= unpack(data)
        return sections

    async def pages(self, digests: Sequence[bytes]) -> list[Blobs]:
        """Return the pages named, reading those that are not held."""
        missing = [digest for digest in digests if digest not in self._pages]
        found = {digest: self._pages[digest][1] for digest in digests if digest in self._pages}
        for at in range(0, len(missing), READS_AT_ONCE):
            batch = missing[at : at + READS_AT_ONCE]
            for digest, data in zip(
                batch, await asyncio.gather(*(self.read(digest) for digest in batch)), strict=True
            ):
                found[digest] = open_page(data)
                self._keep(digest, len(data), found[digest])
        for digest in digests:
            if digest in self._pages:
                self._pages.move_to_end(digest)
        return [found[digest] for digest in digests]

    def holds(self, digest: bytes) -> bool:
        """Whether the page named is in memory."""
        return digest in self._pages

    def _keep(self, digest: bytes, size: int, page: Blobs) -> None:
        if digest in self._pages:
            return
        self._pages[digest] = (size, page)
        self._held += size
        while self._held > self._page_bytes and len(self._pages) > 1:
            _, (dropped, _page) = self._pages.popitem(last=False)
            self._held -= dropped
