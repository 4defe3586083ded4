"""What jobs print: results on standard output, as a table or JSON; the rest on standard error."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

QUIET_SECONDS = 1.0
"""A job shorter than this prints no lines of progress."""

LINE_SECONDS = 5.0

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def print_json(value: Any) -> None:
    """Print `value` as indented JSON."""
    click.echo(msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2).decode())


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; cells are texts, never markup."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(cell) for cell in row))
    Console(markup=False, highlight=False).print(table)


def counted(number: int, one: str, several: str | None = None) -> str:
    """Return the number with its noun: `1 rule`, `1,200 rules`; `several` where an s does not do."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def say(message: str) -> None:
    """Tell a human something that is not the result."""
    click.echo(message, err=True)


class Steps:
    """Progress of a job on standard error: a bar on a terminal, else a line every few seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=self._console, transient=True)
        self._tasks: dict[str, Any] = {}
        self._unfinished = ""
        self._next_line = self._start = now()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._tasks:
            self._bar.stop()

    def __call__(self, step: str, done: int, total: int) -> None:
        """Of `step`, `done` of `total` are done; a `total` of 0 is unknown."""
        now = self._now()
        if self._console.is_terminal:
            self._draw(step, done, total)
        elif now - self._start >= QUIET_SECONDS and (now >= self._next_line or self._ends(step, done, total)):
            self._next_line = now + LINE_SECONDS
            self._unfinished = step if done < total else ""
            say(f"{step}: {done:,} of {total:,}" if total else step)

    def named(self, step: str) -> None:
        """A step whose size is unknown has begun."""
        self(step, 0, 0)

    def _ends(self, step: str, done: int, total: int) -> bool:
        """Whether a line is due at once: a step without a size, or the end of one that had a line."""
        return not total or (done == total and step == self._unfinished)

    def _draw(self, step: str, done: int, total: int) -> None:
        self._bar.start()
        if step not in self._tasks:
            for earlier in self._tasks.values():
                self._bar.remove_task(earlier)
            self._tasks.clear()
            self._tasks[step] = self._bar.add_task(step, total=total or None)
        self._bar.update(self._tasks[step], completed=done, total=total or None)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else str(value)
