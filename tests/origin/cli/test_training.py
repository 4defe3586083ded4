from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from origin.cli.exits import Exit
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
