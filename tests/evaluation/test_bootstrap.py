from __future__ import annotations

import pytest

from evaluation.bootstrap import compare
from evaluation.metrics import Lists
from evaluation.split import Question


def lists(hits: list[list[bool]]) -> Lists:
    questions = [Question(session, (0,), 1) for session, found in enumerate(hits) for _ in found]
    return Lists(questions, [[1] if hit else [2] for found in hits for hit in found])


def test_no_difference_has_no_interval() -> None:
    same = lists([[True, False]] * 30)
    found = compare(same, same, "hr", 20)
    assert (found.observed, found.low, found.high, found.above_zero) == (0, 0, 0, 0)


def test_a_difference_in_every_session_is_sure() -> None:
    found = compare(lists([[True, True]] * 30), lists([[True, False]] * 30), "hr", 20)
    assert (found.observed, found.low, found.high, found.above_zero) == (0.5, 0.5, 0.5, 1.0)


def test_a_difference_that_hangs_on_one_session_is_not() -> None:
    one = lists([[True] * 10, *[[False]] * 30])
    found = compare(one, lists([[False] * 10, *[[False]] * 30]), "hr", 20)
    assert found.observed == pytest.approx(10 / 40)
    assert found.low == 0.0
    assert 0.5 < found.above_zero < 0.75  # the session is drawn in 1 - 1/e of all draws


def test_sessions_are_drawn_whole() -> None:
    """Drawing questions one by one would make the interval half as wide."""
    one = lists([[True] * 4, [False] * 4] * 50)
    other = lists([[False] * 4, [False] * 4] * 50)
    found = compare(one, other, "hr", 20)
    assert found.high - found.low == pytest.approx(4 * 0.05, rel=0.15)
