"""Logs: one JSON object a line, of fields that are fixed here. There is none that could hold personal data.

No line has a path as it was asked for, a query, a header, a body or an error's message: paths name shoppers,
and messages quote what was sent. A route is logged by its template, an error by its type and place.
"""

from __future__ import annotations

import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TextIO

import msgspec

if TYPE_CHECKING:
    from selvedge.ports import Clock

Level = Literal["info", "warning", "error"]
LEVELS: tuple[Level, ...] = ("info", "warning", "error")

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being answered, for whatever is logged meanwhile."""


class Line(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A line of the log; docs/operations.md explains each field."""

    time: str
    level: Level
    event: str
    request_id: str | None = None
    method: str | None = None
    route: str | None = None
    status: int | None = None
    seconds: float | None = None
    caller: str | None = None
    fault: str | None = None
    part: str | None = None
    count: int | None = None


class Log(Protocol):
    """Where lines go."""

    def write(self, level: Level, event: str, **fields: str | float | None) -> None:
        """Write a line of `event`; `fields` are those of `Line`, and there can be no others."""
        ...


class JsonLog:
    """Lines on a stream, from `threshold` on."""

    def __init__(self, clock: Clock, threshold: Level = "info", stream: TextIO | None = None) -> None:
        self._clock = clock
        self._least = LEVELS.index(threshold)
        self._stream = stream
        self._encoder = msgspec.json.Encoder()

    def write(self, level: Level, event: str, **fields: str | float | None) -> None:
        """Write a line, unless it is of a lower level than wanted."""
        if LEVELS.index(level) < self._least:
            return
        time = datetime.fromtimestamp(self._clock.now(), UTC).isoformat(timespec="milliseconds")
        known: dict[str, Any] = {"request_id": request_id.get(), **fields}
        line = Line(time=time, level=level, event=event, **known)
        stream = self._stream or sys.stdout
        stream.write(self._encoder.encode(line).decode() + "\n")
        stream.flush()


class MemoryLog:
    """Keeps the lines."""

    def __init__(self) -> None:
        self.lines: list[dict[str, object]] = []

    def write(self, level: Level, event: str, **fields: str | float | None) -> None:
        """Keep a line."""
        self.lines.append({"level": level, "event": event, "request_id": request_id.get(), **fields})


def place_of(error: BaseException) -> str:
    """Return an error's type and where it was raised, without its message: `KeyError at store.py:120`."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
