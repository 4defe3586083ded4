"""Delimited text to rows, so that one broken line never takes its neighbours along."""

from __future__ import annotations

import csv
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
        self._lines = self._decode(path).splitlines(keepends=True)
        if not self._lines or not self._lines[0].strip():
            raise SourceError(self.name, "empty", "the file is empty")
        self.columns = [name.strip() for name in self._split(self._lines[0])]
        missing = [name for name in needs if name not in self.columns]
        if missing:
            detail = f"no column {', '.join(missing)}; there are {', '.join(self.columns)}"
            raise SourceError(self.name, "missing-column", detail)

    def __len__(self) -> int:
        return len(self._lines) - 1

    def rows(self, progress: Progress | None = None) -> Iterator[Row]:
        """Yield the whole rows; report those that have more or fewer values than the header."""
        at = 1
        while at < len(self._lines):
            length, values = self._record(at)
            row = Row(self.name, at + 1, dict(zip(self.columns, values, strict=False)), self._log)
            if any(value.strip() for value in values):
                self._log.rows += 1
                if len(values) == len(self.columns):
                    yield row
                else:
                    self._report_length(row, at, len(values))
            if progress and at // PROGRESS_EVERY != (at + length) // PROGRESS_EVERY:
                progress(at, len(self))
            at += length
        if progress:
            progress(len(self), len(self))

    def _report_length(self, row: Row, at: int, count: int) -> None:
        last = at == len(self._lines) - 1
        detail = f"{count} values for {len(self.columns)} columns"
        if last and count < len(self.columns) and not self._lines[at].endswith("\n"):
            where = f"the file is cut off in its last line, {row.line}: {detail}"
            raise SourceError(self.name, "truncated", where)
        reason = "too-few-values" if count < len(self.columns) else "too-many-values"
        try:
            row.reject("", self._lines[at][:80].rstrip(), reason, detail)
        except RowRejectedError as error:
            self._log.add(error)

    def _record(self, at: int) -> tuple[int, list[str]]:
        """Return how many lines the record at a line spans, and its values.

        A stray quote would swallow what follows: when the record does not close soon, or closes with
        a wrong number of values, the line stands alone.
        """
        if not self._quoted or self._lines[at].count('"') % 2 == 0:
            return 1, self._split(self._lines[at])
        text = self._lines[at]
        for length in range(2, LONGEST_RECORD + 1):
            more = "".join(self._lines[at + length - 1 : at + length])
            text += more
            if more.count('"') % 2:
                values = self._split(text)
                if len(values) == len(self.columns):
                    return length, values
                break
        return 1, self._split(self._lines[at])

    def _split(self, text: str) -> list[str]:
        line = text.rstrip("\r\n")
        if self._quoted:
            return next(csv.reader([line], delimiter=self._delimiter), [])
        return [_unquote(value) for value in line.split(self._delimiter)]

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


def _unquote(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('""', '"')
    return value
