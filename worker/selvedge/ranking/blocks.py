"""Blocks: the order cut into runs of 24, within which a list is arranged.

Brands and categories are spread, and pinned products put in their places, by permuting within a block
only; block n holds places 24n to 24n+23 of the list for everybody. So a page of any length may end
anywhere: a bookmark carries where the block in progress begins and ends and what of it has been shown.
It names products, not positions, so that one that sells out in between moves no other to a page that is
past, nor over one to come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.ranking.order import Position
from selvedge.ranking.page import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from selvedge.ranking.order import Order
    from selvedge.ranking.weights import Spread
    from selvedge.snapshot.index import Index

BLOCK = 24


class Pin(msgspec.Struct, frozen=True, array_like=True):
    """A product at a place of the first block, 1 to `BLOCK`, and the number of the rule that put it there."""

    place: int
    rank: int
    rule: int


class Bookmark(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ended: the block in progress begins after `start` (None: the first block).

    `end` is the last place of that block, and `shown` lists the ranks of it that were shown, in order; both
    are empty where the next block has not been begun.
    """

    start: Position | None = None
    end: Position | None = None
    shown: tuple[int, ...] = ()


BEGINNING = Bookmark()


class Arranged:
    """A list: an order over matches, arranged block by block."""

    def __init__(
        self,
        index: Index,
        order: Order,
        matches: int,
        *,
        pins: Sequence[Pin] = (),
        spread: Spread | None = None,
        every_colourway: bool = False,
    ) -> None:
        self._index = index
        self._order = order
        self._every = every_colourway
        self._pins = sorted((pin for pin in pins if matches >> pin.rank & 1), key=lambda pin: pin.place)
        self._kinds = _Kinds(index, spread) if spread else None
        self._organic = matches & ~self._taken(pin.rank for pin in pins)

    def page(self, count: int, bookmark: Bookmark = BEGINNING) -> tuple[list[int], Bookmark]:
        """Return the ranks of the next `count` products, fewer at the end, and where that leaves it."""
        found: list[int] = []
        while True:
            products, end, full = self._block(bookmark)
            wanted = count - len(found)
            if len(products) > wanted:
                found += products[:wanted]
                return found, Bookmark(bookmark.start, end, (*bookmark.shown, *products[:wanted]))
            found += products
            if not full or end is None:
                return found, Bookmark(bookmark.start, end, (*bookmark.shown, *products))
            bookmark = Bookmark(end)
            if len(found) == count:
                return found, bookmark

    def _block(self, at: Bookmark) -> tuple[list[int], Position | None, bool]:
        """Return what is left of a block in its arrangement, its end, and whether more may follow it."""
        pins = self._pins if at.start is None else []
        matches, room = self._organic, BLOCK - len(pins)
        if at.end is not None:
            matches &= ~self._order.following(matches, at.end)
            room = matches.bit_count()
        places = self._next(matches, room, at.start) if room else []
        end = at.end or (places[-1] if places else None)
        gone = self._taken(at.shown)
        left = [place.rank for place in places if not gone >> place.rank & 1]
        pinned = [pin for pin in pins if not gone >> pin.rank & 1]
        full = at.end is not None or len(places) == room
        return self._arrange(list(at.shown), left, pinned), end, full

    def _next(self, matches: int, count: int, start: Position | None) -> list[Position]:
        return page(self._index, self._order, matches, count, start=start, every_colourway=self._every)

    def _taken(self, ranks: Iterable[int]) -> int:
        """The products that give way to those at `ranks`: themselves or all of their styles."""
        taken = 0
        for rank in ranks:
            for sibling in (rank,) if self._every else self._index.siblings(rank):
                taken |= 1 << sibling
        return taken

    def _arrange(self, shown: list[int], left: list[int], pinned: list[Pin]) -> list[int]:
        arranged = list(shown)
        waiting = list(pinned)
        while left or waiting:
            if waiting and (waiting[0].place <= len(arranged) + 1 or not left):
                arranged.append(waiting.pop(0).rank)
            else:
                at = self._kinds.choose(arranged, left) if self._kinds else 0
                arranged.append(left.pop(at))
        return arranged[len(shown) :]


class _Kinds:
    """Brand and category of products, and which of several disturbs its neighbours least."""

    def __init__(self, index: Index, spread: Spread) -> None:
        self._index = index
        self._neighbours = spread.window - 1
        self._fields = [
            (index.row_offsets[field], index.row_offsets[field] + len(index.facets[field].info.values), most)
            for field, most in (("brand", spread.brand), ("category", spread.category))
            if most < spread.window
        ]
        self._known: dict[int, tuple[int, ...]] = {}

    def choose(self, before: Sequence[int], left: Sequence[int]) -> int:
        """Return where in `left` the one is that breaks fewest rules after `before`, the first of equals."""
        near = [self._of(rank) for rank in before[max(0, len(before) - self._neighbours) :]]
        best, fewest = 0, len(self._fields) + 1
        for at, rank in enumerate(left):
            breaches = self._breaches(near, self._of(rank))
            if breaches < fewest:
                best, fewest = at, breaches
            if not fewest:
                break
        return best

    def _breaches(self, near: Sequence[tuple[int, ...]], kinds: tuple[int, ...]) -> int:
        breaches = 0
        for at, (_, _, most) in enumerate(self._fields):
            kind = kinds[at]
            if sum(other[at] == kind for other in near) >= most:
                breaches += 1
        return breaches

    def _of(self, rank: int) -> tuple[int, ...]:
        kinds = self._known.get(rank)
        if kinds is None:
            row = self._index.row(rank)
            kinds = self._known[rank] = tuple(
                next((number for number in row if start <= number < end), -1)
                for start, end, _ in self._fields
            )
        return kinds
