"""Range columns: a number per product, held bit-sliced so that comparisons are set operations.

The distinct values are numbered in ascending order; slice b is the set of products whose number has
bit b. Comparing all products with a bound then takes two or three set operations a slice (O'Neil and
Quass, "Improved query performance with variant indexes", 1997). Sections under a prefix:

    values   the distinct values, ascending, u32
    slices   postings: the slices from the lowest bit up, then the set of products that have a value
    codes    optional: the number of each product by rank, u16 or u32; all ones where it has no value
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from selvedge.snapshot.numbers import u16, u32
from selvedge.snapshot.postings import Postings, encode_postings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SHORT_CODES = 0xFFFF


class RangeColumn:
    """One number per product; products without one are in no range."""

    __slots__ = ("_codes", "_postings", "_slices", "present", "values")

    def __init__(self, sections: Mapping[str, memoryview], prefix: str, size: int) -> None:
        self.values = sections[f"{prefix}/values"].cast("I")
        self._postings = Postings(sections[f"{prefix}/slices"])
        self.present = self._postings.bits(len(self._postings) - 1)
        self._slices: list[int] | None = None
        codes = sections.get(f"{prefix}/codes")
        self._codes = codes and codes.cast("H" if len(codes) == 2 * size else "I")

    @property
    def slices(self) -> list[int]:
        """The slices from the lowest bit up."""
        if self._slices is None:
            self._slices = [self._postings.bits(at) for at in range(len(self._postings) - 1)]
        return self._slices

    def code(self, rank: int) -> int:
        """The number of the value of the product at `rank`, which must have one."""
        if self._codes is None:
            raise TypeError("this range column has no codes")
        return self._codes[rank]

    def value(self, rank: int) -> int:
        """The value of the product at `rank`, which must have one."""
        return self.values[self.code(rank)]

    def between(self, low: int | None, high: int | None) -> int:
        """The products whose value lies in `low`..`high`, both ends included; None is open."""
        first = 0 if low is None else bisect_left(self.values, low)
        last = len(self.values) if high is None else bisect_right(self.values, high)
        return self._from_code(first) ^ self._from_code(max(first, last))

    def _from_code(self, code: int) -> int:
        """The products whose code is `code` or higher.

        From the lowest bit up, one operation a slice: a 1 in `code` must be met, at a 0 having the bit is
        enough, whatever the lower ones are.
        """
        if code <= 0:
            return self.present
        if code >= len(self.values):
            return 0
        lowest = (code & -code).bit_length() - 1  # below it `code` has only zeros, which anything meets
        slices = self.slices
        reached = slices[lowest]
        for at in range(lowest + 1, len(slices)):
            reached = reached & slices[at] if code >> at & 1 else reached | slices[at]
        return reached


def encode_range(prefix: str, values: Sequence[int | None], *, with_codes: bool = False) -> dict[str, bytes]:
    """Return the sections of a column over `values`, one per product in rank order; None is no value."""
    size = len(values)
    distinct = sorted({value for value in values if value is not None})
    code_of = {value: code for code, value in enumerate(distinct)}
    width = max(0, len(distinct) - 1).bit_length()
    sets: list[list[int]] = [[] for _ in range(width + 1)]
    missing = _SHORT_CODES if len(distinct) < _SHORT_CODES else 0xFFFF_FFFF
    codes = [missing if value is None else code_of[value] for value in values]
    for rank, code in enumerate(codes):
        if code == missing:
            continue
        sets[width].append(rank)
        for bit in range(width):
            if code >> bit & 1:
                sets[bit].append(rank)
    sections = {
        f"{prefix}/values": u32(distinct),
        f"{prefix}/slices": encode_postings(sets, size),
    }
    if with_codes:
        sections[f"{prefix}/codes"] = u16(codes) if missing == _SHORT_CODES else u32(codes)
    return sections
