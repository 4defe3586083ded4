"""Blocks: the order cut into runs of 24, within which a list is arranged.

Brands and categories are spread, and pinned products put in their places, by permuting within a block
only; block n holds places 24n to 24n+23 of the list for everybody. So a page of any length may end
anywhere: a bookmark carries where the block in progress begins and ends and what of it has been shown.
It names products, not positions, so that one that sells out in between moves no other to a page that is
past, nor over one to come.
"""

from __future__ import annotations

from collections import deque
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
    """A list: an order over matches, arranged block by block. `settled` is as for `page`."""

    def __init__(
        self,
        index: Index,
        order: Order,
        matches: int,
        *,
        pins: Sequence[Pin] = (),
        spread: Spread | None = None,
        every_colourway: bool = False,
        settled: int | None = None,
    ) -> None:
        self._index = index
        self._order = order
        self._every = every_colourway
        self._matches = matches
        self._settled = matches if settled is None else settled
        self._pins = sorted((pin for pin in pins if matches >> pin.rank & 1), key=lambda pin: pin.place)
        self._kinds = _Kinds(index, spread) if spread else None

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
            self._matches &= ~self._taken(products)  # one page never shows two colourways of a style

    def _block(self, at: Bookmark) -> tuple[list[int], Position | None, bool]:
        """Return what is left of a block in its arrangement, its end, and whether more may follow it."""
        pins = self._pins if at.start is None else []
        matches, room = self._organic(first=at.start is None), BLOCK - len(pins)
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

    def _organic(self, *, first: bool) -> int:
        """What pins leave to the order: beyond the first block only those count that surely stood in it."""
        there = self._matches if first else self._settled
        return self._matches & ~self._taken(pin.rank for pin in self._pins if there >> pin.rank & 1)

    def _next(self, matches: int, count: int, start: Position | None) -> list[Position]:
        return page(
            self._index,
            self._order,
            matches,
            count,
            start=start,
            every_colourway=self._every,
            settled=matches & self._settled,
        )

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
        line = _Line(left, arranged, self._kinds)
        while line or waiting:
            if waiting and (waiting[0].place <= len(arranged) + 1 or not line):
                arranged.append(waiting.pop(0).rank)
                line.follow(arranged[-1])
            else:
                arranged.append(line.take())
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
    """Products of a block waiting for their turn, after those `before` them.

    Counts how many of the last neighbours are of which brand and category, as each product follows.
    """

    def __init__(self, ranks: Sequence[int], before: Sequence[int], kinds: _Kinds | None) -> None:
        self._kinds = kinds
        self._waiting = [(rank, kinds.of(rank) if kinds else (0, 0)) for rank in ranks]
        self._near: deque[tuple[int, int]] = deque()
        self._brands: dict[int, int] = {}
        self._categories: dict[int, int] = {}
        if kinds:
            for rank in before[max(0, len(before) - kinds.neighbours) :]:
                self.follow(rank)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def take(self) -> int:
        """Return the one that breaks fewest rules here, the first of equals; it waits no longer."""
        if self._kinds is None:
            return self._waiting.pop(0)[0]
        brands, categories, (most_of_brand, most_of_category) = (
            self._brands,
            self._categories,
            self._kinds.most,
        )
        chosen, fewest = 0, len(self._kinds.most) + 1
        for at, (_, (brand, category)) in enumerate(self._waiting):
            broken = (brand in brands and brands[brand] >= most_of_brand) + (
                category in categories and categories[category] >= most_of_category
            )
            if broken < fewest:
                chosen, fewest = at, broken
                if not broken:
                    break
        rank, kind = self._waiting.pop(chosen)
        self._note(kind)
        return rank

    def follow(self, rank: int) -> None:
        """Note a product that was put at the end of what is arranged, whatever the line says."""
        if self._kinds:
            self._note(self._kinds.of(rank))

    def _note(self, kind: tuple[int, int]) -> None:
        near, brands, categories = self._near, self._brands, self._categories
        near.append(kind)
        brand, category = kind
        brands[brand] = brands[brand] + 1 if brand in brands else 1
        categories[category] = categories[category] + 1 if category in categories else 1
        if self._kinds and len(near) > self._kinds.neighbours:
            brand, category = near.popleft()
            brands[brand] -= 1
            categories[category] -= 1
