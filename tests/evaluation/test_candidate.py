"""What is served of a model: products once each, whole points, priorities that leave the model its lead."""

from __future__ import annotations

import pytest

from evaluation.candidate import Candidate, Served, train
from evaluation.split import Split
from origin.training.sessions import Session
from origin.training.settings import Settings

SESSIONS = [
    *(Session(f"{at} often", 20_000, ("a", "b")) for at in range(8)),
    *(Session(f"{at} seldom", 20_000, ("a", "c")) for at in range(2)),
    *(Session(f"{at} elsewhere", 20_000, ("d", "e", "f")) for at in range(9)),
]
SPLIT = Split(SESSIONS, ())
A, B, C, D, E, F = (SPLIT.ordinals[name] for name in "abcdef")


@pytest.fixture(scope="module")
def part() -> bytes:
    return train(SPLIT, Settings()).part


def test_without_repeats_and_ties_it_is_the_model_s_own_order(part: bytes) -> None:
    own = [one for one in Candidate(part).recommend([A], 6) if one in (B, C)]
    assert [one for one in Served(part).recommend([A], 6) if one in (B, C)] == own == [B, C]


def test_a_click_that_repeats_is_not_known_where_lists_are_served(part: bytes) -> None:
    served = Served(part)
    assert served.recommend([A, A, B, A], 6) == served.recommend([A, B], 6)


def test_a_priority_lifts_among_what_the_model_names_and_passes_none_of_it_from_outside(part: bytes) -> None:
    plain = Served(part).recommend([A], 3)
    assert Served(part, {C}, 96).recommend([A], 3)[0] == C != plain[0]
    outside = max(SPLIT.ordinals.values()) + 1
    found = Served(part, {outside}, 96).recommend([A], 7)
    before = set(found[: found.index(outside)])
    assert {B, C} <= before
    assert not {D, E, F} & before, "what only fills up has no such lead"
