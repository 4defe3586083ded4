"""Bit-sliced integers: a number per product as a list of sets, slice b holding those with bit b.

Adding, comparing and taking the highest are then set operations over all products at once (Rinfret,
O'Neil and O'Neil, "Bit-sliced index arithmetic", SIGMOD 2001), so an order is exact over every match
and costs a few dozen operations, however many match.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def add(columns: Sequence[Sequence[int]]) -> list[int]:
    """Return the slices of the sum of all sets in `columns`, where column b holds sets worth 2**b.

    Carry-save adders: three sets of one column become one there and one in the next.
    """
    pending = [list(column) for column in columns]
    total: list[int] = []
    at = 0
    while at < len(pending):
        column = pending[at]
        if len(column) > 1 and at + 1 == len(pending):
            pending.append([])
        while len(column) > 2:  # noqa: PLR2004 - a full adder takes three
            a, b, c = column.pop(), column.pop(), column.pop()
            half = a ^ b
            column.append(half ^ c)
            pending[at + 1].append((a & b) | (half & c))
        if len(column) > 1:
            a, b = column
            column[:] = (a ^ b,)
            pending[at + 1].append(a & b)
        total.append(column[0] if column else 0)
        at += 1
    return total


def highest(candidates: int, slices: Sequence[int], count: int) -> tuple[int, int]:
    """Return the `count` candidates with the highest numbers, as two sets.

    The first set is in for certain; the second are the equals at the threshold, of which only as many
    belong to the result as the first leaves room for.
    """
    certain, equal, room = 0, candidates, count
    for piece in reversed(slices):
        hit = equal & piece
        found = hit.bit_count()
        if found > room:
            equal = hit
        elif found:
            certain |= hit
            room -= found
            if not room:
                return certain, 0
            equal ^= hit
    return certain, equal


def below(candidates: int, slices: Sequence[int], number: int) -> tuple[int, int]:
    """Return the candidates whose number is lower than `number`, and those that have just that."""
    if number >> len(slices):  # higher than any number that the slices can hold
        return candidates, 0
    lower, equal = 0, candidates
    for at in range(len(slices) - 1, -1, -1):
        hit = equal & slices[at]
        if number >> at & 1:
            lower |= equal ^ hit
            equal = hit
        else:
            equal ^= hit
    return lower, equal


def after(candidates: int, rank: int) -> int:
    """Return the candidates that come after `rank` in the base order."""
    return candidates >> (rank + 1) << (rank + 1)
