"""Orders: which of two products comes first, exact over all that match.

An order gives every product a number; the higher number comes first, equals in base order. So each
page follows from the last product's (number, rank) alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from selvedge.ranking.slices import after, below, highest
from selvedge.snapshot.postings import from_ranks, remove, to_ranks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Position(msgspec.Struct, frozen=True, array_like=True):
    """A product's place in an order."""

    number: int
    rank: int

    def precedes(self, other: Position) -> bool:
        """Whether this place comes before `other`."""
        return (-self.number, self.rank) < (-other.number, other.rank)


class Order(Protocol):
    """An exact order over all products."""

    def number(self, rank: int) -> int:
        """The number of the product at `rank`."""
        ...

    def first(self, candidates: int, count: int) -> list[Position]:
        """The first `count` of `candidates`."""
        ...

    def following(self, candidates: int, position: Position) -> int:
        """The candidates that come after `position`."""
        ...


class BaseOrder:
    """The order of the snapshot itself; every number is 0."""

    def number(self, rank: int) -> int:  # noqa: ARG002 - the port's signature
        """Return 0."""
        return 0

    def first(self, candidates: int, count: int) -> list[Position]:
        """Return the lowest ranks."""
        return [Position(0, rank) for rank in to_ranks(candidates, count)]

    def following(self, candidates: int, position: Position) -> int:
        """Return the higher ranks."""
        return after(candidates, position.rank)


FEW = 60
"""Up to this many products are scored one by one, which is then cheaper than making slices."""


class SlicedOrder:
    """An order by bit-sliced numbers, and what a few products get on top of theirs.

    `slices` makes the slices when they are first needed; `score` gives the sliced number of one product.
    `added` are points by rank, none negative. Those among them that match are scored one by one.
    """

    def __init__(
        self,
        slices: Callable[[], Sequence[int]],
        score: Callable[[int], int],
        added: Mapping[int, int] | None = None,
    ) -> None:
        self._make_slices = slices
        self._made_slices: Sequence[int] | None = None
        self._score = score
        self._added = added or {}
        self._added_bits = from_ranks(self._added, max(self._added) + 1) if self._added else 0

    def number(self, rank: int) -> int:
        """Return the product's number."""
        return self._score(rank) + self._added.get(rank, 0)

    def first(self, candidates: int, count: int) -> list[Position]:
        """Return the first `count` of `candidates` in order."""
        score = self._score
        ranks = self._highest_sliced(remove(candidates, self._added_bits), count)
        found = [(-score(rank), rank) for rank in ranks]
        found += [(-self.number(rank), rank) for rank in self._raised(candidates)]
        found.sort()
        return [Position(-number, rank) for number, rank in found[:count]]

    def following(self, candidates: int, position: Position) -> int:
        """Return the candidates after `position`."""
        lower, equal = below(remove(candidates, self._added_bits), self._slices(), position.number)
        rest = lower | after(equal, position.rank)
        for rank in self._raised(candidates):
            if position.precedes(Position(self.number(rank), rank)):
                rest |= 1 << rank
        return rest

    def _raised(self, candidates: int) -> list[int]:
        """The candidates that get something on top."""
        return to_ranks(candidates & self._added_bits, len(self._added)) if self._added else []

    def _highest_sliced(self, candidates: int, count: int) -> list[int]:
        matching = candidates.bit_count()
        if matching <= max(FEW, count):
            return to_ranks(candidates, matching)
        certain, equal = highest(candidates, self._slices(), count)
        ranks = to_ranks(certain, count)
        if equal:
            ranks += to_ranks(equal, count - len(ranks))
        return ranks

    def _slices(self) -> Sequence[int]:
        if self._made_slices is None:
            self._made_slices = self._make_slices()
        return self._made_slices


class AscendingOrder:
    """The reverse of an order by bit-sliced numbers: the lower number comes first, equals in base order.

    Numbers are counted down from the highest that the slices can hold.
    """

    def __init__(self, slices: Sequence[int], score: Callable[[int], int]) -> None:
        top = (1 << len(slices)) - 1
        self._inverted = SlicedOrder(lambda: [~piece for piece in slices], lambda rank: top - score(rank))
        self.number = self._inverted.number
        self.first = self._inverted.first
        self.following = self._inverted.following
