"""The signed pointer of a channel in the store: read with its signature checked, written and read back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from origin.publishing.errors import ReadBackMismatch
from origin.publishing.kv import Pair
from origin.publishing.signing import Ed25519Verifier
from selvedge.snapshot.manifest import Pointer, open_pointer, pointer_key, seal_pointer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from origin.publishing.clock import Clock
    from origin.publishing.kv import KeyValueStore
    from origin.publishing.signing import Ed25519Signer

PREFIX = "pointer/"
SETTLE_SECONDS = 90.0
"""How long reading back may show the old pointer before that counts as a failure: KV's 60 s and some."""


class StoredPointer(msgspec.Struct, frozen=True):
    """A pointer together with its bytes in the store."""

    pointer: Pointer
    data: bytes


class Pointers:
    """The pointers of one shop. Own signatures are trusted, and those of `trusted` (key id to 32 bytes)."""

    def __init__(
        self,
        store: KeyValueStore,
        shop: str,
        signer: Ed25519Signer,
        trusted: Mapping[str, bytes],
        clock: Clock,
    ) -> None:
        self._store = store
        self._shop = shop
        self._signer = signer
        self._verifier = Ed25519Verifier({**trusted, signer.key_id: signer.public})
        self._clock = clock

    def read(self, channel: str) -> StoredPointer | None:
        """The channel's pointer, or None where there is none; raises as `open_pointer`."""
        data = self._store.get(pointer_key(channel))
        if data is None:
            return None
        return StoredPointer(self._open(data, channel), data)

    def channels(self) -> list[str]:
        """Every channel that has a pointer in the store."""
        return [listed.name.removeprefix(PREFIX) for listed in self._store.scan(PREFIX)]

    def seal(self, pointer: Pointer) -> bytes:
        """The pointer's signed bytes, opened once to be sure that a reader will take them."""
        data = seal_pointer(pointer, self._signer)
        self._open(data, pointer.channel)
        return data

    def is_own(self, stored: StoredPointer) -> bool:
        """Whether our key signed it; encoding and Ed25519 are deterministic."""
        return seal_pointer(stored.pointer, self._signer) == stored.data

    def write(self, pointer: Pointer) -> None:
        """Overwrite the channel's pointer. Raises `ReadBackMismatch` when another one stays in its place."""
        data = self.seal(pointer)
        self._store.put_many([Pair(pointer_key(pointer.channel), data, {"sequence": pointer.sequence})])
        deadline = self._clock.now() + SETTLE_SECONDS
        while self._store.get(pointer_key(pointer.channel)) != data:
            if self._clock.now() >= deadline:
                what = f"pointer {pointer.sequence} of {pointer.channel}"
                raise ReadBackMismatch(f"{what} was written, but another one is read back")
            self._clock.sleep(2.0)

    def _open(self, data: bytes, channel: str) -> Pointer:
        return asyncio.run(open_pointer(data, self._verifier, shop=self._shop, channel=channel))
