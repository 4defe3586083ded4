from __future__ import annotations

from typing import TYPE_CHECKING

from evaluation.split import Question, Split, Visit, prepared
from origin.training.sessions import Session

if TYPE_CHECKING:
    from pathlib import Path


def test_items_that_training_had_not_are_unknown_in_what_is_seen_and_asked(tmp_path: Path) -> None:
    train, test = tmp_path / "train.txt", tmp_path / "test.txt"
    train.write_text("10 9\n", encoding="utf-8")
    test.write_text("9 11 10\n", encoding="utf-8")
    split = Split.read([train], test)
    assert split.visits == (Visit((1, 0), 0),)
    assert split.questions == (Question(0, (0,), -1), Question(0, (-1, 0), 1))


def test_the_tail_is_kept_back_from_training() -> None:
    sessions = [Session(str(at), at, ("A", f"B{at}")) for at in range(10)]
    split = Split.tail(sessions, 0.2)
    assert len(split.visits) == 8
    assert [question.target for question in split.questions] == [-1, -1]


def test_references_drop_repeats_and_the_longest_sessions() -> None:
    visits = [Visit((1, 2, 1), 0)] * 9 + [Visit(tuple(range(9)), 0)]
    found = prepared(visits, drop_repeats=True, drop_longest=80)
    assert found == [Visit((1, 2), 0)] * 9
    assert prepared(visits, drop_repeats=False, drop_longest=None) == visits
