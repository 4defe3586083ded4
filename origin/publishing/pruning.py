"""Deleting parts that nothing needs any more. What may still be needed is decided generously."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from origin.publishing.errors import LedgerBehind
from origin.publishing.parts import PREFIX, digest_of
from selvedge.snapshot.manifest import part_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from origin.publishing.kv import KeyValueStore
    from origin.publishing.ledger import Ledger, Publication
    from origin.publishing.pointers import Pointers
    from selvedge.snapshot.manifest import Release

KEEP = 3
"""Versions a channel can be rolled back to, the current one included."""

GRACE_SECONDS = 3_600
"""Neither a part nor a pointer younger than this is touched: edges and cursors may still hold on to it."""

UNFINISHED_SECONDS = 86_400
"""For so long the parts of a publication that broke off wait to be resumed."""

_BATCH = 1_000


class Pruned(msgspec.Struct, frozen=True):
    """Counts of parts. `young` are within the grace period, `foreign` were not written by a publisher."""

    deleted: int
    needed: int
    young: int
    foreign: int


class Pruner:
    """Prunes one store. Takes the same lease as publishers do."""

    def __init__(self, store: KeyValueStore, ledger: Ledger, pointers: Pointers, who: str) -> None:
        self._store = store
        self._ledger = ledger
        self._pointers = pointers
        self._who = who

    def prune(
        self, *, keep: int = KEEP, grace: float = GRACE_SECONDS, dry_run: bool = False, wait: float = 0.0
    ) -> Pruned:
        """Delete every part that no release needs which may still be asked for.

        Needed are: what each channel's pointer names, the newest `keep` versions of each channel, what
        a pointer named within the last `grace` seconds, and publications that broke off within a day.

        Raises `LeaseHeld`, `LedgerBehind`, `RemoteUnavailable`, or a `SnapshotError` for an unreadable
        pointer: with one of those in the store nothing is known to be superfluous.
        """
        with self._ledger.lease(self._who, wait) as lease:
            needed = {digest for release in self._needed(keep, grace) for digest in release.digests()}
            before = self._ledger.clock.now() - grace
            doomed: list[bytes] = []
            counts = dict.fromkeys(("needed", "young", "foreign"), 0)
            for listed in self._store.scan(PREFIX):
                digest, at = digest_of(listed.name), listed.metadata.get("at")
                if digest is None or not isinstance(at, int):
                    counts["foreign"] += 1
                elif digest in needed:
                    counts["needed"] += 1
                elif at > before:
                    counts["young"] += 1
                else:
                    doomed.append(digest)
            for start in range(0, 0 if dry_run else len(doomed), _BATCH):
                batch = doomed[start : start + _BATCH]
                lease.forget(batch)  # first, so that a break leaves no part that is known but gone
                self._store.delete_many([part_key(digest) for digest in batch])
        return Pruned(deleted=len(doomed), **counts)

    def _needed(self, keep: int, grace: float) -> Iterator[Release]:
        channels = {*self._ledger.channels(), *self._pointers.channels()}
        for channel in channels:
            yield from self._pointed(channel)
            log = self._ledger.log(channel, limit=10_000)
            now = self._ledger.clock.now()
            done = [entry for entry in log if entry.state == "done"]
            unfinished = [entry for entry in log if entry.state == "unfinished"]
            wanted = [*_newest_versions(done, keep), *_shown_since(done, now - grace)]
            wanted += [entry for entry in unfinished if entry.started > now - UNFINISHED_SECONDS]
            yield from (self._ledger.release_of(entry) for entry in wanted)

    def _pointed(self, channel: str) -> Iterator[Release]:
        stored = self._pointers.read(channel)
        if stored is None:
            return
        if stored.pointer.sequence > self._ledger.sequence(channel):
            raise LedgerBehind(
                f"{channel} was published from another ledger, whose parts this one cannot know"
            )
        yield stored.pointer.current
        if stored.pointer.previous:
            yield stored.pointer.previous


def _newest_versions(done: list[Publication], keep: int) -> Iterator[Publication]:
    """The newest publication of each of the newest `keep` versions; `done` has the newest first."""
    seen: set[str] = set()
    for entry in done:
        if entry.version not in seen and len(seen) < keep:
            seen.add(entry.version)
            yield entry


def _shown_since(done: list[Publication], when: float) -> Iterator[Publication]:
    """Publications that a pointer named, as current or previous, after `when`; the newest first."""
    for at, entry in enumerate(done):
        if at < 2 or (done[at - 2].finished or 0.0) > when:  # noqa: PLR2004 - current and previous
            yield entry
