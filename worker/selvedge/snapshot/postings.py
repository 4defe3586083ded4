"""Postings: for each value of a field, the set of products that have it, as bits in rank order.

A set is dense (a bitset of `size` bits) where that is no longer than its ascending u32 list, else
sparse (that list). Which of the two follows from its cardinality, so no flag is stored.

    0   4        number of sets n, u32
    4   4        size: number of products, u32
    8   4(n+1)   start of each set from the start of the data, and the end of the last, u32
    .   4n       cardinality of each set, u32
    .   .        data

On this side a set is a Python int whose bit r is the product at rank r: AND, OR and counting then run
in C, which is what makes filtering 100,000 products a matter of microseconds.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from selvedge.errors import DamagedPart
from selvedge.snapshot.numbers import u32

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HEADER = struct.Struct("<II")
_NEXT = re.compile(rb"\0*+([^\0])")
"""A byte that is not zero with the zeros before it, which the matcher counts as one run."""

_BITS_OF_BYTE = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


HELD_BYTES = 6_000_000
"""What the ints of one field may take: 450 sets over 100,000 products."""

MIN_HELD = 64


class Postings:
    """The sets of one field, made into ints when first asked for and kept, as many as `HELD_BYTES` allow."""

    __slots__ = ("_cardinalities", "_data", "_ints", "_most", "_starts", "size")

    def __init__(self, section: memoryview) -> None:
        try:
            count, self.size = _HEADER.unpack_from(section)
            starts_end = _HEADER.size + 4 * (count + 1)
            self._starts = section[_HEADER.size : starts_end].cast("I")
            self._cardinalities = section[starts_end : starts_end + 4 * count].cast("I")
            self._data = section[starts_end + 4 * count :]
        except (struct.error, TypeError) as error:
            raise DamagedPart(f"postings cut short: {error}") from error
        whole = len(self._starts) == count + 1 and len(self._cardinalities) == count
        if not whole or self._starts[-1] != len(self._data):
            raise DamagedPart(f"postings of {count} sets hold {len(self._data)} bytes of data")
        self._ints: dict[int, int] = {}
        self._most = max(MIN_HELD, HELD_BYTES // (_dense_length(self.size) or 1))

    def __len__(self) -> int:
        return len(self._cardinalities)

    def count(self, index: int) -> int:
        """The number of products in set `index`."""
        return self._cardinalities[index]

    def bits(self, index: int) -> int:
        """Set `index` as an int."""
        bits = self._ints.get(index)
        if bits is None:
            bits = self._decode(index)
            if len(self._ints) >= self._most:
                self._ints.clear()
            self._ints[index] = bits
        return bits

    def contains(self, index: int, rank: int) -> bool:
        """Whether the product at `rank` is in set `index`, without decoding a dense set."""
        if not is_dense(self._cardinalities[index], self.size):
            return bool(self.bits(index) >> rank & 1)
        return bool(self._data[self._starts[index] + (rank >> 3)] >> (rank & 7) & 1)

    def _decode(self, index: int) -> int:
        data = self._data[self._starts[index] : self._starts[index + 1]]
        if is_dense(self._cardinalities[index], self.size):
            return int.from_bytes(data, "little")
        return from_ranks(data.cast("I"), self.size)


def encode_postings(sets: Sequence[Sequence[int]], size: int) -> bytes:
    """Return the section that holds `sets`, each of ascending ranks below `size`."""
    pieces: list[bytes] = []
    starts = [0]
    for ranks in sets:
        if is_dense(len(ranks), size):
            piece = from_ranks(ranks, size).to_bytes(_dense_length(size), "little")
        else:
            piece = u32(ranks)
        pieces.append(piece)
        starts.append(starts[-1] + len(piece))
    cardinalities = [len(ranks) for ranks in sets]
    return b"".join([u32([len(sets), size, *starts, *cardinalities]), *pieces])


def is_dense(cardinality: int, size: int) -> bool:
    """Whether a set of that cardinality is stored as a bitset."""
    return 4 * cardinality >= _dense_length(size)


def from_ranks(ranks: Iterable[int], size: int) -> int:
    """Return the int with exactly the bits `ranks`, each below `size`."""
    data = bytearray(_dense_length(size))
    for rank in ranks:
        data[rank >> 3] |= 1 << (rank & 7)
    return int.from_bytes(data, "little")


def remove(bits: int, others: int) -> int:
    """Return the products of `bits` that are not among `others`; `bits & ~others` takes twice as long."""
    return bits ^ (bits & others) if others else bits


def to_ranks(bits: int, limit: int) -> list[int]:
    """Return the lowest `limit` ranks in `bits`, ascending."""
    data = bits.to_bytes((bits.bit_length() + 7) >> 3, "little")
    ranks: list[int] = []
    for match in _NEXT.finditer(data):
        at = match.end() - 1
        ranks += [(at << 3) + bit for bit in _BITS_OF_BYTE[data[at]]]
        if len(ranks) >= limit:
            break
    return ranks[:limit]


def _dense_length(size: int) -> int:
    return (size + 7) >> 3
