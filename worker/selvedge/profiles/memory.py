"""What an isolate remembers of records that it found, or did not find: little, and for a short time."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from selvedge.shopper.record import Record, Tombstone

OVERHEAD_BYTES = 512
"""Counted for each entry beside its record's bytes: the objects that hold it."""


class Entry(msgspec.Struct, frozen=True):
    """A record, or None where there is none, believed until `until`; `size` is in bytes.

    `revision` is the one it answers for: the record's own, or a newer one that the origin knows nothing of.
    Beside a tombstone `absent_until` is until when nothing was kept again of who has come back since.
    """

    record: Record | None
    revision: int
    until: float
    size: int = 0
    absent_until: float = 0.0

    def answers(self, revision: int, now: float) -> bool:
        """Whether it may be believed by who knows of `revision`."""
        if now >= self.until:
            return False
        return isinstance(self.record, Tombstone) or self.revision >= revision


class ProfileMemory:
    """At most so many bytes and entries; what was used longest ago goes first."""

    def __init__(self, max_bytes: int, max_entries: int = 2_000) -> None:
        self._max_bytes = max_bytes
        self._max_entries = max_entries
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, shopper: str, revision: int, now: float) -> Entry | None:
        """Return what is remembered and may still be believed."""
        entry = self._entries.get(shopper)
        if entry is None or not entry.answers(revision, now):
            return None
        self._entries.move_to_end(shopper)
        return entry

    def put(self, shopper: str, entry: Entry) -> None:
        """Remember `entry` as the newest, and forget what there is no room for."""
        self.forget(shopper)
        self._entries[shopper] = entry
        self.bytes += entry.size + OVERHEAD_BYTES
        while self.bytes > self._max_bytes or len(self._entries) > self._max_entries:
            self.forget(next(iter(self._entries)))

    def forget(self, shopper: str) -> None:
        """Forget a shopper."""
        entry = self._entries.pop(shopper, None)
        if entry is not None:
            self.bytes -= entry.size + OVERHEAD_BYTES
