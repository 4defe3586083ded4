from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from origin.building import build
from selvedge.ranking.affinity import Personal
from selvedge.ranking.blocks import BEGINNING, BLOCK, Arranged, Bookmark, Pin
from selvedge.ranking.order import BaseOrder
from selvedge.ranking.signals import Signal
from selvedge.ranking.weights import Spread
from tests.ranking.conftest import index_of
from tests.wardrobe import NOW, garment, shop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.ranking.order import Order
    from selvedge.snapshot.index import Index

spreads = st.builds(Spread, st.integers(1, 6), st.integers(1, 6), st.integers(1, 6))


def ordered(
    index: Index, order: Order, matches: int, *, every: bool, without: Sequence[int] = ()
) -> list[int]:
    """Each style once, by sorting; without the styles of `without`."""
    ranks = [rank for rank in range(index.size) if matches >> rank & 1]
    ranks.sort(key=lambda rank: (-order.number(rank), rank))
    gone = {index.group_of[rank] for rank in without}
    seen = set(without) if every else gone
    found = []
    for rank in ranks:
        kind = rank if every else index.group_of[rank]
        if kind not in seen:
            seen.add(kind)
            found.append(rank)
    return found


def kinds(index: Index, rank: int) -> dict[str, str]:
    return dict(index.row_value(number) for number in index.row(rank))


def breaches(index: Index, before: list[int], rank: int, spread: Spread) -> int:
    near = [kinds(index, other) for other in (before[1 - spread.window :] if spread.window > 1 else [])]
    own = kinds(index, rank)
    return sum(
        most < spread.window and sum(other[field] == own[field] for other in near) >= most
        for field, most in (("brand", spread.brand), ("category", spread.category))
    )


def arranged(
    index: Index, order: Order, matches: int, pins: list[Pin], spread: Spread | None, *, every: bool
) -> list[int]:
    """The whole list by the rule as docs/ranking.md states it."""
    waiting = sorted((pin for pin in pins if matches >> pin.rank & 1), key=lambda pin: pin.place)
    rest = ordered(index, order, matches, every=every, without=[pin.rank for pin in waiting])
    found: list[int] = []
    first = True
    while rest or (first and waiting):
        room = BLOCK - (len(waiting) if first else 0)
        block, rest = rest[:room], rest[room:]
        done: list[int] = []
        while block or waiting:
            if waiting and (waiting[0].place <= len(done) + 1 or not block):
                done.append(waiting.pop(0).rank)
                continue
            chosen = min(
                block,
                key=lambda rank: (breaches(index, done, rank, spread) if spread else 0, block.index(rank)),
            )
            block.remove(chosen)
            done.append(chosen)
        found += done
        first = False
    return found


def walk(make: Arranged, counts: Sequence[int]) -> list[int]:
    found: list[int] = []
    bookmark = BEGINNING
    turn = 0
    while True:
        count = counts[turn % len(counts)]
        ranks, bookmark = make.page(count, again(bookmark))
        found += ranks
        if len(ranks) < count:
            return found
        turn += 1


def again(bookmark: Bookmark) -> Bookmark:
    """The bookmark as a cursor carries it."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(bookmark), type=Bookmark)


@st.composite
def pins_of(draw: st.DrawFn, index: Index) -> list[Pin]:
    places = draw(st.lists(st.integers(1, BLOCK), unique=True, max_size=5))
    pins: list[Pin] = []
    for number, place in enumerate(places):
        rank = draw(st.integers(0, index.size - 1))
        if index.group_of[rank] not in {index.group_of[pin.rank] for pin in pins}:
            pins.append(Pin(place, rank, number))
    return pins


def test_pages_of_any_length_make_up_the_list_that_the_rule_states(index: Index) -> None:
    @settings(max_examples=60, deadline=None)
    @given(
        st.data(), st.lists(st.integers(1, 60), min_size=1, max_size=4), st.none() | spreads, st.booleans()
    )
    def check(data: st.DataObject, counts: list[int], spread: Spread | None, every: bool) -> None:  # noqa: FBT001 - drawn
        signals = [Signal("affinity", "color", "black", data.draw(st.integers(0, 127)))]
        order = Personal(index, signals, NOW).order()
        everyone = (1 << index.size) - 1
        matches = data.draw(st.just(everyone) | st.integers(0, everyone) | st.integers(0, 1 << 30))
        pins = data.draw(pins_of(index))
        make = Arranged(index, order, matches, pins=pins, spread=spread, every_colourway=every)
        assert walk(make, counts) == arranged(index, order, matches, pins, spread, every=every)

    check()


def test_what_sells_out_or_comes_back_in_between_moves_nothing_over_the_edge_of_a_page(index: Index) -> None:
    @settings(max_examples=60, deadline=None)
    @given(st.data(), st.integers(1, 40), spreads)
    def check(data: st.DataObject, count: int, spread: Spread) -> None:
        everyone = (1 << index.size) - 1
        order, pins = BaseOrder(), data.draw(pins_of(index))
        always, found, bookmark, first = everyone, [], BEGINNING, True
        while True:
            gone = data.draw(st.sets(st.integers(0, index.size - 1), max_size=40))
            matches = everyone & ~sum(1 << rank for rank in gone)
            if first:  # who is pinned is decided with the first page
                pins, first = [pin for pin in pins if matches >> pin.rank & 1], False
            always &= matches
            make = Arranged(index, order, matches, pins=pins, spread=spread, every_colourway=True)
            ranks, bookmark = make.page(count, again(bookmark))
            found += ranks
            if len(ranks) < count:
                break
        assert len(set(found)) == len(found)
        assert {rank for rank in range(index.size) if always >> rank & 1} <= set(found)

    check()


def test_two_brands_alternate_and_a_single_one_keeps_its_order() -> None:
    products = [garment(f"p{number:02}", color="blue") for number in range(12)]
    brands = {f"style-p{number:02}": "Acme" if number < 8 else "Bolt" for number in range(12)}
    index = index_of(build(shop(*products, brands=brands), shop="acme"))
    spread = Spread(window=2, brand=1, category=2)
    ranks, _ = Arranged(index, BaseOrder(), (1 << 12) - 1, spread=spread).page(12)
    assert ranks == [0, 8, 1, 9, 2, 10, 3, 11, 4, 5, 6, 7]
    only_acme = (1 << 8) - 1
    assert Arranged(index, BaseOrder(), only_acme, spread=spread).page(12)[0] == list(range(8))


def test_a_page_that_ends_with_a_block_needs_no_memory(index: Index) -> None:
    make = Arranged(index, BaseOrder(), (1 << index.size) - 1, spread=Spread())
    _, bookmark = make.page(2 * BLOCK)
    assert bookmark.end is None
    assert bookmark.shown == ()
