from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from origin.training.counts import Counts
from origin.training.files import FileSource
from origin.training.job import Trained, number_by_name, train, write_whole
from origin.training.sessions import GivenSessions, Session
from origin.training.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from origin.training.sessions import SessionSource

SESSIONS = [Session("a", 20_000, ("A", "B")), Session("b", 20_003, ("B", "C"))]


def run(
    source: SessionSource, folder: Path, keep_days: int | None = None, only: Mapping[str, int] | None = None
) -> Trained:
    settings = Settings()
    with closing(Counts(folder / "counts.sqlite", settings.tally)) as counts:
        return train(
            counts,
            source,
            folder / "model.selvedge",
            lambda products: number_by_name(products) if only is None else only,
            settings,
            keep_days=keep_days,
            progress=lambda _step, _done, _total: None,
        )


def test_a_run_writes_the_model_that_it_tells_of(tmp_path: Path) -> None:
    trained = run(GivenSessions(SESSIONS), tmp_path)
    assert (trained.folded.added, trained.items, trained.clicks, trained.missing) == (2, 3, 4, 0)
    assert (tmp_path / "model.selvedge").stat().st_size == trained.bytes


def test_the_next_run_goes_on_from_the_counts(tmp_path: Path) -> None:
    run(GivenSessions(SESSIONS[:1]), tmp_path)
    run(GivenSessions(SESSIONS[1:]), tmp_path)
    in_two = (tmp_path / "model.selvedge").read_bytes()
    (tmp_path / "counts.sqlite").unlink()
    run(GivenSessions(SESSIONS), tmp_path)
    assert (tmp_path / "model.selvedge").read_bytes() == in_two


def test_who_withdrew_consent_or_was_erased_is_gone_at_the_next_build(tmp_path: Path) -> None:
    run(GivenSessions([*SESSIONS, Session("gone", 20_003, ("A", "C"))]), tmp_path)
    with_them = (tmp_path / "model.selvedge").read_bytes()
    assert run(GivenSessions((), removals=["gone"]), tmp_path).folded.removed == 1
    without = (tmp_path / "model.selvedge").read_bytes()
    (tmp_path / "counts.sqlite").unlink()
    run(GivenSessions(SESSIONS), tmp_path)
    assert (tmp_path / "model.selvedge").read_bytes() == without != with_them


def test_days_age_out(tmp_path: Path) -> None:
    assert run(GivenSessions(SESSIONS), tmp_path, keep_days=3).folded.aged_out == 1


def test_products_without_an_ordinal_are_counted(tmp_path: Path) -> None:
    assert run(GivenSessions(SESSIONS), tmp_path, only={"A": 1, "B": 2}).missing == 1


def test_a_run_that_fails_leaves_the_model_as_it_was(tmp_path: Path) -> None:
    run(GivenSessions(SESSIONS), tmp_path)
    before = (tmp_path / "model.selvedge").read_bytes()
    with pytest.raises(FileNotFoundError):
        run(FileSource([tmp_path / "missing.tsv"]), tmp_path)
    assert (tmp_path / "model.selvedge").read_bytes() == before


def test_an_interruption_while_writing_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "model"
    write_whole(path, b"before")
    with pytest.raises(TypeError):
        write_whole(path, "not bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"before"
    assert [one.name for one in tmp_path.iterdir()] == ["model"]


def test_names_are_numbered_decimals_first_and_by_value() -> None:
    assert number_by_name(["b", "10", "9", "a", "9"]) == {"9": 0, "10": 1, "a": 2, "b": 3}
