from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selvedge.ranking.order import FEW, AscendingOrder, BaseOrder, Position, SlicedOrder
from selvedge.snapshot.postings import from_ranks, to_ranks

if TYPE_CHECKING:
    from selvedge.ranking.order import Order

few = st.lists(st.integers(0, 15), min_size=1, max_size=20)
many = st.lists(st.integers(0, 15), min_size=2 * FEW, max_size=3 * FEW)


def slices(numbers: list[int]) -> list[int]:
    return [
        from_ranks([rank for rank, number in enumerate(numbers) if number >> bit & 1], len(numbers))
        for bit in range(4)
    ]


def walk(order: Order, candidates: int, count: int) -> list[int]:
    """All of `candidates` in order, `count` at a time."""
    found: list[Position] = []
    everyone = candidates.bit_count()
    while chunk := order.first(candidates, count):
        found += chunk
        assert len(chunk) <= count
        assert len(found) <= everyone, "an order repeats nothing"
        assert [place.number for place in chunk] == [order.number(place.rank) for place in chunk]
        candidates = order.following(candidates, chunk[-1])
    return [place.rank for place in found]


@pytest.mark.parametrize("sizes", [few, many], ids=["few", "many"])
def test_a_sliced_order_is_that_of_sorting(sizes: st.SearchStrategy[list[int]]) -> None:
    @given(sizes, st.data())
    def check(numbers: list[int], data: st.DataObject) -> None:
        everyone = list(range(len(numbers)))
        added = data.draw(st.dictionaries(st.sampled_from(everyone), st.integers(0, 40), max_size=6))
        left_out = data.draw(st.sets(st.sampled_from(everyone), max_size=8))
        ranks = [rank for rank in everyone if rank not in left_out]
        order = SlicedOrder(lambda: slices(numbers), numbers.__getitem__, added)
        truth = sorted(ranks, key=lambda rank: (-numbers[rank] - added.get(rank, 0), rank))
        count = data.draw(st.integers(1, 2 * len(numbers)))
        assert walk(order, from_ranks(ranks, len(numbers)), count) == truth

    check()


@pytest.mark.parametrize("sizes", [few, many], ids=["few", "many"])
def test_an_ascending_order_is_that_of_sorting(sizes: st.SearchStrategy[list[int]]) -> None:
    @given(sizes, st.integers(1, 70))
    def check(numbers: list[int], count: int) -> None:
        order = AscendingOrder(slices(numbers), numbers.__getitem__)
        truth = sorted(range(len(numbers)), key=lambda rank: (numbers[rank], rank))
        assert walk(order, (1 << len(numbers)) - 1, count) == truth

    check()


@given(st.integers(0, 2**90), st.integers(1, 30))
def test_the_base_order_is_that_of_ranks(candidates: int, count: int) -> None:
    assert walk(BaseOrder(), candidates, count) == to_ranks(candidates, 91)


def test_slices_are_not_made_for_a_few_products() -> None:
    def never() -> list[int]:
        raise AssertionError("a few products are scored one by one")

    order = SlicedOrder(never, lambda rank: rank)
    assert [place.rank for place in order.first(0b1011, 2)] == [3, 1]
