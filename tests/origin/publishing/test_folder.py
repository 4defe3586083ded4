from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from origin.publishing import folder
from selvedge.errors import (
    DamagedPart,
    MissingPart,
    OversizedPart,
    SnapshotError,
    TruncatedPart,
    UnsupportedFormat,
)
from tests.origin.publishing.conftest import build, with_delta

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_snapshot_reads_back_as_it_was_written(tmp_path: Path) -> None:
    built = build(1)
    path = folder.write(tmp_path, built)
    assert path.name == built.release.version
    assert folder.read(path) == built


def test_a_delta_has_a_folder_of_its_own(tmp_path: Path) -> None:
    built = with_delta(build(1), 3)
    path = folder.write(tmp_path, built)
    assert path.name == f"{built.release.version}+3"
    assert folder.read(path) == built


def test_writing_again_leaves_a_good_folder_and_mends_a_damaged_one(tmp_path: Path) -> None:
    built = build(1)
    path = folder.write(tmp_path, built)
    part = next((path / "parts").iterdir())
    before = part.stat().st_mtime_ns
    folder.write(tmp_path, built)
    assert part.stat().st_mtime_ns == before
    part.write_bytes(b"")
    assert folder.read(folder.write(tmp_path, built)) == built


def test_an_incomplete_build_leaves_no_folder(tmp_path: Path) -> None:
    built = build(1)
    with pytest.raises(MissingPart):
        folder.write(tmp_path, type(built)(built.release, {}))
    assert list(tmp_path.iterdir()) == []


def test_the_newest_folder_comes_first_and_unfinished_ones_do_not_count(tmp_path: Path) -> None:
    first, second = folder.write(tmp_path, build(1)), folder.write(tmp_path, build(2))
    os.utime(first, (1, 1))
    (tmp_path / ".writing-x").mkdir()
    (tmp_path / ".writing-x" / "release").write_bytes(b"")
    assert list(folder.folders(tmp_path)) == [second, first]


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda path: path.unlink(), MissingPart),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), TruncatedPart),
        (lambda path: path.write_bytes(path.read_bytes() + b"!"), OversizedPart),
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"!"), DamagedPart),
    ],
)
def test_a_damaged_part_is_refused_by_name(
    tmp_path: Path, damage: Callable[[Path], object], error: type[SnapshotError]
) -> None:
    built = build(1)
    path = folder.write(tmp_path, built)
    damage(path / "parts" / built.release.manifest.groups["index"][0].digest.hex())
    with pytest.raises(error):
        folder.read(path)


def test_another_format_is_refused(tmp_path: Path) -> None:
    path = folder.write(tmp_path, build(1))
    data = bytearray((path / "release").read_bytes())
    data[1] = 9
    (path / "release").write_bytes(data)
    with pytest.raises(UnsupportedFormat):
        folder.read(path)


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_flip_of_any_bit_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    path = folder.write(tmp_path, build(1))
    file = data.draw(st.sampled_from(sorted(one for one in path.rglob("*") if one.is_file())))
    good = file.read_bytes()
    bad = bytearray(good)
    bad[data.draw(st.integers(0, len(bad) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(bad)
    try:
        with pytest.raises(SnapshotError) as refusal:
            folder.read(path)
    finally:
        file.write_bytes(good)
    assert refusal.value.reason != SnapshotError.reason
