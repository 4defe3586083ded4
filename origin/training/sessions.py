"""Sessions to learn from, and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SECONDS_A_DAY = 86_400


class Session(msgspec.Struct, frozen=True):
    """The products of one visit, the oldest click first and repeats included.

    `key` names the session to its source alone: it never leaves the counts. `day` (of the last click, days
    since 1970) is all that is kept of the time.
    """

    key: str
    day: int
    products: tuple[str, ...]


class SessionSource(Protocol):
    """Where sessions come from: files, or stored events of people who allowed training.

    A session that has grown comes again under its key, and giving one twice does no harm. Removals are taken
    out before sessions are folded in.
    """

    def sessions(self) -> Iterator[Session]:
        """Sessions that are new or have changed since the last build."""
        ...

    def removals(self) -> Iterator[str]:
        """Keys of sessions that must leave: of people who withdrew consent, objected or were erased."""
        ...

    def place(self) -> str:
        """How far this source has been read, for the next one to go on from; "" where there is no such."""
        ...


class GivenSessions:
    """A source in memory."""

    def __init__(self, sessions: Iterable[Session], removals: Iterable[str] = (), place: str = "") -> None:
        self._sessions = tuple(sessions)
        self._removals = tuple(removals)
        self._place = place

    def sessions(self) -> Iterator[Session]:
        """The sessions given."""
        return iter(self._sessions)

    def removals(self) -> Iterator[str]:
        """The keys given."""
        return iter(self._removals)

    def place(self) -> str:
        """The place given."""
        return self._place
