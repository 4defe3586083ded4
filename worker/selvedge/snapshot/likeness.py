"""Styles whose words are like a style's, found when the version is built.

Sections under a prefix, rows of one length for all styles:

    PREFIX/neighbours   styles, the most alike first, u16, or u32 from 65,536 styles on
    PREFIX/weights      how much alike they are in 255ths, u8; 0 where a row has no more

A version none of whose styles share words has no such sections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from selvedge.errors import DamagedPart
from selvedge.snapshot.numbers import u16, u32

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ALIKE = 255
"""The weight of a style that says the very same."""

_SHORT = 1 << 16


class Likeness:
    """A short row of neighbours for every style; no Python object exists for any of them."""

    __slots__ = ("_neighbours", "_reach", "_weights")

    def __init__(self, sections: Mapping[str, memoryview], prefix: str, styles: int) -> None:
        """Open the rows of so many styles. Raises `DamagedPart`."""
        if f"{prefix}/weights" not in sections or not styles:
            self._reach = 0
            return
        self._weights = sections[f"{prefix}/weights"]
        self._neighbours = sections[f"{prefix}/neighbours"].cast("H" if styles < _SHORT else "I")
        self._reach, rest = divmod(len(self._weights), styles)
        if rest or len(self._neighbours) != len(self._weights):
            raise DamagedPart(f"the rows under {prefix!r} are not those of {styles} styles")

    def row(self, style: int) -> Iterable[tuple[int, int]]:
        """The styles like `style` with their weights, 1 to `ALIKE`, the most alike first."""
        if not self._reach:
            return ()
        start = style * self._reach
        end = start + self._reach
        weights = self._weights[start:end].tobytes().rstrip(b"\0")
        return zip(self._neighbours[start:end], weights, strict=False)


def encode_likeness(prefix: str, rows: Sequence[Sequence[tuple[int, int]]]) -> dict[str, bytes]:
    """Return the sections of `rows`, (style, weight) each; none where all rows are empty."""
    reach = max(map(len, rows), default=0)
    if not reach:
        return {}
    padded = [pair for row in rows for pair in (*row, *[(0, 0)] * (reach - len(row)))]
    pack = u16 if len(rows) < _SHORT else u32
    return {
        f"{prefix}/neighbours": pack([style for style, _ in padded]),
        f"{prefix}/weights": bytes(weight for _, weight in padded),
    }
