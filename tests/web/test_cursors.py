from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.building.rulecheck import MAX_EXPERIMENTS
from selvedge.catalogue.query import MAX_CURSOR_LENGTH, BadParameter
from selvedge.ranking.alike import MAX_STYLES
from selvedge.ranking.blocks import BLOCK, Pin
from selvedge.ranking.frozen import MAX_SEEN, Frozen
from selvedge.ranking.models import MAX_NAME, MAX_SCORED
from selvedge.ranking.order import Position
from selvedge.ranking.rules import MAX_RULES, MAX_SHIFTS
from selvedge.ranking.signals import SOURCES
from selvedge.ranking.weights import MAX_WEIGHT
from selvedge.shopper.context import MAX_RECENT, Context
from selvedge.shopper.profile import MAX_PREFERENCES
from selvedge.web.cursors import (
    FORMAT,
    MAX_INSTANTS,
    PRIVATE_SECONDS,
    Cursor,
    OutdatedCursor,
    PrivateCursors,
    PublicCursors,
)
from selvedge.web.cursors import PRIVATE as PRIVATE_LETTER
from selvedge.web.cursors import PUBLIC as PUBLIC_LETTER
from selvedge.web.envelope import Envelope
from tests.stage import SEALING_KEY, ManualClock, Stage
from tests.wardrobe import NOW, garment, shop

T = TypeVar("T")
OLD, NEW, FOREIGN = bytes(32), bytes(range(32)), bytes([7] * 32)
u32 = st.integers(0, 2**32 - 1)
small = st.integers(0, 12)
rank = st.integers(0, 1_000_000)


def several(one: st.SearchStrategy[T], most: int) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(one, max_size=most).map(tuple)


cursors = st.builds(
    Cursor,
    version=st.binary(min_size=8, max_size=8),
    query=st.binary(min_size=6, max_size=6),
    number=u32,
    rank=u32,
    revision=st.text("0123456789abcdef", max_size=8),
    frozen=st.builds(
        Frozen,
        signals=several(st.tuples(small, small, rank, st.integers(1, 127)), 24),
        bonuses=several(st.tuples(rank, st.integers(1, 2 * MAX_WEIGHT)), MAX_SCORED),
        model=st.none() | st.text("abc@1.", max_size=40),
        seen=several(rank, MAX_SEEN),
        rules=several(st.integers(0, 500), MAX_SHIFTS),
        pins=several(st.builds(Pin, st.integers(1, BLOCK), rank, st.integers(0, 500)), BLOCK),
        arms=several(st.tuples(st.integers(0, 7), st.integers(-1, 7)), 8),
        band=st.none() | st.tuples(u32, u32),
        recent=several(rank, MAX_RECENT + 1),
        alike=several(st.tuples(rank, st.integers(1, 127)), MAX_STYLES),
    ),
    end=st.none() | st.builds(Position, u32, rank),
    shown=several(rank, BLOCK - 1),
    private=st.booleans(),
    ordered_at=u32,
)
CLOCK = ManualClock()
PUBLIC = PublicCursors([NEW, OLD])
PRIVATE = PrivateCursors([NEW, OLD], CLOCK)


@given(cursors)
def test_a_public_cursor_reads_as_it_was_written(cursor: Cursor) -> None:
    assert PUBLIC.read(PUBLIC.write(cursor)) == cursor


@given(cursors)
def test_a_private_cursor_reads_as_it_was_written(cursor: Cursor) -> None:
    text = PRIVATE.write(cursor)
    assert PRIVATE.read(text) == cursor
    assert len(text) <= MAX_CURSOR_LENGTH


def test_a_cursor_of_the_key_before_is_still_read() -> None:
    cursor = Cursor(b"v", b"q", 1, 2)
    assert PUBLIC.read(PublicCursors([OLD]).write(cursor)) == cursor
    before = PrivateCursors([OLD], CLOCK)
    assert PRIVATE.read(before.write(cursor)) == cursor


def test_a_cursor_of_a_foreign_key_is_refused() -> None:
    cursor = Cursor(b"v", b"q", 1, 2)
    with pytest.raises(BadParameter):
        PUBLIC.read(PublicCursors([FOREIGN]).write(cursor))
    with pytest.raises(BadParameter):
        PRIVATE.read(PrivateCursors([FOREIGN], CLOCK).write(cursor))


@given(cursors, st.data())
def test_no_letter_of_a_cursor_can_be_changed_added_or_taken(cursor: Cursor, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([PUBLIC.write(cursor), PRIVATE.write(cursor)]))
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
            PRIVATE.read(changed)


@given(st.text(max_size=60) | st.text(min_size=MAX_CURSOR_LENGTH + 1, max_size=MAX_CURSOR_LENGTH + 5))
def test_other_texts_are_no_cursors(text: str) -> None:
    with pytest.raises(BadParameter):
        PUBLIC.read(text)
    with pytest.raises(BadParameter):
        PRIVATE.read(text)


def test_neither_kind_of_cursor_passes_for_the_other() -> None:
    cursor = Cursor(b"v", b"q", 1, 2)
    with pytest.raises(BadParameter):
        PUBLIC.read(PRIVATE.write(cursor))
    with pytest.raises(BadParameter):
        PRIVATE.read(PUBLIC.write(cursor))


