from __future__ import annotations

from array import array
from typing import Any

import msgspec
import pytest

from selvedge.errors import DamagedPart, SnapshotError, UnsupportedFormat
from selvedge.sessions.part import FORMAT, KINDS, Arrays, Head, SessionRows, encode
from selvedge.snapshot.container import pack, unpack

HEAD = Head(
    format=FORMAT,
    model="session-rows",
    version="0123456789abcdef",
    items=3,
    ceiling=1.0,
    fall=0.5,
    positions=(1.0, 0.5),
    reach=(2, 2),
    returns=((0.1,),) * KINDS,
    repeat=1.0,
)
ARRAYS = Arrays(
    ordinals=array("I", [4, 7, 9]).tobytes(),
    starts=array("I", [0, 2, 3, 3]).tobytes(),
    neighbours=array("H", [1, 2, 0]).tobytes(),
    weights=bytes([255, 253, 254]),
    repeats=bytes(3 * KINDS),
    popular=array("H", [0, 1, 2]).tobytes(),
)


def part(head: dict[str, Any] | None = None, arrays: dict[str, Any] | None = None) -> bytes:
    return encode(
        msgspec.structs.replace(HEAD, **(head or {})), msgspec.structs.replace(ARRAYS, **(arrays or {}))
    )


def test_items_are_found_by_their_ordinals_and_back() -> None:
    rows = SessionRows.decode(part())
    assert [rows.item(ordinal) for ordinal in (3, 4, 7, 9, 10, -1)] == [None, 0, 1, 2, None, None]
    assert [rows.ordinal(item) for item in range(3)] == [4, 7, 9]


def test_dense_ordinals_need_no_table() -> None:
    rows = SessionRows.decode(part(arrays={"ordinals": b""}))
    assert [rows.item(ordinal) for ordinal in (-1, 0, 2, 3)] == [None, 0, 2, None]
    assert rows.ordinal(2) == 2


def test_codes_stand_for_weights_that_fall_by_a_constant_factor() -> None:
    table = SessionRows.decode(part()).weight_table(4.0)
    assert table[255:252:-1] == [4.0, 2.0, 1.0]
    assert len(table) == 256


def test_arrays_are_views_on_the_bytes_of_the_part() -> None:
    rows = SessionRows.decode(data := part())
    assert rows.neighbours.obj is rows.weights.obj is rows.starts.obj is data


@pytest.mark.parametrize(
    "change",
    [
        {"arrays": {"weights": b"\1"}},
        {"arrays": {"starts": array("I", [0, 2, 1, 3]).tobytes()}},
        {"arrays": {"starts": array("I", [0, 2, 3]).tobytes()}},
        {"arrays": {"starts": array("I", [0, 2, 3, 9]).tobytes()}},
        {"arrays": {"neighbours": b"\0\0\0"}},
        {"arrays": {"ordinals": array("I", [1]).tobytes()}},
        {"arrays": {"repeats": b""}},
        {"head": {"positions": ()}},
        {"head": {"reach": (2, 100_000)}},
        {"head": {"returns": ()}},
        {"head": {"ceiling": float("nan")}},
        {"head": {"positions": (1.0, -1.0)}},
    ],
)
def test_arrays_that_do_not_fit_together_are_damage(change: dict[str, Any]) -> None:
    with pytest.raises(DamagedPart):
        SessionRows.decode(part(**change))


def test_another_format_is_told_before_anything_else_is_read() -> None:
    sections = {"head": msgspec.msgpack.encode({"format": 2, "quite": "different"})}
    with pytest.raises(UnsupportedFormat):
        SessionRows.decode(pack(sections))


def test_no_bytes_at_all_raise_anything_but_a_snapshot_error() -> None:
    data = part()
    for at in range(0, len(data), 3):
        broken = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
        try:
            SessionRows.decode(broken)
        except SnapshotError:
            continue


def test_a_part_without_its_sections_is_damage() -> None:
    sections = {name: bytes(view) for name, view in unpack(part()).items()}
    for name in sections.keys() - {"ordinals"}:
        with pytest.raises(DamagedPart):
            SessionRows.decode(pack({key: data for key, data in sections.items() if key != name}))
