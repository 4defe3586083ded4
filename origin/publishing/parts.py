"""The parts of a snapshot in the store: write what is missing, then read back what nobody has read yet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from origin.publishing.errors import ReadBackMismatch
from origin.publishing.kv import Pair, batches
from selvedge.errors import SnapshotError
from selvedge.snapshot.manifest import check_part, part_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from origin.publishing.kv import KeyValueStore
    from origin.publishing.lease import Lease
    from origin.publishing.ledger import Ledger

PREFIX = "part/"
BATCH_PARTS = 1_000
BATCH_BYTES = 16_000_000
"""A batch is what a break loses at most."""

READERS = 6
WINDOW = 120.0
"""Seconds for which a listing may be out of date: KV's 60 twice."""

ROUNDS = 4
RENEW_EVERY = 100

Sizes = dict[bytes, "int | None"]
"""SHA-256 of a part to its size in bytes, or None where the manifest does not tell it."""


class Progress(Protocol):
    """Told about long steps as they go on."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Of `step`, `done` of `total` parts are done."""
        ...


class Parts:
    """The parts in `store`, as the holder of `lease` handles them."""

    def __init__(self, store: KeyValueStore, ledger: Ledger, lease: Lease, progress: Progress) -> None:
        self._store = store
        self._ledger = ledger
        self._lease = lease
        self._progress = progress

    def present(self) -> set[bytes]:
        """Digests of the parts that the store holds, made up for what its listing does not show yet."""
        since = self._ledger.clock.now() - WINDOW
        listed = {digest for listed in self._store.scan(PREFIX) if (digest := digest_of(listed.name))}
        return (listed - self._ledger.deleted_since(since)) | self._ledger.written_since(since)

    def ensure(self, parts: Mapping[bytes, bytes], sizes: Sizes, *, verify_all: bool) -> int:
        """Have all of `parts` stored and read back whole, and return how many had to be written.

        Raises `ReadBackMismatch` when some stay different from what was written.
        """
        present = self.present()
        missing = [digest for digest in sizes if digest not in present]
        self._write(missing, parts)
        for attempt in range(ROUNDS):
            bad = self.damaged(sizes, verify_all=verify_all and not attempt)
            if not bad:
                return len(missing)
            self._ledger.clock.sleep(2.0**attempt)
            self._write(bad, parts)
        first = part_key(next(iter(bad)))
        raise ReadBackMismatch(f"{len(bad)} parts read back differently from what was written, first {first}")

    def damaged(self, sizes: Sizes, *, verify_all: bool) -> list[bytes]:
        """Read the parts that were never verified (or all), and return those that are absent or wrong."""
        known = set() if verify_all else self._ledger.verified_parts()
        suspects = [digest for digest in sizes if digest not in known]
        good: list[bytes] = []
        bad: list[bytes] = []
        for done, (digest, whole) in enumerate(self._read(suspects, sizes), start=1):
            (good if whole else bad).append(digest)
            self._progress("read back", done, len(suspects))
            if done % RENEW_EVERY == 0:
                self._lease.renew()
        self._lease.verified(good)
        return bad

    def _write(self, digests: Iterable[bytes], parts: Mapping[bytes, bytes]) -> None:
        wanted = list(digests)
        metadata: dict[str, int | str] = {"at": int(self._ledger.clock.now())}
        pairs = (Pair(part_key(digest), parts[digest], metadata) for digest in wanted)
        done = 0
        for batch in batches(pairs, pairs_limit=BATCH_PARTS, bytes_limit=BATCH_BYTES):
            self._store.put_many(batch)
            self._lease.wrote(wanted[done : done + len(batch)])
            done += len(batch)
            self._progress("write", done, len(wanted))

    def _read(self, digests: list[bytes], sizes: Sizes) -> Iterator[tuple[bytes, bool]]:
        with ThreadPoolExecutor(READERS) as pool:
            try:
                yield from zip(
                    digests,
                    pool.map(lambda digest: self._is_whole(digest, sizes[digest]), digests),
                    strict=True,
                )
            finally:
                pool.shutdown(cancel_futures=True)

    def _is_whole(self, digest: bytes, size: int | None) -> bool:
        part = self._store.get(part_key(digest))
        if part is None:
            return False
        try:
            check_part(part, digest, size)
        except SnapshotError:
            return False
        return True


def digest_of(key: str) -> bytes | None:
    """The digest in a part's key, or None where the key is not one of ours."""
    try:
        digest = bytes.fromhex(key.removeprefix(PREFIX))
    except ValueError:
        return None
    return digest if part_key(digest) == key else None
