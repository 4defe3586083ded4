from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selvedge.web.envelope import Envelope

OLD, NEW, FOREIGN = bytes(32), bytes(range(32)), bytes([7] * 32)
ENVELOPE = Envelope([NEW, OLD], b"test")
SEALED_BEFORE = bytes.fromhex(
    "9dcdcbd8d7fadba152851ab396809a643c4bf371c695efba8ceae7fc2b10039d"
    "3e6ac94fc1190cafe7b121ada59ffecc36c58784fb"
)


@given(st.binary(max_size=2000))
def test_what_was_sealed_is_opened(plaintext: bytes) -> None:
    assert ENVELOPE.open(ENVELOPE.seal(plaintext)) == plaintext


def test_the_format_stays_what_it_was() -> None:
    assert ENVELOPE.open(SEALED_BEFORE) == b"a cursor of yesterday"


def test_equal_texts_look_different() -> None:
    sealed = {ENVELOPE.seal(bytes(64)) for _ in range(20)}
    assert len(sealed) == len({one[32:] for one in sealed}) == 20


def test_nothing_of_the_text_shows() -> None:
    assert b"linen" not in ENVELOPE.seal(b"linen" * 100)


@given(st.binary(max_size=100), st.data())
def test_no_bit_can_be_changed(plaintext: bytes, data: st.DataObject) -> None:
    sealed = bytearray(ENVELOPE.seal(plaintext))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit >> 3] ^= 1 << (bit & 7)
    assert ENVELOPE.open(bytes(sealed)) is None


@given(st.binary(max_size=64))
def test_what_strangers_send_is_not_opened(data: bytes) -> None:
    assert ENVELOPE.open(data) is None


def test_a_key_that_was_replaced_still_opens() -> None:
    assert ENVELOPE.open(Envelope([OLD], b"test").seal(b"x")) == b"x"


@pytest.mark.parametrize("other", [Envelope([FOREIGN], b"test"), Envelope([NEW], b"another purpose")])
def test_a_foreign_key_or_purpose_does_not_open(other: Envelope) -> None:
    assert other.open(ENVELOPE.seal(b"x")) is None
