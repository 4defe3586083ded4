"""Counts by day in SQLite: sessions are folded in and out one by one, and old days fall away.

Each session is kept under its source's key until it ages out or must leave, so that it can be taken out
again exactly, and a session that has grown replaces what it was. Everything is one transaction a batch: a job
that is interrupted leaves what was there before.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from origin.training.tally import TallySettings, tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from origin.training.sessions import Session, SessionSource

BATCH = 2_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS item (id INTEGER PRIMARY KEY, product TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS session (
  key TEXT PRIMARY KEY, day INTEGER NOT NULL, items BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_by_day ON session (day);
CREATE TABLE IF NOT EXISTS count (
  day INTEGER, what INTEGER, a INTEGER, b INTEGER, n INTEGER NOT NULL,
  PRIMARY KEY (day, what, a, b)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_ADD = """
INSERT INTO count (day, what, a, b, n) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (day, what, a, b) DO UPDATE SET n = n + excluded.n
"""
_BUSY_SECONDS = 30.0
_DayKey = tuple[int, int, int, int]


class Folded(msgspec.Struct, frozen=True):
    """What a run did: sessions added, replaced, removed and aged out, and counters touched for it."""

    added: int = 0
    replaced: int = 0
    removed: int = 0
    aged_out: int = 0
    counters: int = 0


class Reading:
    """Counts as they were at one time, in memory."""

    def __init__(self, products: list[tuple[int, str]], columns: NDArray[np.int64]) -> None:
        self._products, self._columns = products, columns

    def products(self) -> list[tuple[int, str]]:
        """The number and the product's id of every item that is counted."""
        return self._products

    def columns(self) -> NDArray[np.int64]:
        """All counts as rows of day, what, a, b, n."""
        return self._columns


class Counts:
    """The counts in one SQLite file, or in memory where `path` is None."""

    def __init__(self, path: Path | None, settings: TallySettings) -> None:
        self._settings = settings
        self._database = sqlite3.connect(path or ":memory:", timeout=_BUSY_SECONDS, isolation_level=None)
        self._database.executescript(_SCHEMA)
        self._items: dict[str, int] = {}
        self._done = Counter[str]()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def update(
        self,
        source: SessionSource,
        *,
        keep_days: int | None = None,
        progress: Callable[[int], None] = lambda _done: None,
    ) -> Folded:
        """Fold the source's removals out and its sessions in, and keep the newest `keep_days` days.

        The work is in proportion to what the source gives; `progress` gets the sessions done so far.
        """
        self._done = Counter()
        with self._transaction():
            self._recount_if_changed()
            self._remove(source.removals())
            sessions = source.sessions()
            done = 0
            while batch := list(islice(sessions, BATCH)):
                self._fold(batch)
                done += len(batch)
                progress(done)
            if source.place():
                self._set("place", source.place())
            newest = self.newest_day()
            if keep_days is not None and newest is not None:
                self._age_out(newest - keep_days + 1)
        return Folded(**self._done)

    def place(self) -> str:
        """How far the source of the last run had been read; "" where there was none that told."""
        return self._setting("place")

    def newest_day(self) -> int | None:
        """The day that ages count from: the last with a session, or None without any."""
        day = self._database.execute("SELECT max(day) FROM session").fetchone()[0]
        return None if day is None else int(day)

    def products(self) -> list[tuple[int, str]]:
        """The number here and the product's id of every item that is counted."""
        rows = self._database.execute(
            "SELECT id, product FROM item WHERE id IN (SELECT DISTINCT a FROM count WHERE what = 0)"
        )
        return [(int(number), str(product)) for number, product in rows]

    def columns(self) -> NDArray[np.int64]:
        """All counts as rows of day, what, a, b, n; their order says nothing."""
        cursor = self._database.execute("SELECT day, what, a, b, n FROM count")
        pieces = []
        while rows := cursor.fetchmany(200_000):
            pieces.append(np.array(rows, dtype=np.int64))
        return np.concatenate(pieces) if pieces else np.empty((0, 5), dtype=np.int64)

    def reading(self) -> Reading:
        """All counts, to be read more than once."""
        return Reading(self.products(), self.columns())

    def _fold(self, batch: Iterable[Session]) -> None:
        changes: Counter[_DayKey] = Counter()
        for session in batch:
            items = self._numbered(session.products)
            before = self._take_out(session.key, changes, unless=(session.day, items))
            if before == "same":
                continue
            self._database.execute(
                "INSERT INTO session (key, day, items) VALUES (?, ?, ?)",
                (session.key, session.day, items.tobytes()),
            )
            self._change(changes, session.day, items, 1)
            self._done["replaced" if before == "out" else "added"] += 1
        self._write(changes)

    def _remove(self, keys: Iterable[str]) -> None:
        changes: Counter[_DayKey] = Counter()
        for key in keys:
            self._done["removed"] += self._take_out(key, changes) == "out"
        self._write(changes)

    def _take_out(
        self, key: str, changes: Counter[_DayKey], unless: tuple[int, array[int]] | None = None
    ) -> str:
        """Take a session out: "out", or "none" where there is none, or "same" where it is as in `unless`."""
        row = self._database.execute("SELECT day, items FROM session WHERE key = ?", (key,)).fetchone()
        if row is None:
            return "none"
        day, items = int(row[0]), array("I", row[1])
        if (day, items) == unless:
            return "same"
        self._database.execute("DELETE FROM session WHERE key = ?", (key,))
        self._change(changes, day, items, -1)
        return "out"

    def _change(self, changes: Counter[_DayKey], day: int, items: array[int], sign: int) -> None:
        for (what, a, b), number in tally(items, self._settings).items():
            changes[day, what, a, b] += sign * number

    def _write(self, changes: Mapping[_DayKey, int]) -> None:
        rows = [(*key, number) for key, number in changes.items() if number]
        self._database.executemany(_ADD, rows)
        gone = [row[:4] for row in rows if row[4] < 0]
        self._database.executemany(
            "DELETE FROM count WHERE day = ? AND what = ? AND a = ? AND b = ? AND n = 0", gone
        )
        self._done["counters"] += len(rows)

    def _age_out(self, oldest: int) -> None:
        self._done["aged_out"] += self._database.execute(
            "DELETE FROM session WHERE day < ?", (oldest,)
        ).rowcount
        self._database.execute("DELETE FROM count WHERE day < ?", (oldest,))

    def _numbered(self, products: Iterable[str]) -> array[int]:
        return array("I", [self._number(product) for product in products])

    def _number(self, product: str) -> int:
        if product not in self._items:
            self._database.execute("INSERT OR IGNORE INTO item (product) VALUES (?)", (product,))
            found = self._database.execute("SELECT id FROM item WHERE product = ?", (product,)).fetchone()
            self._items[product] = int(found[0])
        return self._items[product]

    def _recount_if_changed(self) -> None:
        """Count all kept sessions afresh where they were counted with other settings."""
        wanted = msgspec.json.encode(self._settings).decode()
        if self._setting("tally") == wanted:
            return
        self._set("tally", wanted)
        self._database.execute("DELETE FROM count")
        kept = self._database.execute("SELECT day, items FROM session").fetchall()
        for at in range(0, len(kept), BATCH):
            changes: Counter[_DayKey] = Counter()
            for day, items in kept[at : at + BATCH]:
                self._change(changes, day, array("I", items), 1)
            self._write(changes)

    def _setting(self, name: str) -> str:
        found = self._database.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return "" if found is None else str(found[0])

    def _set(self, name: str, value: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._items.clear()  # numbers of a transaction that was rolled back are nobody's
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")
