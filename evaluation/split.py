"""A split: sessions to learn from and events to predict, items numbered as the model numbers them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from origin.training.files import events_of, read_events, read_in_order
from origin.training.job import number_by_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from origin.training.files import Event
    from origin.training.sessions import Session

UNKNOWN = -1
"""What stands for an item that training had not."""


class Visit(msgspec.Struct, frozen=True):
    """A training session: items, the oldest first, and its day."""

    items: tuple[int, ...]
    day: int


class Question(msgspec.Struct, frozen=True):
    """After `seen` (newest first) came `target`; `session` numbers the test session."""

    session: int
    seen: tuple[int, ...]
    target: int

    @property
    def repeat(self) -> bool:
        """Whether the newest item came again."""
        return self.seen[0] == self.target


class Split:
    """Training sessions in the order of time, and what comes after them."""

    def __init__(self, sessions: Sequence[Session], events: Iterable[Event]) -> None:
        self.sessions = tuple(sessions)
        self._events = tuple(events)

    @classmethod
    def read(cls, train: Sequence[Path], test: Path) -> Split:
        """Read a split from files. Raises `UnusableSessions`."""
        return cls(read_in_order(train), read_events(test))

    @classmethod
    def tail(cls, sessions: Sequence[Session], share: float) -> Split:
        """Keep the last `share` of `sessions` back as what is to be predicted."""
        cut = len(sessions) - max(round(len(sessions) * share), 1)
        return cls(sessions[:cut], [event for one in sessions[cut:] for event in events_of(one)])

    @cached_property
    def ordinals(self) -> dict[str, int]:
        """The number of every training item, in the order of their names."""
        return number_by_name([product for session in self.sessions for product in session.products])

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """The training sessions as numbers."""
        known = self.ordinals
        return tuple(Visit(tuple(known[name] for name in one.products), one.day) for one in self.sessions)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Every position of every test session."""
        numbers: dict[str, int] = {}
        known = self.ordinals
        return tuple(
            Question(
                numbers.setdefault(event.session, len(numbers)),
                tuple(known.get(name, UNKNOWN) for name in reversed(event.seen)),
                known.get(event.target, UNKNOWN),
            )
            for event in self._events
        )


def prepared(visits: Iterable[Visit], *, drop_repeats: bool, drop_longest: float | None) -> list[Visit]:
    """Return training sessions as some references prepare them.

    Without repeated items, and without sessions longer than the percentile `drop_longest`.
    """
    found = list(visits)
    if drop_repeats:
        found = [Visit(tuple(dict.fromkeys(visit.items)), visit.day) for visit in found]
    if drop_longest is None or not found:
        return found
    lengths = sorted(len(visit.items) for visit in found)
    longest = lengths[min(int(len(lengths) * drop_longest / 100), len(lengths) - 1)]
    return [visit for visit in found if len(visit.items) <= longest]