def test_one_cursor_has_one_text() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    texts = [PUBLIC.write(Cursor(bytes(length), b"q", 1, 2)) for length in range(3)]
    spare = [text for text in texts if len(text) % 4]
    assert spare
    for text in spare:
        for letter in alphabet.replace(text[-1], ""):
            with pytest.raises(BadParameter):
                PUBLIC.read(text[:-1] + letter)


def test_a_cursor_of_another_format_is_known_as_one() -> None:
    """A change of what cursors or `Frozen` hold changes the text below, and has to raise `FORMAT`."""
    frozen = Frozen(
        signals=((1, 2, 3, 4),),
        bonuses=((5, 6),),
        model="m",
        seen=(7,),
        rules=(8,),
        pins=(Pin(1, 9, 10),),
        arms=((0, 1),),
        item=11,
        avoided=((1, 2),),
        band=(3, 4),
        recent=(5,),
        alike=((12, 13),),
    )
    cursor = Cursor(
        version=bytes(8),
        query=bytes(6),
        number=1,
        rank=2,
        revision="a",
        frozen=frozen,
        private=True,
        ordered_at=3,
        end=Position(4, 5),
        shown=(6,),
        delta=7,
        instants=(8,),
        excluded=9,
        owner=b"o",
    )
    text = PublicCursors([OLD]).write(cursor)
    payload = base64.urlsafe_b64decode(text[1:] + "==")[10:]
    known = (
        "039ec4080000000000000000c4060000000000000102a1619c91940102030491920506a16d91079108919301090a"
        "919200010b91920102920304910591920c0dc303920405910607910809c4016f"
    )
    assert (FORMAT, payload.hex()) == (3, known)
    for other in (b"", bytes([FORMAT - 1]) + payload[1:], payload[1:]):
        tag = hmac.digest(hashlib.sha256(b"selvedge public cursor" + OLD).digest(), other, "sha256")[:10]
        old = PUBLIC_LETTER + base64.urlsafe_b64encode(tag + other).rstrip(b"=").decode()
        with pytest.raises(OutdatedCursor):
            PUBLIC.read(old)
        sealed = Envelope([OLD], b"selvedge private cursor", 1).seal(other, NOW)
        with pytest.raises(OutdatedCursor):
            PRIVATE.read(PRIVATE_LETTER + base64.urlsafe_b64encode(sealed).rstrip(b"=").decode())


@pytest.mark.parametrize("path", ["products", "recommendations"])
def test_a_list_from_before_a_deploy_that_changed_the_format_starts_again(path: str) -> None:
    """Neither an error nor a page of something else, whether the cursor told its format or had none yet."""
    stage = Stage(shop(*(garment(f"p{number}") for number in range(6))))
    target = f"/v1/nl/nl/{path}?limit=2"
    known = stage.cookies(Context(b"x" * 12, NOW)) if path == "recommendations" else {}
    text = stage.get(target, known).json["next"]
    assert (text[0] == PRIVATE_LETTER) is bool(known)
    data = base64.urlsafe_b64decode(text[1:] + "==")
    envelope = Envelope([SEALING_KEY], b"selvedge private cursor", PRIVATE_SECONDS)
    payload = data[10:] if text[0] == PUBLIC_LETTER else envelope.open(data, NOW)
    assert payload is not None
    for old in (bytes([FORMAT - 1]) + payload[1:], payload[1:]):
        key = hashlib.sha256(b"selvedge public cursor" + SEALING_KEY).digest()
        public = hmac.digest(key, old, "sha256")[:10] + old
        sealed = public if text[0] == PUBLIC_LETTER else envelope.seal(old, NOW)
        cursor = text[0] + base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
        stale = stage.get(f"{target.partition('?')[0]}?cursor={cursor}&limit=2", known)
        assert (stale.status, stale.json["type"]) == (410, "/problems/stale-cursor"), stale.body
        assert stale.json["start"] == target


def test_the_largest_cursor_fits() -> None:
    """All that is bounded at its bound, over a catalogue of 200,000 products."""
    frozen = Frozen(
        signals=((5, 30, 60_000, 120),) * 32 * (len(SOURCES) - 1),  # no value is preferred and a priority
        bonuses=((199_999, 2 * MAX_WEIGHT),) * MAX_SCORED,
        alike=((199_999, MAX_WEIGHT),) * MAX_STYLES,
        model="m" * MAX_NAME,
        seen=(199_999,) * MAX_SEEN,
        rules=(MAX_RULES - 1,) * MAX_SHIFTS,
        pins=(Pin(BLOCK, 199_999, MAX_RULES - 1),) * BLOCK,
        arms=tuple((number, 7) for number in range(MAX_EXPERIMENTS)),
        item=199_999,
        avoided=((30, 60_000),) * MAX_PREFERENCES,
        band=(2**31, 2**31),
        recent=(199_999,) * (MAX_RECENT + 1),
    )
    cursor = Cursor(
        version=bytes(8),
        query=bytes(6),
        number=2_000,
        rank=199_999,
        revision="0123abcd" * 3,
        frozen=frozen,
        private=True,
        ordered_at=2**31,
        end=Position(2_000, 199_999),
        shown=(199_999,) * (BLOCK - 1),
        delta=100_000,
        instants=(2**31,) * MAX_INSTANTS,
        excluded=2**61,
        owner=bytes(8),
    )
    assert PRIVATE.read(PRIVATE.write(cursor)) == cursor
