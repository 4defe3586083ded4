"""The lease on a store, and everything that only its holder may write into the ledger."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from origin.publishing.errors import LeaseLost

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from origin.publishing.ledger import Kind, Ledger
    from selvedge.snapshot.manifest import Release

LEASE_SECONDS = 180.0
"""A lease's life after its last sign of life; longer than one call to the store may take (`cloudflare`)."""

_encoder = msgspec.msgpack.Encoder(order="sorted")


class Lease:
    """One holder's turn. `token` fences: every write checks that nobody else has taken a later one.

    Each method is a sign of life and raises `LeaseLost` when the turn is over.
    """

    def __init__(self, ledger: Ledger, token: int) -> None:
        self._ledger = ledger
        self._token = token

    def renew(self) -> None:
        """Give a sign of life."""
        with self._fenced():
            pass

    def begin(self, channel: str, kind: Kind, release: Release, who: str, reason: str | None) -> int:
        """Log the start of a publication, so that a prune spares its parts, and return its id."""
        query = """INSERT INTO publication (target, channel, version, delta_number, kind, state, who, started,
                   reason, release) VALUES (?, ?, ?, ?, ?, 'unfinished', ?, ?, ?, ?)"""
        values = [self._ledger.target, channel, release.version, release.delta_number, kind, who]
        with self._fenced() as db:
            row = db.execute(query, [*values, self._ledger.clock.now(), reason, _encoder.encode(release)])
            return row.lastrowid or 0

    def wrote(self, digests: Iterable[bytes]) -> None:
        """Record parts as written and not yet read back."""
        now = self._ledger.clock.now()
        rows = [(self._ledger.target, digest, now) for digest in digests]
        with self._fenced() as db:
            db.executemany("INSERT OR REPLACE INTO part VALUES (?, ?, ?, 0, 0)", rows)

    def verified(self, digests: Iterable[bytes]) -> None:
        """Record parts as read back and whole."""
        rows = [(self._ledger.target, digest) for digest in digests]
        query = "INSERT INTO part VALUES (?, ?, 0, 0, 1) ON CONFLICT DO UPDATE SET deleted = 0, verified = 1"
        with self._fenced() as db:
            db.executemany(query, rows)

    def forget(self, digests: Iterable[bytes]) -> None:
        """Record parts as about to be deleted, because a listing or a read may still show them."""
        now = self._ledger.clock.now()
        rows = [(self._ledger.target, digest, now) for digest in digests]
        with self._fenced() as db:
            db.executemany("INSERT OR REPLACE INTO part VALUES (?, ?, 0, ?, 0)", rows)

    def adopt(self, channel: str, sequence: int) -> None:
        """Go on from a sequence that another ledger gave out."""
        with self._fenced() as db:
            _set_sequence(db, self._ledger.target, channel, sequence)

    def allocate(self, channel: str, publication: int) -> int:
        """Return the channel's next sequence. It is spent even if the pointer is never written."""
        query = "SELECT max(sequence) FROM channel WHERE target = ? AND name = ?"
        with self._fenced() as db:
            sequence = (db.execute(query, [self._ledger.target, channel]).fetchone()[0] or 0) + 1
            _set_sequence(db, self._ledger.target, channel, sequence)
            db.execute("UPDATE publication SET sequence = ? WHERE id = ?", [sequence, publication])
        return int(sequence)

    def settle(self, channel: str, sequence: int) -> None:
        """Log as done the publication that broke off after its pointer had been written."""
        query = """UPDATE publication SET state = 'done', finished = ?
                   WHERE target = ? AND channel = ? AND sequence = ? AND state = 'unfinished'"""
        with self._fenced() as db:
            db.execute(query, [self._ledger.clock.now(), self._ledger.target, channel, sequence])

    def finish(self, publication: int) -> None:
        """Log that the pointer now names this publication."""
        query = "UPDATE publication SET state = 'done', finished = ? WHERE id = ?"
        with self._fenced() as db:
            db.execute(query, [self._ledger.clock.now(), publication])

    def give_back(self) -> None:
        """End the turn, unless it is over already."""
        query = "UPDATE lease SET holder = NULL WHERE target = ? AND token = ?"
        with self._ledger.transaction() as db:
            db.execute(query, [self._ledger.target, self._token])

    @contextmanager
    def _fenced(self) -> Iterator[sqlite3.Connection]:
        # An expired lease that nobody took is renewed: the token shows that nothing happened in between.
        query = "UPDATE lease SET expires = ? WHERE target = ? AND token = ? AND holder IS NOT NULL"
        expires = self._ledger.clock.now() + LEASE_SECONDS
        with self._ledger.transaction() as db:
            if not db.execute(query, [expires, self._ledger.target, self._token]).rowcount:
                raise LeaseLost("this publisher was silent for too long and another took its turn")
            yield db


def _set_sequence(db: sqlite3.Connection, target: str, channel: str, sequence: int) -> None:
    db.execute("INSERT OR REPLACE INTO channel VALUES (?, ?, ?)", [target, channel, sequence])
