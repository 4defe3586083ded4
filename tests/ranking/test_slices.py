from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from selvedge.ranking.slices import add, after, below, highest
from selvedge.snapshot.postings import from_ranks, to_ranks

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE = 40
numbers = st.lists(st.integers(0, 31), min_size=SIZE, max_size=SIZE)
subsets = st.integers(0, 2**SIZE - 1)


def sliced(numbers: Sequence[int], width: int = 5) -> list[int]:
    return [
        from_ranks([at for at, number in enumerate(numbers) if number >> bit & 1], SIZE)
        for bit in range(width)
    ]


def read(slices: Sequence[int], at: int) -> int:
    return sum((bits >> at & 1) << bit for bit, bits in enumerate(slices))


@given(st.lists(st.lists(subsets, max_size=9), max_size=5))
def test_a_sum_of_sets_is_the_sum_for_each_product(columns: list[list[int]]) -> None:
    total = add(columns)
    for at in range(SIZE):
        expected = sum((bits >> at & 1) << bit for bit, column in enumerate(columns) for bits in column)
        assert read(total, at) == expected


@given(numbers, subsets, st.integers(1, SIZE))
def test_the_highest_are_those_that_sorting_finds(numbers: list[int], candidates: int, count: int) -> None:
    certain, equal = highest(candidates, sliced(numbers), count)
    ordered = sorted(to_ranks(candidates, SIZE), key=lambda at: (-numbers[at], at))[:count]
    found = to_ranks(certain, SIZE)
    found += to_ranks(equal, count - len(found))
    assert sorted(found) == sorted(ordered)


@given(numbers, subsets, st.integers(0, 100))
def test_below_and_equal_are_told_apart_at_any_number(
    numbers: list[int], candidates: int, number: int
) -> None:
    lower, equal = below(candidates, sliced(numbers), number)
    ranks = to_ranks(candidates, SIZE)
    assert to_ranks(lower, SIZE) == [at for at in ranks if numbers[at] < number]
    assert to_ranks(equal, SIZE) == [at for at in ranks if numbers[at] == number]


@given(subsets, st.integers(0, SIZE))
def test_after_leaves_the_higher_ranks(candidates: int, rank: int) -> None:
    assert to_ranks(after(candidates, rank), SIZE) == [at for at in to_ranks(candidates, SIZE) if at > rank]
