from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from origin.training.files import (
    SESSIONS_A_DAY,
    Event,
    FileSource,
    UnusableSessions,
    read_events,
    read_sessions,
)
from origin.training.sessions import Session

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400


def write(folder: Path, text: str) -> Path:
    path = folder / "sessions.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_clicks_become_sessions_by_the_time_of_their_last_click(tmp_path: Path) -> None:
    rows = [("b", "X", 3.5 * DAY), ("a", "Y", 2 * DAY + 9), ("b", "Z", 3.4 * DAY), ("a", "X", 2 * DAY)]
    text = "SessionId\tItemId\tTime\n" + "".join(f"{s}\t{i}\t{t}\n" for s, i, t in rows)
    assert read_sessions(write(tmp_path, text)) == [
        Session("sessions.txt/a", 2, ("X", "Y")),
        Session("sessions.txt/b", 3, ("Z", "X")),
    ]


def test_columns_may_be_in_any_order_and_more_of_them(tmp_path: Path) -> None:
    text = "Time\tShop\tItemId\tSessionId\n86400\tnl\tX\ta\n86401\tnl\tY\ta\n"
    assert read_sessions(write(tmp_path, text)) == [Session("sessions.txt/a", 1, ("X", "Y"))]


def test_a_row_that_is_no_click_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnusableSessions, match="line 3"):
        read_sessions(write(tmp_path, "SessionId\tItemId\tTime\na\tX\t1\na\tY\n"))


@pytest.mark.parametrize("separator", [" ", ",", ", "])
def test_a_session_may_be_a_line(tmp_path: Path, separator: str) -> None:
    path = write(tmp_path, separator.join("XYZ") + "\n\n" + separator.join("YX") + "\n")
    assert [one.products for one in read_sessions(path)] == [("X", "Y", "Z"), ("Y", "X")]


def test_without_times_so_many_lines_are_a_day(tmp_path: Path) -> None:
    days = [one.day for one in read_sessions(write(tmp_path, "A B\n" * (SESSIONS_A_DAY + 1)))]
    assert days == [0] * SESSIONS_A_DAY + [1]


def test_packed_files_are_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "sessions.txt.gz"
    path.write_bytes(gzip.compress(b"1 2\n"))
    assert read_sessions(path) == [Session("sessions.txt.gz/0", 0, ("1", "2"))]


def test_every_position_of_a_session_is_an_event(tmp_path: Path) -> None:
    assert read_events(write(tmp_path, "A B C\n")) == [
        Event("sessions.txt/0", ("A",), "B"),
        Event("sessions.txt/0", ("A", "B"), "C"),
    ]


@pytest.mark.parametrize("text", ["A\tB\nA B\tC\nX\tY\n", "A B\tC\nA\tB\nX\tY\n"])
def test_prefixes_of_one_session_belong_together(tmp_path: Path, text: str) -> None:
    events = read_events(write(tmp_path, text))
    assert {(event.seen, event.target) for event in events} == {
        (("A",), "B"),
        (("A", "B"), "C"),
        (("X",), "Y"),
    }
    assert [event.session for event in events] == ["1", "1", "2"]


def test_prefixes_are_nothing_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(UnusableSessions, match="nothing to learn from"):
        read_sessions(write(tmp_path, "A B\tC\n"))


def test_a_line_without_what_came_next_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableSessions, match="line 2"):
        read_events(write(tmp_path, "A\tB\nA B\n"))


def test_a_source_of_several_files_gives_them_all(tmp_path: Path) -> None:
    path = write(tmp_path, "A B\n")
    source = FileSource([path, path])
    assert len(list(source.sessions())) == 2
    assert list(source.removals()) == []
