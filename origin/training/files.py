"""Sessions in files, in the formats that public data sets come in; a name that ends in .gz is unpacked.

- clicks: tab-separated with a header that names `SessionId`, `ItemId` and `Time` (epoch seconds);
- sessions: one a line, oldest first, its items separated by blanks or commas;
- prefixes: what was seen, a tab, and the item that came next: events to score, not to learn from.

Files without times are in the order of time, and `SESSIONS_A_DAY` lines stand for a day.
"""

from __future__ import annotations

import gzip
import re
from typing import IO, TYPE_CHECKING

import msgspec

from origin.training.sessions import SECONDS_A_DAY, Session
from selvedge.errors import SelvedgeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SESSIONS_A_DAY = 1_000
_COLUMNS = ("SessionId", "ItemId", "Time")
_SEPARATORS = re.compile(r"[,\s]+")


class UnusableSessions(SelvedgeError):
    """A file of sessions is in no known format; the message names the line."""

    reason = "unusable-sessions"


class Event(msgspec.Struct, frozen=True):
    """One thing to predict: after `seen` (oldest first) came `target`. A session's events are consecutive."""

    session: str
    seen: tuple[str, ...]
    target: str


class FileSource:
    """The sessions of files, under the names of their file and of themselves in it.

    A file that has grown is read again under its name; what is in two files counts twice.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = tuple(paths)

    def sessions(self) -> Iterator[Session]:
        """Every session of every file. Raises `UnusableSessions`."""
        for path in self._paths:
            yield from read_sessions(path)

    def removals(self) -> Iterator[str]:
        """None: a file forgets nobody; leave lines out and train afresh."""
        return iter(())

    def place(self) -> str:
        """None: files are read as a whole."""
        return ""


def read_sessions(path: Path) -> list[Session]:
    """Return the sessions of a file by the time of their last click. Raises `UnusableSessions`."""
    with _open(path) as lines:
        first = lines.readline().rstrip("\n")
        if set(_COLUMNS) <= set(first.split("\t")):
            return _from_clicks(first, lines, path)
        if "\t" in first:
            raise UnusableSessions(f"{path} holds prefixes with what came next: nothing to learn from")
        return list(_from_lines(first, lines, path))


def read_in_order(paths: Iterable[Path]) -> list[Session]:
    """Return the sessions of several files by their days. Raises `UnusableSessions`."""
    return sorted((one for path in paths for one in read_sessions(path)), key=lambda session: session.day)


def read_events(path: Path) -> list[Event]:
    """Return what a file asks to be predicted, every position of every session. Raises `UnusableSessions`."""
    with _open(path) as lines:
        first = lines.readline().rstrip("\n")
        if "\t" in first and not set(_COLUMNS) <= set(first.split("\t")):
            return list(_from_prefixes(first, lines, path))
    return [event for session in read_sessions(path) for event in events_of(session)]


def events_of(session: Session) -> Iterator[Event]:
    """Every position of a session after the first."""
    for place in range(1, len(session.products)):
        yield Event(session.key, session.products[:place], session.products[place])


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _from_clicks(header: str, lines: Iterable[str], path: Path) -> list[Session]:
    columns = header.split("\t")
    session, item, time = (columns.index(name) for name in _COLUMNS)
    clicks: dict[str, list[tuple[float, str]]] = {}
    for number, line in enumerate(lines, start=2):
        cells = line.rstrip("\n").split("\t")
        try:
            clicks.setdefault(cells[session], []).append((float(cells[time]), cells[item]))
        except (IndexError, ValueError) as error:
            raise UnusableSessions(f"{path}, line {number}: {error}") from error
    ordered = [(key, sorted(found, key=lambda click: click[0])) for key, found in clicks.items()]
    ordered.sort(key=lambda pair: pair[1][-1][0])
    return [
        Session(f"{path.name}/{key}", int(found[-1][0] // SECONDS_A_DAY), tuple(item for _, item in found))
        for key, found in ordered
    ]


def _from_lines(first: str, lines: Iterable[str], path: Path) -> Iterator[Session]:
    for number, line in enumerate((first, *lines)):
        items = tuple(_SEPARATORS.split(line.strip(", \n")))
        if items != ("",):
            yield Session(f"{path.name}/{number}", number // SESSIONS_A_DAY, items)


def _from_prefixes(first: str, lines: Iterable[str], path: Path) -> Iterator[Event]:
    before: tuple[str, ...] = ()
    session = 0
    for number, line in enumerate((first, *lines), start=1):
        seen_text, tab, target = line.strip("\n").rpartition("\t")
        seen = tuple(_SEPARATORS.split(seen_text.strip(", ")))
        if not tab or not target or seen == ("",):
            raise UnusableSessions(f"{path}, line {number}: no prefix, tab and next item")
        whole = (*seen, target)
        if before not in (seen, (*whole, *before[len(whole) :])) or len(before) == len(whole):
            session += 1
        before = whole
        yield Event(str(session), seen, target)
