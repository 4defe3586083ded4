"""The container: one part's bytes as named sections. Specified in docs/snapshot-format.md.

    0   4  magic "SLVG"
    4   1  container version
    5   3  zero
    8   4  length of the whole part, u32
    12  4  length of the directory, u32
    16  .  directory: MessagePack map of section name to [offset, length]
    .   .  sections, each at a multiple of 8 bytes from the start, padded with zeros

All integers are little-endian. Offsets count from the start of the part.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec

from selvedge.errors import DamagedPart, OversizedPart, TruncatedPart, UnsupportedFormat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAGIC = b"SLVG"
VERSION = 1
PART_LIMIT = 5_000_000
"""Bytes that no part may exceed, so that a read stays short and swapping versions fits in memory."""

_HEADER = struct.Struct("<4sB3xII")
_ALIGNMENT = 8
_Directory = dict[str, tuple[int, int]]
_directory_decoder = msgspec.msgpack.Decoder(_Directory)


def pack(sections: Mapping[str, bytes]) -> bytes:
    """Return the part that holds `sections`, in their order; equal input gives equal bytes."""
    directory: _Directory = {}
    encoded = _encode_directory(dict.fromkeys(sections, (0, 0)))
    start = _aligned(_HEADER.size + len(encoded))
    position = start
    for name, data in sections.items():
        directory[name] = (position, len(data))
        position = _aligned(position + len(data))
    encoded = _encode_directory(directory)
    body = bytearray(position)
    _HEADER.pack_into(body, 0, MAGIC, VERSION, position, len(encoded))
    body[_HEADER.size : _HEADER.size + len(encoded)] = encoded
    for name, data in sections.items():
        offset, length = directory[name]
        body[offset : offset + length] = data
    if len(body) > PART_LIMIT:
        raise OversizedPart(f"{len(body)} bytes in sections {', '.join(sections)}")
    return bytes(body)


def pack_many(sections: Mapping[str, bytes], limit: int = PART_LIMIT - 65_536) -> list[bytes]:
    """Spread `sections` in order over as few parts of at most about `limit` bytes as a greedy fill gives."""
    parts: list[dict[str, bytes]] = [{}]
    size = 0
    for name, data in sections.items():
        if parts[-1] and size + len(data) > limit:
            parts.append({})
            size = 0
        parts[-1][name] = data
        size += len(data) + _ALIGNMENT
    return [pack(part) for part in parts]


def unpack(part: bytes) -> dict[str, memoryview]:
    """Return the sections of `part` as views on it.

    Raises `TruncatedPart`, `OversizedPart`, `UnsupportedFormat` or `DamagedPart`.
    """
    if len(part) < _HEADER.size:
        raise TruncatedPart(f"{len(part)} bytes are fewer than a header")
    magic, version, length, directory_length = _HEADER.unpack_from(part)
    if magic != MAGIC:
        raise UnsupportedFormat(f"not a Selvedge part: it starts with {magic!r}")
    if version != VERSION:
        raise UnsupportedFormat(f"container version {version}; this reader knows {VERSION}")
    if len(part) != length:
        error = TruncatedPart if len(part) < length else OversizedPart
        raise error(f"{len(part)} bytes where the header says {length}")
    view = memoryview(part)
    start = _HEADER.size + directory_length
    try:
        directory = _directory_decoder.decode(view[_HEADER.size : start])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamagedPart(f"unreadable directory: {error}") from error
    _check_bounds(directory.items(), start, length)
    return {name: view[offset : offset + size] for name, (offset, size) in directory.items()}


def _check_bounds(entries: Iterable[tuple[str, tuple[int, int]]], start: int, end: int) -> None:
    for name, (offset, size) in entries:
        if offset < start or size < 0 or offset + size > end or offset % _ALIGNMENT:
            raise DamagedPart(f"section {name!r} lies at {offset}+{size} of {end} bytes")


def _encode_directory(directory: _Directory) -> bytes:
    """MessagePack with every offset and length as a u32, so that its size depends on names alone."""
    pieces = [b"\xdf", struct.pack(">I", len(directory))]
    for name, (offset, length) in directory.items():
        pieces.append(msgspec.msgpack.encode(name))
        pieces.append(struct.pack(">BBIBI", 0x92, 0xCE, offset, 0xCE, length))
    return b"".join(pieces)


def _aligned(position: int) -> int:
    return -(-position // _ALIGNMENT) * _ALIGNMENT
