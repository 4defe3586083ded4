"""Facet fields: which products have which value, now.

A dated field rests on evidence, and evidence begins and ends. Its stored sets hold at the time that the
snapshot was taken; what changes later is listed per value and applied when its time has come, so that
an expired certificate stops counting without a new snapshot. Sections of a field:

    facet/NAME            postings, one set per value
    facet/NAME/starts     dated only: start of each value's changes, and the end of the last, u32
    facet/NAME/at         dated only: when each change takes effect, epoch seconds, ascending per value, u32
    facet/NAME/change     dated only: rank x 2, plus 1 where the product gains the value, u32
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import msgspec

from selvedge.snapshot.numbers import u32
from selvedge.snapshot.postings import Postings, encode_postings, from_ranks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    Change = tuple[int, int, bool]
    """When (epoch seconds), at which rank, and whether the product gains the value."""


class FieldInfo(msgspec.Struct, frozen=True, array_like=True):
    """A field's name and values; `single` says that no product has two of them."""

    name: str
    values: tuple[str, ...]
    single: bool = False
    dated: bool = False


class Facet:
    """One field over all products of a snapshot."""

    __slots__ = ("_changes", "_index", "_postings", "info")

    def __init__(self, info: FieldInfo, sections: Mapping[str, memoryview]) -> None:
        self.info = info
        self._postings = Postings(sections[f"facet/{info.name}"])
        self._index = {value: at for at, value in enumerate(info.values)}
        self._changes = _Changes(info.name, sections, self._postings) if info.dated else None

    def index(self, value: str) -> int | None:
        """The position of `value`, or None where no product of the snapshot has it."""
        return self._index.get(value)

    def values(self) -> Collection[str]:
        """The values that some product has; containment is a look-up."""
        return self._index.keys()

    def stored_count(self, index: int) -> int:
        """How many products had value `index` when the snapshot was taken."""
        return self._postings.count(index)

    def bits(self, index: int, now: int) -> int:
        """The products that have value `index` at `now` (epoch seconds)."""
        if self._changes is not None:
            return self._changes.bits(index, now)
        return self._postings.bits(index)

    def all_bits(self, now: int) -> Iterator[int]:
        """The products that have each value at `now`, value by value."""
        if self._changes is not None:
            return (self._changes.bits(at, now) for at in range(len(self.info.values)))
        return map(self._postings.bits, range(len(self.info.values)))

    def contains(self, index: int, rank: int, now: int) -> bool:
        """Whether the product at `rank` has value `index` at `now`."""
        if self._changes is not None:
            return bool(self._changes.bits(index, now) >> rank & 1)
        return self._postings.contains(index, rank)


class _Changes:
    """Sets brought up to a time; the common case, a later `now`, applies only what is new."""

    __slots__ = ("_at", "_change", "_postings", "_starts", "_state")

    def __init__(self, name: str, sections: Mapping[str, memoryview], postings: Postings) -> None:
        self._postings = postings
        self._starts = sections[f"facet/{name}/starts"].cast("I")
        self._at = sections[f"facet/{name}/at"].cast("I")
        self._change = sections[f"facet/{name}/change"].cast("I")
        self._state: dict[int, tuple[int, int]] = {}

    def bits(self, index: int, now: int) -> int:
        start, end = self._starts[index], self._starts[index + 1]
        due = bisect_right(self._at, now, start, end)
        applied, bits = self._state.get(index, (start, -1))
        if applied == due and bits >= 0:
            return bits
        if applied > due or bits < 0:
            applied, bits = start, self._postings.bits(index)
        bits = self._apply(bits, applied, due)
        self._state[index] = (due, bits)
        return bits

    def _apply(self, bits: int, start: int, end: int) -> int:
        last = {change >> 1: change & 1 for change in self._change[start:end]}
        gained = from_ranks([rank for rank, gains in last.items() if gains], self._postings.size)
        lost = from_ranks([rank for rank, gains in last.items() if not gains], self._postings.size)
        return (bits | gained) & ~lost


def encode_facet(
    info: FieldInfo,
    sets: Sequence[Sequence[int]],
    size: int,
    changes: Sequence[Sequence[Change]] = (),
) -> dict[str, bytes]:
    """Return the sections of a field; `sets` and `changes` run parallel to `info.values`."""
    sections = {f"facet/{info.name}": encode_postings(sets, size)}
    if not info.dated:
        return sections
    starts, at, change = [0], [], []
    for of_value in changes:
        for when, rank, gains in sorted(of_value):
            at.append(when)
            change.append(rank << 1 | gains)
        starts.append(len(at))
    for name, numbers in (("starts", starts), ("at", at), ("change", change)):
        sections[f"facet/{info.name}/{name}"] = u32(numbers)
    return sections
