"""A page of an order: the next products, each style once in its best colourway.

A product is shown if no colourway of its style that also matches comes before it. That needs no memory
of earlier pages: the siblings' places tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selvedge.ranking.order import Order, Position
    from selvedge.snapshot.index import Index


def page(
    index: Index,
    order: Order,
    matches: int,
    count: int,
    *,
    start: Position | None = None,
    every_colourway: bool = False,
    settled: int | None = None,
) -> list[Position]:
    """Return the next `count` places after `start`, fewer where the order ends.

    `settled` are those among `matches` that matched on earlier pages too, all unless given: only they can
    have been shown there.
    """
    before = matches if settled is None else settled
    rest = matches if start is None else order.following(matches, start)
    if every_colourway:
        return order.first(rest, count)
    shown: list[Position] = []
    styles: set[int] = set()
    wanted = count + count // 2
    while True:
        found = order.first(rest, wanted)
        for place in found:
            style = index.group_of[place.rank]
            if style in styles:
                continue
            styles.add(style)
            if start is None or not _shown_before(index, order, before, place.rank, start):
                shown.append(place)
                if len(shown) == count:
                    return shown
        if len(found) < wanted:
            return shown
        rest = order.following(rest, found[-1])


def _shown_before(index: Index, order: Order, settled: int, rank: int, start: Position) -> bool:
    """Whether another settled colourway of the style at `rank` lies at or before `start`."""
    siblings = index.siblings(rank)
    if len(siblings) == 1:
        return False
    for sibling in siblings:
        if sibling != rank and settled >> sibling & 1:
            number = order.number(sibling)
            if (-number, sibling) <= (-start.number, start.rank):
                return True
    return False
