"""The session model's part: sections of a container, specified in docs/snapshot-format.md.

`head` is MessagePack. Everything else is an array over the part's own bytes: nothing is decoded per row, and
no Python object exists for a neighbour. Items are numbered from 0 in the order of their ordinals.

| section | content |
|---|---|
| `ordinals` | u32 a known item, ascending; left out where item n is ordinal n |
| `starts` | u32 an item and one more: where its row begins |
| `neighbours` | u16 a neighbour: its item, the strongest first in each row |
| `weights` | u8 a neighbour: its weight is `ceiling * fall ** (255 - code)` |
| `repeats` | u8 a kind of click (`KINDS`) an item: P(the item is clicked once more), in 255ths |
| `popular` | u16: items that fill up what rows leave empty, the most clicked first |
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING

import msgspec

from selvedge.errors import DamagedPart, UnsupportedFormat
from selvedge.snapshot.container import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 1
KINDS = 4
"""What the newest click was: the session's first, a new item, the same again, a return to an earlier one."""

MAX_ITEMS = 65_535
MAX_REACH = 128
MAX_POSITIONS = 12
CODES = 256


class Head(msgspec.Struct, frozen=True):
    """What a part says about itself, and the few numbers that are not by item.

    `positions` are weights of a session's distinct items, the newest first; of the row at each position the
    first `reach` neighbours count. `returns` are, by kind of click and by position from 1, what is added for
    an item of the session itself, as a share of what all rows add up to.
    """

    format: int
    model: str
    version: str
    items: int
    ceiling: float
    fall: float
    positions: tuple[float, ...]
    reach: tuple[int, ...]
    returns: tuple[tuple[float, ...], ...]
    repeat: float
    """What the odds of a repeat are multiplied by."""


class Arrays(msgspec.Struct, frozen=True):
    """A model's arrays, as bytes."""

    ordinals: bytes
    starts: bytes
    neighbours: bytes
    weights: bytes
    repeats: bytes
    popular: bytes


_decoder = msgspec.msgpack.Decoder(Head)
_encoder = msgspec.msgpack.Encoder(order="sorted")


class _Format(msgspec.Struct, frozen=True):
    format: int


_format_decoder = msgspec.msgpack.Decoder(_Format)


def encode(head: Head, arrays: Arrays) -> bytes:
    """Return the part. Raises `OversizedPart`."""
    sections = {"head": _encoder.encode(head), **msgspec.structs.asdict(arrays)}
    return pack({name: data for name, data in sections.items() if name != "ordinals" or data})


class SessionRows:
    """The rows and priors of a part, as views on its bytes."""

    def __init__(self, sections: Mapping[str, memoryview]) -> None:
        """Check that the arrays fit together. Raises `DamagedPart` or `UnsupportedFormat`."""
        try:
            self.head = _head(sections["head"])
            self._ordinals = sections["ordinals"].cast("I") if "ordinals" in sections else None
            self.starts = sections["starts"].cast("I")
            self.neighbours = sections["neighbours"].cast("H")
            self.weights = sections["weights"]
            self.repeats = sections["repeats"]
            self.popular = sections["popular"].cast("H")
        except (KeyError, TypeError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise DamagedPart(f"unreadable session model: {error}") from error
        self._check()

    @classmethod
    def decode(cls, part: bytes) -> SessionRows:
        """Open a part. Raises one of the `SnapshotError`s."""
        return cls(unpack(part))

    def item(self, ordinal: int) -> int | None:
        """The item with this ordinal, or None where the model does not know it."""
        if self._ordinals is None:
            return ordinal if 0 <= ordinal < self.head.items else None
        at = bisect_left(self._ordinals, ordinal)
        return at if at < self.head.items and self._ordinals[at] == ordinal else None

    def ordinal(self, item: int) -> int:
        """The ordinal of an item. Raises `DamagedPart` for a number that no item has."""
        if item >= self.head.items:
            raise DamagedPart(f"neighbour {item} of a session model with {self.head.items} items")
        return item if self._ordinals is None else self._ordinals[item]

    def weight_table(self, factor: float) -> list[float]:
        """The weight of every code, times `factor`; by multiplication alone, which is equal everywhere."""
        weights = [self.head.ceiling * factor]
        for _ in range(CODES - 1):
            weights.append(weights[-1] * self.head.fall)
        return weights[::-1]

    def _check(self) -> None:
        head = self.head
        count = len(self.neighbours)
        sizes = (
            len(self.starts) == head.items + 1,
            self._ordinals is None or len(self._ordinals) == head.items,
            len(self.weights) == count,
            len(self.repeats) == head.items * KINDS,
            head.items <= MAX_ITEMS,
            0 < len(head.positions) == len(head.reach) <= MAX_POSITIONS,
            all(0 <= reach <= MAX_REACH for reach in head.reach),
            len(head.returns) == KINDS,
        )
        if not all(sizes):
            raise DamagedPart(f"the arrays of session model {head.version} do not fit together")
        starts = self.starts.tolist()
        if starts[0] != 0 or starts[-1] != count or starts != sorted(starts):
            raise DamagedPart(f"the rows of session model {head.version} overlap")
        numbers = (head.ceiling, head.fall, head.repeat, *head.positions, *sum(head.returns, ()))
        if not all(math.isfinite(number) and number >= 0 for number in numbers):
            raise DamagedPart(f"session model {head.version} has weights that are no weights")


def _head(section: memoryview) -> Head:
    found = _format_decoder.decode(section).format
    if found != FORMAT:
        raise UnsupportedFormat(f"session model format {found}; this reader knows {FORMAT}")
    return _decoder.decode(section)
