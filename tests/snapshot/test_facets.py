from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from selvedge.snapshot.facets import Facet, FieldInfo, encode_facet
from selvedge.snapshot.postings import to_ranks

SIZE = 12
Changes = list[tuple[int, int, bool]]


def facet(held: set[int], changes: Changes) -> Facet:
    info = FieldInfo("certification", ("GOTS",), dated=True)
    sections = encode_facet(info, [sorted(held)], SIZE, [changes])
    return Facet(info, {name: memoryview(data) for name, data in sections.items()})


@st.composite
def histories(draw: st.DrawFn) -> tuple[set[int], Changes]:
    """Who holds a value at first, and what changes later: nobody gains what they have."""
    held = draw(st.sets(st.integers(0, SIZE - 1)))
    changes: Changes = []
    for rank in range(SIZE):
        has = rank in held
        for when in sorted(draw(st.sets(st.integers(1, 20), max_size=4))):
            has = not has
            changes.append((when, rank, has))
    return held, changes


@given(histories(), st.lists(st.integers(0, 22), min_size=1, max_size=8))
def test_a_dated_value_is_right_at_any_time_forwards_and_backwards(
    history: tuple[set[int], Changes], times: list[int]
) -> None:
    held, changes = history
    made = facet(held, changes)
    for now in times:
        expected = set(held)
        for when, rank, gains in sorted(changes):
            if when <= now:
                (expected.add if gains else expected.discard)(rank)
        assert set(to_ranks(made.bits(0, now), SIZE)) == expected
        assert {rank for rank in range(SIZE) if made.contains(0, rank, now)} == expected


def test_a_change_takes_effect_in_its_very_second() -> None:
    made = facet({3}, [(10, 3, False)])
    assert made.bits(0, 9) == 1 << 3
    assert made.bits(0, 10) == 0
    assert made.bits(0, 9) == 1 << 3


def test_the_count_is_that_of_the_time_when_the_snapshot_was_taken() -> None:
    made = facet({1, 2}, [(10, 1, False)])
    made.bits(0, 99)
    assert made.stored_count(0) == 2
