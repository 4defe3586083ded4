from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selvedge.errors import DamagedPart
from selvedge.snapshot.likeness import ALIKE, Likeness, encode_likeness

pairs = st.tuples(st.integers(0, 65_535), st.integers(1, ALIKE))


def opened(sections: dict[str, bytes], styles: int) -> Likeness:
    return Likeness({name: memoryview(data) for name, data in sections.items()}, "text", styles)


@given(st.lists(st.lists(pairs, max_size=8), max_size=12))
def test_rows_read_as_they_were_written(rows: list[list[tuple[int, int]]]) -> None:
    likeness = opened(encode_likeness("text", rows), len(rows))
    assert [list(likeness.row(style)) for style in range(len(rows))] == rows


def test_styles_that_two_bytes_cannot_number_take_four() -> None:
    rows = [[(65_536, 3)], *[[] for _ in range(65_536)]]
    sections = encode_likeness("text", rows)
    assert len(sections["text/neighbours"]) == 4 * len(rows)
    assert list(opened(sections, len(rows)).row(0)) == [(65_536, 3)]


def test_a_version_whose_styles_share_no_words_has_no_sections() -> None:
    assert encode_likeness("text", [[], []]) == {}
    assert not opened({}, 2).row(1)


@pytest.mark.parametrize("styles", [2, 4])
def test_rows_of_another_number_of_styles_are_damaged(styles: int) -> None:
    sections = encode_likeness("text", [[(1, 9), (2, 8)], [], []])
    sections["text/weights"] += bytes(1)
    with pytest.raises(DamagedPart, match="styles"):
        opened(sections, styles)
