from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from selvedge.snapshot.postings import to_ranks
from selvedge.snapshot.ranges import RangeColumn, encode_range

numbers = st.lists(st.none() | st.integers(0, 12) | st.integers(0, 2**32 - 1), max_size=60)
bound = st.none() | st.integers(0, 14) | st.integers(0, 2**32 - 1)


def column(values: list[int | None], *, with_codes: bool = False) -> RangeColumn:
    sections = encode_range("n", values, with_codes=with_codes)
    return RangeColumn({name: memoryview(data) for name, data in sections.items()}, "n", len(values))


@given(numbers, bound, bound)
def test_a_range_holds_the_values_between_its_bounds(
    values: list[int | None], low: int | None, high: int | None
) -> None:
    found = to_ranks(column(values).between(low, high), len(values))
    assert found == [
        rank
        for rank, value in enumerate(values)
        if value is not None and (low is None or low <= value) and (high is None or value <= high)
    ]


@given(numbers)
def test_each_value_can_be_read_back(values: list[int | None]) -> None:
    made = column(values, with_codes=True)
    assert all(made.value(rank) == value for rank, value in enumerate(values) if value is not None)


@given(numbers)
def test_slices_hold_the_codes(values: list[int | None]) -> None:
    made = column(values, with_codes=True)
    for rank, value in enumerate(values):
        if value is not None:
            assert sum((bits >> rank & 1) << at for at, bits in enumerate(made.slices)) == made.code(rank)


def test_more_distinct_values_than_short_codes_can_number_get_long_ones() -> None:
    values: list[int | None] = [*range(0xFFFF), None, 0xFFFF]
    made = column(values, with_codes=True)
    assert made.value(0xFFFF + 1) == 0xFFFF
    assert made.between(0xFFFE, None).bit_count() == 2
