"""The import report: every row that was rejected, repaired or noted, and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, NoReturn

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

Action = Literal["rejected", "repaired", "noted"]
"""rejected: the row is lost; repaired: a value was changed or left out; noted: kept as it is."""


class Issue(msgspec.Struct, frozen=True):
    """One finding about one value. `line` counts from 1, the header being line 1; 0 is the file."""

    source: str
    line: int
    field: str
    value: str
    action: Action
    reason: str
    detail: str = ""


class Report(msgspec.Struct, frozen=True):
    """What an import made of its sources; `msgspec.json.encode` writes it."""

    sources: tuple[str, ...]
    rows: int
    accepted: int
    issues: tuple[Issue, ...] = ()

    def summary(self) -> dict[str, dict[str, int]]:
        """Count the issues by action, then by reason, the most frequent first."""
        counts = Counter((issue.action, issue.reason) for issue in self.issues)
        table: dict[str, dict[str, int]] = {"rejected": {}, "repaired": {}, "noted": {}}
        for (action, reason), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            table[action][reason] = count
        return table


class RowRejectedError(Exception):
    """A row cannot be used; caught by the reader, which reports it and goes on."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.reason)
        self.issue = issue


class Log:
    """Collects issues while sources are read."""

    def __init__(self) -> None:
        self.sources: list[str] = []
        self.rows = 0
        self.accepted = 0
        self.issues: list[Issue] = []

    def add(self, error: RowRejectedError) -> None:
        """Report a row that its reader gave up on."""
        self.issues.append(error.issue)

    def report(self) -> Report:
        """Freeze what was collected."""
        return Report(tuple(self.sources), self.rows, self.accepted, tuple(self.issues))


class Row:
    """One row while it is parsed: its values by column, and a way to say what is wrong.

    `clean` until something is.
    """

    def __init__(self, source: str, line: int, values: Mapping[str, str], log: Log) -> None:
        self.source = source
        self.line = line
        self.clean = True
        self._values = values
        self._log = log

    def part(self, without: frozenset[str]) -> tuple[str, ...]:
        """Return the values of all columns but some: rows of one product are equal in them."""
        return tuple(value for column, value in self._values.items() if column not in without)

    def get(self, column: str | None) -> str:
        """Return a value without surrounding blanks; empty where the column is absent."""
        return self._values.get(column, "").strip() if column else ""

    def need(self, column: str) -> str:
        """Return a value that the row cannot do without."""
        return self.get(column) or self.reject(column, "", "missing-value")

    def reject(self, field: str, value: str, reason: str, detail: str = "") -> NoReturn:
        """Give up on this row."""
        raise RowRejectedError(self._issue(field, value, "rejected", reason, detail))

    def repair(self, field: str, value: str, reason: str, detail: str = "") -> None:
        """Report that a value was changed or left out."""
        self._log.issues.append(self._issue(field, value, "repaired", reason, detail))

    def note(self, field: str, value: str, reason: str, detail: str = "") -> None:
        """Report something odd that is kept as it is."""
        self._log.issues.append(self._issue(field, value, "noted", reason, detail))

    def add(self, error: RowRejectedError) -> None:
        """Report another row that this one supersedes."""
        self._log.add(error)

    def _issue(self, field: str, value: str, action: Action, reason: str, detail: str) -> Issue:
        self.clean = False
        return Issue(self.source, self.line, field, value, action, reason, detail)
