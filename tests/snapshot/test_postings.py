from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selvedge.errors import DamagedPart
from selvedge.snapshot.postings import Postings, encode_postings, from_ranks, is_dense, to_ranks

Sets = tuple[int, list[set[int]]]


@st.composite
def sets(draw: st.DrawFn) -> Sets:
    size = draw(st.integers(0, 200))
    ranks = st.sets(st.integers(0, size - 1)) if size else st.just(set())
    return size, draw(st.lists(ranks, max_size=6))


def encoded(size: int, sets: list[set[int]]) -> Postings:
    return Postings(memoryview(encode_postings([sorted(one) for one in sets], size)))


@given(sets())
def test_sets_survive_encoding(made: Sets) -> None:
    size, sets = made
    postings = encoded(size, sets)
    assert [set(to_ranks(postings.bits(at), size)) for at in range(len(postings))] == sets
    assert [postings.count(at) for at in range(len(postings))] == [len(one) for one in sets]


@given(sets())
def test_contains_agrees_with_the_set(made: Sets) -> None:
    size, sets = made
    postings = encoded(size, sets)
    for at, one in enumerate(sets):
        assert {rank for rank in range(size) if postings.contains(at, rank)} == one


def test_whichever_form_is_shorter_is_stored() -> None:
    assert not is_dense(3, 128)
    assert is_dense(4, 128)
    assert len(encode_postings([list(range(100))], 100)) < len(encode_postings([list(range(30))], 1000))


@given(st.sets(st.integers(0, 300)), st.integers(1, 40))
def test_the_lowest_ranks_come_first(ranks: set[int], limit: int) -> None:
    assert to_ranks(from_ranks(sorted(ranks), 301), limit) == sorted(ranks)[:limit]


@given(sets(), st.data())
def test_cut_postings_are_damage(made: Sets, data: st.DataObject) -> None:
    size, sets = made
    section = encode_postings([sorted(one) for one in sets], size)
    cut = data.draw(st.integers(0, len(section) - 1))
    with pytest.raises(DamagedPart):
        Postings(memoryview(section[:cut]))
