"""Delimited text to rows, so that one broken line never takes its neighbours along."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from origin.importing.errors import SourceError
from origin.importing.report import Row, RowRejectedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from origin.importing.report import Log

Progress = Callable[[int, int], None]
"""Called with lines done and lines in all, now and then."""

PROGRESS_EVERY = 1000
LONGEST_RECORD = 60
"""Lines that one quoted record may span; a longer one is a stray quote."""

MOST_NAMES = 10
"""Columns that a message lists."""

_UNCLOSED = "unexpected end of data"  # what csv says of an open quote when strict


class Table:
    """A delimited text file with a header line.

    Raises SourceError where the file is missing, empty, binary, cut off, or lacks a needed column.
    With `quoted` records may hold line breaks inside quotes (RFC 4180); without, a line is a row.
    """

    def __init__(self, path: Path, log: Log, *, needs: Sequence[str], delimiter: str, quoted: bool) -> None:
        self.name = path.name
        self._log = log
        self._delimiter = delimiter
        self._quoted = quoted
        log.sources.append(self.name)
        self._lines = io.StringIO(self._decode(path), newline=None).readlines()
        if not self._lines or not self._lines[0].strip():
            raise SourceError(self.name, "empty", "the file is empty")
        self.columns = [name.strip() for name in self._split(self._lines[0]) or ()]
        missing = [name for name in needs if name not in self.columns]
        if missing:
            detail = f"no column {_listed(missing)}; there are {_listed(self.columns)}"
            raise SourceError(self.name, "missing-column", detail)

    def __len__(self) -> int:
        return len(self._lines) - 1

    def rows(self, progress: Progress | None = None) -> Iterator[Row]:
        """Yield the whole rows; report those that have more or fewer values than the header."""
        at = 1
        while at < len(self._lines):
            length, values = self._record(at)
            row = Row(self.name, at + 1, dict(zip(self.columns, values or (), strict=False)), self._log)
            if self._lines[at].strip():
                self._log.rows += 1
                if values is not None and len(values) == len(self.columns):
                    yield row
                else:
                    self._report_broken(row, at, values)
            if progress and at // PROGRESS_EVERY != (at + length) // PROGRESS_EVERY:
                progress(at, len(self))
            at += length
        if progress:
            progress(len(self), len(self))

    def _report_broken(self, row: Row, at: int, values: list[str] | None) -> None:
        """Report a row that is not whole; raise SourceError where the file ends in the middle."""
        count = len(values or ())
        if values is None:
            reason, detail = "unclosed-quote", "a quote is opened and not closed"
        else:
            reason = "too-few-values" if count < len(self.columns) else "too-many-values"
            detail = f"{count} values for {len(self.columns)} columns"
        last = at == len(self._lines) - 1
        if last and reason != "too-many-values" and not self._lines[at].endswith("\n"):
            where = f"the file is cut off in its last line, {row.line}: {detail}"
            raise SourceError(self.name, "truncated", where)
        try:
            row.reject("", self._lines[at][:80].rstrip(), reason, detail)
        except RowRejectedError as error:
            self._log.add(error)

    def _record(self, at: int) -> tuple[int, list[str] | None]:
        """Return how many lines the record at a line spans, and its values; None if it never ends.

        A stray quote would swallow what follows: when the record does not close soon and cleanly
        with the right number of values, the line stands alone.
        """
        values = self._split(self._lines[at])
        if values is not None:
            return 1, values
        text = self._lines[at]
        for length, line in enumerate(self._lines[at + 1 : at + LONGEST_RECORD], start=2):
            text += line
            if '"' in line:
                try:
                    values = next(csv.reader([text], delimiter=self._delimiter, strict=True))
                except csv.Error as error:
                    if _UNCLOSED in str(error):
                        continue
                    break
                return (length, values) if len(values) == len(self.columns) else (1, None)
        return 1, None

    def _split(self, text: str) -> list[str] | None:
        """Return a line's values; None where a quote is left open."""
        line = text.rstrip("\n")
        if not self._quoted:
            return [_unquote(value) for value in line.split(self._delimiter)]
        try:
            return next(csv.reader([line], delimiter=self._delimiter, strict=True), [])
        except csv.Error as error:
            if _UNCLOSED in str(error):
                return None
            return next(csv.reader([line], delimiter=self._delimiter), [])

    def _decode(self, path: Path) -> str:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise SourceError(self.name, "unreadable", error.strerror or str(error)) from error
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in data[:4096]:
            raise SourceError(self.name, "wrong-encoding", "not UTF-8 but UTF-16 or binary")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            row = Row(self.name, line, {}, self._log)
            detail = "not UTF-8; the file was read as Windows-1252"
            row.repair("", repr(data[error.start : error.end]), "wrong-encoding", detail)
            return data.decode("cp1252", errors="replace")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _unquote(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('""', '"')
    return value
