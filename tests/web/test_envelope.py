from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selvedge.shopper.context import MAX_AHEAD_SECONDS
from selvedge.web.envelope import Envelope, ExpiredEnvelope
from tests.wardrobe import NOW

DAY = 86_400
OLD, NEW, FOREIGN = bytes(32), bytes(range(32)), bytes([7] * 32)
ENVELOPE = Envelope([NEW, OLD], b"test", DAY)
SEALED_BEFORE = bytes.fromhex(
    "ddd5c3bef4cd9f04b19bbf9114e04d30f43da551b5bb3528993f9321adb4f9a8"
    "a31dbf99e37958121278c3fb9452b0bf8990168cc85eb24557df"
)


@given(st.binary(max_size=2000))
def test_what_was_sealed_is_opened(plaintext: bytes) -> None:
    for age in (-MAX_AHEAD_SECONDS, 0, DAY):
        assert ENVELOPE.open(ENVELOPE.seal(plaintext, NOW), NOW + age) == plaintext


@pytest.mark.parametrize("age", [-MAX_AHEAD_SECONDS - 1, DAY + 1])
def test_what_is_older_than_it_may_be_or_of_the_future_is_told_from_what_is_forged(age: int) -> None:
    with pytest.raises(ExpiredEnvelope):
        ENVELOPE.open(ENVELOPE.seal(b"x", NOW), NOW + age)


def test_the_format_stays_what_it_was() -> None:
    assert ENVELOPE.open(SEALED_BEFORE, NOW) == b"a cursor of yesterday"


def test_equal_texts_look_different() -> None:
    sealed = {ENVELOPE.seal(bytes(64), NOW) for _ in range(20)}
    assert len(sealed) == len({one[32:] for one in sealed}) == 20


def test_nothing_of_the_text_shows() -> None:
    assert b"linen" not in ENVELOPE.seal(b"linen" * 100, NOW)


@given(st.binary(max_size=100), st.data())
def test_no_bit_can_be_changed(plaintext: bytes, data: st.DataObject) -> None:
    sealed = bytearray(ENVELOPE.seal(plaintext, NOW))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit >> 3] ^= 1 << (bit & 7)
    assert ENVELOPE.open(bytes(sealed), NOW) is None


@given(st.binary(max_size=64))
def test_what_strangers_send_is_not_opened(data: bytes) -> None:
    assert ENVELOPE.open(data, NOW) is None


def test_a_key_that_was_replaced_still_opens() -> None:
    assert ENVELOPE.open(Envelope([OLD], b"test", DAY).seal(b"x", NOW), NOW) == b"x"


@pytest.mark.parametrize(
    "other", [Envelope([FOREIGN], b"test", DAY), Envelope([NEW], b"another purpose", DAY)]
)
def test_a_foreign_key_or_purpose_does_not_open(other: Envelope) -> None:
    assert other.open(ENVELOPE.seal(b"x", NOW), NOW) is None
