"""The publisher's ledger: who published what, which parts are stored, and who may publish now.

KV has neither transactions nor compare-and-set, so what must not interleave is decided here, in SQLite. A
ledger serves several stores (`target`: account and namespace); publishers of one store share one ledger.
Reading needs no lease; everything that writes is a method of `Lease`.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Literal

import msgspec

from origin.publishing.clock import Clock, SystemClock
from origin.publishing.errors import LeaseHeld, LedgerUnusable
from origin.publishing.lease import LEASE_SECONDS, Lease
from selvedge.snapshot.manifest import Release

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLL_SECONDS = 1.0
_BUSY_SECONDS = 30.0

Kind = Literal["publish", "rollback"]
State = Literal["unfinished", "done"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS channel (
  target TEXT, name TEXT, sequence INTEGER NOT NULL, PRIMARY KEY (target, name));
CREATE TABLE IF NOT EXISTS publication (
  id INTEGER PRIMARY KEY, target TEXT NOT NULL, channel TEXT NOT NULL, sequence INTEGER,
  version TEXT NOT NULL, delta_number INTEGER NOT NULL,
  kind TEXT NOT NULL, state TEXT NOT NULL, who TEXT NOT NULL,
  started REAL NOT NULL, finished REAL, reason TEXT, release BLOB NOT NULL,
  UNIQUE (target, channel, sequence));
CREATE TABLE IF NOT EXISTS lease (
  target TEXT PRIMARY KEY, holder TEXT, token INTEGER NOT NULL, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS part (
  target TEXT, digest BLOB, written REAL NOT NULL, deleted REAL NOT NULL, verified INTEGER NOT NULL,
  PRIMARY KEY (target, digest));
"""

_decoder = msgspec.msgpack.Decoder(Release)


class Publication(msgspec.Struct, frozen=True):
    """A row of the log. Times are epoch seconds; `sequence` is None until the pointer was about to move.

    `reason` says why a guardrail was overridden, where one was. `unfinished` means running or broken off.
    """

    id: int
    channel: str
    sequence: int | None
    version: str
    delta_number: int
    kind: Kind
    state: State
    who: str
    started: float
    finished: float | None
    reason: str | None


class Ledger:
    """The ledger in the SQLite file `path`, as far as it is about one `target`."""

    def __init__(self, path: Path, target: str, clock: Clock | None = None) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerUnusable(f"{path}: {error}") from error
        self.target = target
        self.clock = clock or SystemClock()
        self._path = path
        with self._errors():
            _enter_wal(path)
        with self.transaction() as db:
            for statement in _SCHEMA.split(";"):
                db.execute(statement)

    @contextmanager
    def lease(self, holder: str, wait: float = 0.0) -> Iterator[Lease]:
        """Hold the store's lease, or raise `LeaseHeld` after trying for `wait` seconds.

        Only a process that dies leaves it behind, and then it expires by itself.
        """
        lease = Lease(self, self._acquire(holder, wait))
        try:
            yield lease
        finally:
            lease.give_back()

    def sequence(self, channel: str) -> int:
        """The highest sequence this ledger gave out or adopted for `channel`, 0 for none."""
        query = "SELECT max(sequence) FROM channel WHERE target = ? AND name = ?"
        with self.transaction() as db:
            return int(db.execute(query, [self.target, channel]).fetchone()[0] or 0)

    def log(self, channel: str | None = None, limit: int = 50) -> list[Publication]:
        """The newest publications first, of all channels or of one."""
        query = """SELECT * FROM publication WHERE target = ? AND (channel = ? OR ? IS NULL)
                   ORDER BY id DESC LIMIT ?"""
        with self.transaction() as db:
            rows = db.execute(query, [self.target, channel, channel, limit]).fetchall()
        return [msgspec.convert(dict(row), Publication) for row in rows]

    def release_of(self, publication: Publication) -> Release:
        """The release that `publication` was about."""
        query = "SELECT release FROM publication WHERE id = ?"
        with self.transaction() as db:
            return _decoder.decode(db.execute(query, [publication.id]).fetchone()[0])

    def channels(self) -> list[str]:
        """Every channel that was ever published to."""
        query = "SELECT DISTINCT channel FROM publication WHERE target = ? ORDER BY channel"
        with self.transaction() as db:
            return [row[0] for row in db.execute(query, [self.target])]

    def verified_parts(self) -> set[bytes]:
        """Digests of the parts that were read back and found whole."""
        return self._digests("SELECT digest FROM part WHERE target = ? AND verified", [])

    def deleted_since(self, when: float) -> set[bytes]:
        """Digests of the parts deleted after `when` (epoch seconds), which a listing may still show."""
        return self._digests("SELECT digest FROM part WHERE target = ? AND deleted > ?", [when])

    def written_since(self, when: float) -> set[bytes]:
        """Digests of the parts written after `when` (epoch seconds), which a listing may not show yet."""
        return self._digests("SELECT digest FROM part WHERE target = ? AND written > ?", [when])

    def holder(self) -> str | None:
        """Who holds the lease now."""
        query = "SELECT holder FROM lease WHERE target = ? AND expires > ?"
        with self.transaction() as db:
            row = db.execute(query, [self.target, self.clock.now()]).fetchone()
        return row[0] if row else None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own, so that threads need no care; IMMEDIATE, so that reading first is safe.

        Raises `LedgerUnusable`.
        """
        with self._errors(), self._transaction() as db:
            yield db

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise LedgerUnusable(f"{self._path}: {error}") from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)) as db:
            db.row_factory = sqlite3.Row
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def _digests(self, query: str, values: list[float]) -> set[bytes]:
        with self.transaction() as db:
            return {row[0] for row in db.execute(query, [self.target, *values])}

    def _acquire(self, holder: str, wait: float) -> int:
        deadline = self.clock.now() + wait
        while True:
            try:
                return self._take(holder)
            except LeaseHeld:
                if self.clock.now() >= deadline:
                    raise
            self.clock.sleep(POLL_SECONDS)

    def _take(self, holder: str) -> int:
        now = self.clock.now()
        with self.transaction() as db:
            row = db.execute("SELECT * FROM lease WHERE target = ?", [self.target]).fetchone()
            if row and row["holder"] and row["expires"] > now:
                raise LeaseHeld(row["holder"], row["expires"] - now)
            token = int(row["token"]) + 1 if row else 1
            values = [self.target, holder, token, now + LEASE_SECONDS]
            db.execute("INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?)", values)
        return token


def _enter_wal(path: Path) -> None:
    """Switch the file to write-ahead logging, once for all; a reader then never blocks a publisher.

    SQLite does not wait for other connections here, as it does elsewhere.
    """
    deadline = time.monotonic() + _BUSY_SECONDS
    with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as db:
        while True:
            try:
                db.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() >= deadline:
                    raise
                time.sleep(0.01)
            else:
                return
