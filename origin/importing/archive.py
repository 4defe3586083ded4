"""Imported catalogues on disk: a header line with a version, then MessagePack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from origin.importing.errors import ArchiveError
from selvedge.catalogue.model import Catalogue

if TYPE_CHECKING:
    from pathlib import Path

HEADER = b"selvedge-catalogue 1\n"


def save_catalogue(catalogue: Catalogue, path: Path) -> None:
    """Write a catalogue whole or not at all; the same catalogue gives the same bytes."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(HEADER + msgspec.msgpack.encode(catalogue))
    part.replace(path)


def load_catalogue(path: Path) -> Catalogue:
    """Read what `save_catalogue` wrote. Raises ArchiveError where the file is not that."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArchiveError(f"{path.name}: {error.strerror or error}") from error
    if not data.startswith(HEADER):
        raise ArchiveError(f"{path.name}: {_why_not(data)}; `import` writes one")
    try:
        return msgspec.msgpack.decode(memoryview(data)[len(HEADER) :], type=Catalogue)
    except msgspec.DecodeError as error:
        raise ArchiveError(f"{path.name}: damaged: {error}") from error


def _why_not(data: bytes) -> str:
    if data.startswith(HEADER.partition(b" ")[0]):
        return "a catalogue file of another version of Selvedge"
    return "not a catalogue file" if data else "an empty file, not a catalogue file"
