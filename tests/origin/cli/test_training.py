from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from origin.cli.exits import Exit
from origin.training.counts import BATCH
from selvedge.sessions.part import SessionRows
from selvedge.snapshot.loaded import SESSIONS
from tests.origin.cli.conftest import CATALOGUE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.origin.cli.conftest import Desk

FIRST, SECOND = (product.id for product in CATALOGUE.products[:2])


def sessions(desk: Desk, *lines: str) -> Path:
    path = desk.folder / "sessions.txt"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_a_model_about_the_newest_snapshot_s_products_travels_in_the_next(desk: Desk) -> None:
    desk.build()
    model = desk.folder / "model"
    trained = desk.json("train", str(sessions(desk, f"{FIRST} {SECOND} unknown")), "-o", str(model))
    assert (trained["items"], trained["missing"], trained["folded"]["added"]) == (2, 1, 1)
    built = desk.json("snapshot", "build", "--model", str(model), str(desk.catalogue))
    parts = desk.json("snapshot", "inspect", built["folder"])
    assert SESSIONS in str(parts)


def test_counts_go_on_from_run_to_run(desk: Desk) -> None:
    files = [str(sessions(desk, "1 2", "2 3"))]
    ask = ("train", "--by-name", "--counts", str(desk.folder / "counts"), "-o", str(desk.folder / "model"))
    assert desk.json(*ask, *files)["folded"]["added"] == 2
    sessions(desk, "1 2", "2 3", "3 1")
    assert desk.json(*ask, *files)["folded"] == {
        "added": 1,
        "replaced": 0,
        "removed": 0,
        "aged_out": 0,
        "counters": 4,
    }
    assert "aged" in desk.run(*ask, *files).stdout


def test_files_without_a_catalogue_are_numbered_by_name(desk: Desk) -> None:
    model = desk.folder / "model"
    desk.run("train", "--by-name", "-o", str(model), str(sessions(desk, "10 9 10")))
    assert SessionRows.decode(model.read_bytes()).head.items == 2


def test_a_file_that_is_nothing_to_learn_from_leaves_the_model_alone(desk: Desk) -> None:
    model = desk.folder / "model"
    model.write_bytes(b"the one before")
    path = sessions(desk, "1 2\t3")
    found = desk.json("train", "--by-name", "-o", str(model), str(path), exits=Exit.FAILED)
    assert found["error"] == "unusable-sessions"
    assert model.read_bytes() == b"the one before"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_a_run_that_is_killed_half_way_leaves_the_model_and_the_counts_as_they_were(desk: Desk) -> None:
    model, counts, pipe = (desk.folder / name for name in ("model", "counts", "pipe"))
    ask = ("train", "--by-name", "--counts", str(counts), "-o", str(model))
    desk.run(*ask, str(sessions(desk, "1 2", "2 3")))
    before = model.read_bytes()
    many = desk.folder / "many.txt"
    many.write_text("4 5 6\n" * (2 * BATCH), encoding="utf-8")
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "origin", *ask, str(many), str(pipe)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        with pipe.open("w", encoding="utf-8"):  # opens once the run has folded what comes before it
            running.kill()
        running.wait()
    assert model.read_bytes() == before
    pipe.unlink()
    assert desk.json(*ask, str(sessions(desk, "1 2", "2 3", "3 1")))["folded"]["added"] == 1
    with_pause = model.read_bytes()
    counts.unlink()
    desk.run(*ask, str(desk.folder / "sessions.txt"))
    assert model.read_bytes() == with_pause


def test_a_delta_or_a_fresh_version_takes_no_model(desk: Desk) -> None:
    built = desk.build()
    model = desk.folder / "model"
    desk.run("train", "--by-name", "-o", str(model), str(sessions(desk, "1 2")))
    ask = ("snapshot", "build", "--model", str(model), str(desk.catalogue))
    desk.run(*ask, "--fresh", exits=Exit.USAGE)
    desk.run(*ask, "--delta-on", built["folder"], exits=Exit.USAGE)


def test_either_files_or_events_are_learnt_from(desk: Desk) -> None:
    desk.run("train", "--by-name", exits=Exit.USAGE)
    desk.run("train", "--by-name", "--events", str(sessions(desk, "1 2")), exits=Exit.USAGE)
    desk.environ["SELVEDGE_DATABASE"] = f"sqlite+aiosqlite:///{desk.folder}/data.sqlite"
    desk.environ["SELVEDGE_KEY_STORE"] = f"sqlite+aiosqlite:///{desk.folder}/keys.sqlite"
    desk.environ["SELVEDGE_MASTER_KEYS"] = json.dumps({"m1": base64.b64encode(bytes(32)).decode()})
    desk.run("database", "upgrade")
    trained = desk.json("train", "--by-name", "--events", "-o", str(desk.folder / "model"))
    assert (trained["items"], trained["folded"]["added"]) == (0, 0)
