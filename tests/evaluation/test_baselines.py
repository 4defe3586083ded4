from __future__ import annotations

import pytest

from evaluation.baselines import BASELINES
from evaluation.split import Visit

VISITS = [
    Visit((1, 2, 3), 3),
    Visit((1, 2, 4), 3),
    Visit((5, 1, 6), 3),
    Visit((7, 7, 1), 3),
]


def recommended(name: str, *seen: int, count: int = 3) -> list[int]:
    return BASELINES[name](VISITS).recommend(seen, count)


def test_popular_items_are_the_same_for_everyone() -> None:
    assert recommended("popular", 4) == recommended("popular", 6) == [1, 2, 7]


def test_association_rules_know_no_direction() -> None:
    assert recommended("ar", 6, count=2) == [1, 5]
    assert recommended("ar", 7, count=2) == [1, 7]  # a pair with itself counts, as in session-rec


def test_sequential_rules_look_ahead_and_near_first() -> None:
    assert recommended("sr", 1) == [2, 6, 3]
    assert recommended("sr", 6) == []
    assert recommended("sr", 7, count=2) == [1, 7]


@pytest.mark.parametrize("name", ["sknn", "vsknn", "vstan"])
def test_neighbours_know_more_than_the_newest_item(name: str) -> None:
    with_five, without = (recommended(name, *seen, count=10) for seen in ((5, 1), (2, 1)))
    assert with_five.index(6) < with_five.index(3)
    assert without.index(6) > without.index(3)


@pytest.mark.parametrize("name", ["sknn", "vsknn", "vstan"])
def test_neighbours_of_nothing_known_are_none(name: str) -> None:
    assert recommended(name, -1, 99) == []


def test_vstan_prefers_newer_sessions() -> None:
    visits = [Visit((1, 2), 0), Visit((1, 3), 30)]
    assert BASELINES["vstan"](visits).recommend((1,), 3).index(3) < 2


@pytest.mark.parametrize("name", list(BASELINES))
def test_no_baseline_recommends_more_than_asked_or_anything_twice(name: str) -> None:
    found = recommended(name, 1, 2, 1, count=2)
    assert len(found) == len(set(found)) <= 2


def test_serenade_never_recommends_the_newest_item() -> None:
    assert 1 in BASELINES["vsknn"](VISITS).recommend((1,), 9)
    assert 1 not in BASELINES["vsknn"](VISITS, newest=False).recommend((1,), 9)
