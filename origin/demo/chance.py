"""Seeded chance that gives the same results on every Python.

Only `Random.random()` is used: Python promises its sequence for a seed, but not that of its other
methods. What is drawn from it uses +, -, * and / alone, which IEEE 754 defines to the last bit.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Chance:
    """Draws from a seeded sequence."""

    def __init__(self, seed: int) -> None:
        self.unit = Random(seed).random  # noqa: S311 - a demo catalogue, not a secret
        """Draw from 0 up to and without 1."""

    def below(self, count: int) -> int:
        """Draw a whole number from 0 up to and without `count`."""
        return int(self.unit() * count)

    def between(self, low: int, high: int) -> int:
        """Draw a whole number from `low` to `high`, both included."""
        return low + int(self.unit() * (high - low + 1))

    def one_in(self, percent: float) -> bool:
        """Say yes in `percent` of the cases."""
        return self.unit() * 100 < percent

    def pick(self, items: Sequence[T]) -> T:
        """Draw one item, all alike."""
        return items[int(self.unit() * len(items))]


class Weighted:
    """Items drawn by their weights."""

    def __init__(self, weights: Sequence[float]) -> None:
        self._steps = list(accumulate(weights))

    def draw(self, chance: Chance) -> int:
        """Draw the index of an item."""
        at = bisect_right(self._steps, chance.unit() * self._steps[-1])
        return min(at, len(self._steps) - 1)


def zipf(count: int) -> Weighted:
    """Weigh `count` items as ranks of Zipf's law: the first twice the second, and so on."""
    return Weighted([1 / (rank + 1) for rank in range(count)])
