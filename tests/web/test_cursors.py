from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.rehearsal import AesGcm
from selvedge.catalogue.query import BadParameter
from selvedge.shopper.sealing import Sealer
from selvedge.web.cursors import MAX_LENGTH, Cursor, PrivateCursors, PublicCursors
from tests.stage import run

OLD, NEW, FOREIGN = bytes(32), bytes(range(32)), bytes([7] * 32)
u32 = st.integers(0, 2**32 - 1)
cursors = st.builds(
    Cursor,
    version=st.binary(min_size=8, max_size=8),
    query=st.binary(min_size=6, max_size=6),
    number=u32,
    rank=u32,
    revision=u32,
    weights=st.lists(st.tuples(u32, u32, st.integers(1, 127)), max_size=24).map(tuple),
    private=st.booleans(),
    ordered_at=u32,
)
PUBLIC = PublicCursors([NEW, OLD])
PRIVATE = PrivateCursors(Sealer(AesGcm(), {"new": NEW, "old": OLD}))


@given(cursors)
def test_a_public_cursor_reads_as_it_was_written(cursor: Cursor) -> None:
    assert PUBLIC.read(PUBLIC.write(cursor)) == cursor


@given(cursors)
def test_a_private_cursor_reads_as_it_was_written(cursor: Cursor) -> None:
    text = run(PRIVATE.write(cursor))
    assert run(PRIVATE.read(text)) == cursor
    assert len(text) <= MAX_LENGTH


def test_a_cursor_of_the_key_before_is_still_read() -> None:
    cursor = Cursor(b"v", b"q", 1, 2)
    assert PUBLIC.read(PublicCursors([OLD]).write(cursor)) == cursor
    before = PrivateCursors(Sealer(AesGcm(), {"old": OLD}))
    assert run(PRIVATE.read(run(before.write(cursor)))) == cursor


def test_a_cursor_of_a_foreign_key_is_refused() -> None:
    cursor = Cursor(b"v", b"q", 1, 2)
    with pytest.raises(BadParameter):
        PUBLIC.read(PublicCursors([FOREIGN]).write(cursor))
    for name in ("new", "stranger"):
        foreign = PrivateCursors(Sealer(AesGcm(), {name: FOREIGN}))
        with pytest.raises(BadParameter):
            run(PRIVATE.read(run(foreign.write(cursor))))


@given(cursors, st.data())
def test_no_letter_of_a_cursor_can_be_changed_added_or_taken(cursor: Cursor, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([PUBLIC.write(cursor), run(PRIVATE.write(cursor))]))
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_=+/ é"))
    for changed in (
        text[:at] + letter + text[at + 1 :],
        text[:at] + text[at + 1 :],
        text[:at] + letter + text[at:],
    ):
        if changed == text:
            continue
        with pytest.raises(BadParameter):
            PUBLIC.read(changed)
        with pytest.raises(BadParameter):
            run(PRIVATE.read(changed))


@given(st.text(max_size=60) | st.text(min_size=MAX_LENGTH + 1, max_size=MAX_LENGTH + 5))
def test_other_texts_are_no_cursors(text: str) -> None:
    with pytest.raises(BadParameter):
        PUBLIC.read(text)
    with pytest.raises(BadParameter):
        run(PRIVATE.read(text))


def test_neither_kind_of_cursor_passes_for_the_other() -> None:
    cursor = Cursor(b"v", b"q", 1, 2)
    with pytest.raises(BadParameter):
        PUBLIC.read(run(PRIVATE.write(cursor)))
    with pytest.raises(BadParameter):
        run(PRIVATE.read(PUBLIC.write(cursor)))
