from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selvedge.errors import DamagedPart
from selvedge.snapshot.blobs import Blobs, encode_blobs


def opened(sections: dict[str, bytes]) -> Blobs:
    return Blobs({name: memoryview(data) for name, data in sections.items()}, "b")


@given(st.lists(st.binary(max_size=20), max_size=10))
def test_blobs_survive_encoding(blobs: list[bytes]) -> None:
    made = opened(encode_blobs("b", blobs))
    assert [bytes(made[at]) for at in range(len(made))] == blobs


def test_cut_blobs_are_damage() -> None:
    sections = encode_blobs("b", [b"one", b"two"])
    with pytest.raises(DamagedPart, match="cut short"):
        opened({**sections, "b/data": b"onetw"})


def test_absent_blobs_are_damage() -> None:
    with pytest.raises(DamagedPart, match="no blobs under 'b'"):
        opened({})
