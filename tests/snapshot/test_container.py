from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selvedge.errors import DamagedPart, OversizedPart, SnapshotError, TruncatedPart, UnsupportedFormat
from selvedge.snapshot.container import PART_LIMIT, pack, pack_many, unpack

sections = st.dictionaries(st.text(max_size=20), st.binary(max_size=60), max_size=8)


def opened(part: bytes) -> dict[str, bytes]:
    return {name: bytes(view) for name, view in unpack(part).items()}


@given(sections)
def test_unpacking_gives_what_was_packed(sections: dict[str, bytes]) -> None:
    assert opened(pack(sections)) == sections


@given(sections)
def test_sections_begin_at_multiples_of_eight_bytes(sections: dict[str, bytes]) -> None:
    part = pack(sections)
    directory = msgspec.msgpack.decode(part[16 : 16 + int.from_bytes(part[12:16], "little")])
    assert all(offset % 8 == 0 for offset, _ in directory.values())


@given(sections, st.integers(1, 80))
def test_sections_spread_over_parts_come_together_again(sections: dict[str, bytes], limit: int) -> None:
    together: dict[str, bytes] = {}
    for part in pack_many(sections, limit):
        together |= opened(part)
    assert together == sections


def test_a_part_never_exceeds_the_limit() -> None:
    with pytest.raises(OversizedPart, match="in sections big"):
        pack({"big": bytes(PART_LIMIT)})


@given(sections, st.data())
def test_a_cut_part_is_truncated(sections: dict[str, bytes], data: st.DataObject) -> None:
    part = pack(sections)
    with pytest.raises(TruncatedPart):
        unpack(part[: data.draw(st.integers(0, len(part) - 1))])


def test_a_longer_part_is_oversized() -> None:
    with pytest.raises(OversizedPart):
        unpack(pack({"a": b"1"}) + b"\0")


def test_other_magic_is_another_format() -> None:
    with pytest.raises(UnsupportedFormat, match="not a Selvedge part"):
        unpack(b"GIF8" + pack({})[4:])


def test_another_container_version_is_refused_by_its_number() -> None:
    part = bytearray(pack({"a": b"1"}))
    part[4] = 2
    with pytest.raises(UnsupportedFormat, match="version 2"):
        unpack(bytes(part))


def test_a_section_outside_of_the_part_is_damage() -> None:
    part = bytearray(pack({"a": b"12345678"}))
    at = bytes(part).index(b"\x92\xce")
    part[at + 2 : at + 6] = b"\0\0\xff\xf8"
    with pytest.raises(DamagedPart):
        unpack(bytes(part))


@given(data=st.binary(max_size=200), dress_up=st.booleans())
def test_no_bytes_raise_anything_but_a_snapshot_error(*, data: bytes, dress_up: bool) -> None:
    if dress_up:
        data = pack({"a": b"1"})[:8] + (len(data) + 8).to_bytes(4, "little") + data
    with suppress(SnapshotError):
        unpack(data)


@given(sections, st.data())
def test_a_changed_byte_never_escapes_as_another_error(
    sections: dict[str, bytes], data: st.DataObject
) -> None:
    part = bytearray(pack(sections))
    part[data.draw(st.integers(0, len(part) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(SnapshotError):  # an accepted flip is as good: digests tell, not this layer
        unpack(bytes(part))
