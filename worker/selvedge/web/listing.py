"""One page of a list: from an order and what it was frozen with to ranks and what marks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.ranking.blocks import BEGINNING, Arranged, Bookmark
from selvedge.ranking.page import page
from selvedge.web.items import UNMARKED, Mark

if TYPE_CHECKING:
    from selvedge.catalogue.query import Query
    from selvedge.ranking.affinity import Personal
    from selvedge.ranking.frozen import Frozen
    from selvedge.ranking.order import Order
    from selvedge.ranking.rulebook import Rulebook
    from selvedge.ranking.weights import Spread
    from selvedge.web.cursors import Cursor
    from selvedge.web.view import View


class Turn(msgspec.Struct, frozen=True):
    """A page's ranks, and where it leaves the list."""

    ranks: list[int]
    bookmark: Bookmark


def turn(
    view: View,
    order: Order,
    matches: int,
    query: Query,
    cursor: Cursor | None,
    frozen: Frozen,
    spread: Spread | None = None,
) -> Turn:
    """Return the page after `cursor`; a list without pins and spread is read straight off the order."""
    index, every = view.scope.index, query.every_colourway
    bookmark = cursor.bookmark if cursor else BEGINNING
    settled = matches if cursor is None or every else matches & _since_first_page(view, query, cursor)
    if frozen.pins or spread:
        arranged = Arranged(
            index, order, matches, pins=frozen.pins, spread=spread, every_colourway=every, settled=settled
        )
        return Turn(*arranged.page(query.limit, bookmark))
    places = page(
        index,
        order,
        matches,
        query.limit,
        start=bookmark.start,
        every_colourway=every,
        settled=settled,
    )
    return Turn([place.rank for place in places], Bookmark(places[-1] if places else bookmark.start))


def _since_first_page(view: View, query: Query, cursor: Cursor) -> int:
    """Return the products that, matching now, surely matched on all earlier pages of the list as well.

    Only these stand for their style where they come before a page: any other may not have been there to be
    shown. An isolate that still holds an older delta than the first page had goes by that one. What rules
    take out is the same on all pages (`check_cursor`).
    """
    scope, settled = view.scope, ~0
    if cursor.delta != view.edition.delta_number:
        settled &= ~scope.market.changed_since(cursor.delta)
    for instant in cursor.instants:
        if instant != evidence_instant(view):
            settled &= scope.at(instant).matches(query)
    return settled


def evidence_instant(view: View) -> int:
    """Return the last time (epoch seconds) at which any evidence began or ended, 0 before the first."""
    return view.scope.index.last_instant(view.scope.now) or 0


def categories(query: Query) -> frozenset[str]:
    """Return the categories that a query is limited to."""
    return frozenset(
        value
        for one in query.facet_filters
        if one.field == "category" and one.mode != "not"
        for value in one.values
    )


class Marker:
    """Says of each product of a list which rule put it there and, where asked, what its score is made of."""

    def __init__(
        self, rulebook: Rulebook, frozen: Frozen, ordered_at: int, explained: Personal | None = None
    ) -> None:
        self._rulebook = rulebook
        self._pinned = {pin.rank: rulebook.rules[pin.rule] for pin in frozen.pins}
        paid = [number for number in frozen.rules if rulebook.rules[number].sponsored]
        self._paid = [(rulebook.bits(number, ordered_at), rulebook.rules[number]) for number in paid]
        self._explained = explained
        self._order = explained.order() if explained else None
        self._silent = not self._pinned and not self._paid and explained is None

    def mark(self, rank: int) -> Mark:
        """Return what is to be said of the product at `rank`."""
        if self._silent:
            return UNMARKED
        pinned = self._pinned.get(rank)
        paid = next((one for bits, one in self._paid if bits >> rank & 1), None)
        # Whatever else has placed it: what somebody pays for is named, and marked.
        rule = paid if paid is not None and not (pinned and pinned.marked) else pinned
        named, sponsored = (None, False) if rule is None else (rule.id, rule.marked)
        if self._explained is None or self._order is None:
            return Mark(named, sponsored)
        score = self._order.number(rank) - self._explained.offset
        terms = self._explained.explain(rank, pinned.kind if pinned else None, pinned.id if pinned else None)
        return Mark(named, sponsored, score, tuple(terms))
