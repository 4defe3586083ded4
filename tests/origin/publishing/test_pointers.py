from __future__ import annotations

import asyncio

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.publishing.signing import Ed25519Signer, Ed25519Verifier
from selvedge.errors import (
    BadSignature,
    DamagedPointer,
    ForeignPointer,
    SnapshotError,
    UnknownKey,
    UnsupportedFormat,
)
from selvedge.snapshot.container import pack
from selvedge.snapshot.manifest import FORMAT, Pointer, check_part, open_pointer, refer, seal_pointer
from tests.origin.publishing.conftest import SHOP, build

SIGNER = Ed25519Signer(bytes(range(32)))
VERIFIER = Ed25519Verifier({SIGNER.key_id: SIGNER.public})
POINTER = Pointer(FORMAT, SHOP, "live", 7, 1_800_000_000, build(2).release, build(1).release)
SEALED = seal_pointer(POINTER, SIGNER)
PART = pack({"index": b"some bytes", "labels": b"more of them"})


def read(data: bytes, *, shop: str = SHOP, channel: str = "live") -> Pointer:
    return asyncio.run(open_pointer(data, VERIFIER, shop=shop, channel=channel))


def test_a_sealed_pointer_opens_as_it_was() -> None:
    assert read(SEALED) == POINTER


def test_the_same_pointer_gives_the_same_bytes() -> None:
    assert seal_pointer(POINTER, SIGNER) == SEALED


@pytest.mark.parametrize("where", [{"shop": "other"}, {"channel": "preview"}])
def test_a_pointer_for_another_shop_or_channel_is_foreign(where: dict[str, str]) -> None:
    with pytest.raises(ForeignPointer):
        read(SEALED, **where)


def test_a_key_that_is_not_trusted_is_unknown() -> None:
    with pytest.raises(UnknownKey):
        read(seal_pointer(POINTER, Ed25519Signer(b"x" * 32)))


def test_a_key_that_poses_as_a_trusted_one_has_a_bad_signature() -> None:
    posing = Ed25519Signer(b"x" * 32)
    posing.key_id = SIGNER.key_id
    with pytest.raises(BadSignature):
        read(seal_pointer(POINTER, posing))


def test_a_signature_over_other_data_does_not_pass_for_a_pointer() -> None:
    class WithoutContext:
        key_id = SIGNER.key_id

        def sign(self, data: bytes) -> bytes:
            return SIGNER.sign(data.partition(b"\0")[2])

    with pytest.raises(BadSignature):
        read(seal_pointer(POINTER, WithoutContext()))


def test_another_format_is_refused() -> None:
    with pytest.raises(UnsupportedFormat):
        read(seal_pointer(msgspec.structs.replace(POINTER, format=2), SIGNER))


@given(st.integers(0, len(SEALED) - 1), st.integers(0, 7))
def test_a_flip_of_any_bit_of_a_pointer_is_refused(at: int, bit: int) -> None:
    bad = bytearray(SEALED)
    bad[at] ^= 1 << bit
    with pytest.raises(SnapshotError) as refusal:
        read(bytes(bad))
    assert isinstance(refusal.value, DamagedPointer | UnsupportedFormat | UnknownKey | BadSignature)


@given(st.integers(0, len(SEALED) - 1))
def test_a_truncated_pointer_is_damaged(length: int) -> None:
    with pytest.raises(DamagedPointer):
        read(SEALED[:length])


@given(st.binary(max_size=200))
def test_bytes_that_are_no_pointer_are_refused(data: bytes) -> None:
    with pytest.raises(SnapshotError):
        read(data)


@given(st.integers(0, len(PART) - 1), st.integers(0, 7))
def test_a_flip_of_any_bit_of_a_part_is_refused(at: int, bit: int) -> None:
    bad = bytearray(PART)
    bad[at] ^= 1 << bit
    with pytest.raises(SnapshotError) as refusal:
        check_part(bytes(bad), refer(PART).digest, len(PART))
    assert refusal.value.reason == "damaged-part"


@given(st.integers(0, len(PART) - 1))
def test_a_truncated_part_is_named_as_such(length: int) -> None:
    with pytest.raises(SnapshotError) as refusal:
        check_part(PART[:length], refer(PART).digest, len(PART))
    assert refusal.value.reason == "truncated-part"
