"""What can go wrong with a whole import, as opposed to one row of it (see `report`)."""

from __future__ import annotations

from selvedge.errors import SelvedgeError
from selvedge.settings import BadSetting


class ImportFailedError(SelvedgeError):
    """Nothing could be imported. The message names the file, and the line or key, at fault."""


class SourceError(ImportFailedError):
    """A feed or table cannot be read at all: empty, cut off, binary, or without a needed column."""

    def __init__(self, source: str, reason: str, detail: str) -> None:
        super().__init__(f"{source}: {detail}")
        self.source = source
        self.reason = reason


class SettingsError(ImportFailedError, BadSetting):
    """A shop file or mapping is not valid; `key` is the dotted name of the entry at fault."""

    def __init__(self, source: str, key: str, detail: str) -> None:
        super().__init__(f"{source}: {key}: {detail}" if key else f"{source}: {detail}")
        self.source = source
        self.key = key


class ArchiveError(ImportFailedError):
    """A saved catalogue is damaged or of a version that this code does not read."""
