from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.encryption.cipher import Cipher
from origin.encryption.errors import SealBroken

CIPHER = Cipher(bytes(32))


@given(plain=st.binary(), about=st.binary())
def test_what_is_sealed_opens_again(plain: bytes, about: bytes) -> None:
    assert CIPHER.open(CIPHER.seal(plain, about), about) == plain


@given(plain=st.binary(), place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_no_bit_can_be_changed(plain: bytes, place: int, bit: int) -> None:
    sealed = bytearray(CIPHER.seal(plain, b"about"))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(SealBroken):
        CIPHER.open(bytes(sealed), b"about")


@given(cut=st.integers(min_value=0, max_value=40))
def test_what_is_cut_short_does_not_open(cut: int) -> None:
    with pytest.raises(SealBroken):
        CIPHER.open(CIPHER.seal(b"0123456789ab", b"")[:cut], b"")


def test_what_is_about_something_else_does_not_open() -> None:
    with pytest.raises(SealBroken):
        CIPHER.open(CIPHER.seal(b"plain", b"row 1"), b"row 2")


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SealBroken):
        Cipher(bytes([1] * 32)).open(CIPHER.seal(b"plain", b""), b"")


def test_sealing_twice_gives_other_bytes() -> None:
    assert CIPHER.seal(b"plain", b"") != CIPHER.seal(b"plain", b"")
