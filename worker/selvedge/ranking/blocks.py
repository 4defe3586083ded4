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
from selvedge.snapshot.postings import remove

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
        self._organic = remove(matches, self._taken(pin.rank for pin in pins))

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
            matches ^= self._order.following(matches, at.end)
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
        line = _Line(left, self._kinds)
        while line.remaining or waiting:
            if waiting and (waiting[0].place <= len(arranged) + 1 or not line.remaining):
                arranged.append(waiting.pop(0).rank)
            else:
                arranged.append(line.take(arranged))
        return arranged[len(shown) :]


class _Kinds:
    """Brand and category of products, and how many neighbours may share them.

    Both are single values, known by their numbers in the rows.
    """

    def __init__(self, index: Index, spread: Spread) -> None:
        self._index = index
        self.neighbours = spread.window - 1
        self.most = (spread.brand, spread.category)
        self._fields = [
            (index.row_offsets[field], index.row_offsets[field] + len(index.facets[field].info.values))
            for field in ("brand", "category")
        ]
        self._known: dict[int, tuple[int, int]] = {}

    def of(self, rank: int) -> tuple[int, int]:
        """The brand and the category of the product at `rank`."""
        kinds = self._known.get(rank)
        if kinds is None:
            brand = category = -1
            (first, end), (start, stop) = self._fields
            for number in self._index.row(rank):
                if first <= number < end:
                    brand = number
                elif start <= number < stop:
                    category = number
                elif brand >= 0 and category >= 0:
                    break
            kinds = self._known[rank] = (brand, category)
        return kinds


class _Line:
    """Products of a block waiting for their turn, as sets of positions: bit p is the p-th in the order."""

    def __init__(self, ranks: Sequence[int], kinds: _Kinds | None) -> None:
        self._ranks = ranks
        self._kinds = kinds
        self.remaining = (1 << len(ranks)) - 1
        self._holders: tuple[dict[int, int], dict[int, int]] = ({}, {})
        if kinds:
            brands, categories = self._holders
            for at, rank in enumerate(ranks):
                brand, category = kinds.of(rank)
                brands[brand] = brands.get(brand, 0) | 1 << at
                categories[category] = categories.get(category, 0) | 1 << at

    def take(self, before: Sequence[int]) -> int:
        """Return the one that breaks fewest rules after `before`, the first of equals; it waits no longer."""
        brand, category = self._crowded(before)
        fewest = (
            self.remaining & ~(brand | category)
            or self.remaining & (brand ^ category)
            or self.remaining & brand & category
        )
        lowest = fewest & -fewest
        self.remaining ^= lowest
        return self._ranks[lowest.bit_length() - 1]

    def _crowded(self, before: Sequence[int]) -> list[int]:
        """The positions of brands, and of categories, that the last neighbours hold as many of as may be."""
        crowded = [0, 0]
        if self._kinds is None:
            return crowded
        near = map(self._kinds.of, before[max(0, len(before) - self._kinds.neighbours) :])
        for at, (kinds, most) in enumerate(zip(zip(*near, strict=True), self._kinds.most, strict=False)):
            distinct = set(kinds)
            if len(kinds) - len(distinct) + 1 >= most:  # else no kind can occur that often
                for kind in distinct:
                    if kinds.count(kind) >= most:
                        crowded[at] |= self._holders[at].get(kind, 0)
        return crowded
