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
        found = data[:40].partition(b"\n")[0]
        raise ArchiveError(f"{path.name}: expected {HEADER.strip()!r}, found {found!r}")
    try:
        return msgspec.msgpack.decode(memoryview(data)[len(HEADER) :], type=Catalogue)
    except msgspec.DecodeError as error:
        raise ArchiveError(f"{path.name}: damaged: {error}") from error
