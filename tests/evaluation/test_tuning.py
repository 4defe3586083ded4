from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from evaluation.choice import choose
from evaluation.split import Split
from evaluation.tune import write_settings
from evaluation.tuning import Search
from origin.training.sessions import Session
from origin.training.settings import RowSettings, Settings, read_all

if TYPE_CHECKING:
    from pathlib import Path

SESSIONS = [
    Session(str(at), at // 20, tuple(f"P{(at * at + step * 3) % 40}" for step in range(5)))
    for at in range(300)
]
SPLIT = Split.tail(SESSIONS, 0.1)


def quiet(_step: str, _done: int, _total: int) -> None:
    pass


def test_a_search_that_was_broken_off_ends_where_it_would_have_ended(tmp_path: Path) -> None:
    whole = Search(SPLIT, Settings(), 1, tmp_path / "whole.jsonl").run(8, quiet)
    Search(SPLIT, Settings(), 1, tmp_path / "broken.jsonl").run(3, quiet)
    assert Search(SPLIT, Settings(), 1, tmp_path / "broken.jsonl").run(8, quiet) == whole
    assert (tmp_path / "broken.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_a_search_of_something_else_begins_afresh(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    Search(SPLIT, Settings(), 1, path).run(3, quiet)
    Search(SPLIT, Settings(), 2, path).run(1, quiet)
    assert len(path.read_bytes().splitlines()) == 2


def test_a_search_is_never_worse_than_its_start(tmp_path: Path) -> None:
    search = Search(SPLIT, Settings(), 1, tmp_path / "state.jsonl")
    start = search.run(1, quiet)
    best = search.run(6, quiet)
    assert best.reached >= start.reached
    assert search.settings_of(start).rows == Settings().rows


def test_settings_are_chosen_on_the_tail_of_training() -> None:
    twice = [msgspec.structs.replace(one, products=tuple(sorted(one.products * 2))) for one in SESSIONS]
    never = Settings(rows=RowSettings(repeat=0.0))
    assert choose(twice, {"repeating": Settings(), "never": never}, quiet).name == "repeating"


def test_settings_are_written_as_they_are_read(tmp_path: Path) -> None:
    named = {"one": Settings(found='by "hand"'), "two": Settings(rows=RowSettings(hop=0.123, reach=7))}
    write_settings(named, tmp_path / "settings.toml")
    assert read_all(tmp_path / "settings.toml") == named


@pytest.mark.parametrize("name", sorted(read_all()))
def test_shipped_settings_say_how_they_were_found(name: str) -> None:
    assert read_all()[name].found
