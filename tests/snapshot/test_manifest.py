from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.building import build
from origin.publishing.signing import Ed25519Signer, Ed25519Verifier
from selvedge.errors import (
    BadSignature,
    DamagedPart,
    DamagedPointer,
    ForeignPointer,
    OversizedPart,
    SnapshotError,
    TruncatedPart,
    UnknownKey,
    UnsupportedFormat,
)
from selvedge.snapshot.container import PART_LIMIT
from selvedge.snapshot.manifest import (
    FORMAT,
    POINTER_CONTEXT,
    Pointer,
    check_part,
    decode_manifest,
    encode_manifest,
    open_pointer,
    refer,
    seal_pointer,
)
from tests.stage import run
from tests.wardrobe import garment, shop

SIGNER = Ed25519Signer(bytes(range(32)))
STRANGER = Ed25519Signer(bytes(range(1, 33)))
VERIFIER = Ed25519Verifier({SIGNER.key_id: SIGNER.public})
RELEASE = build(shop(garment()), shop="acme").release
POINTER = Pointer(FORMAT, "acme", "live", 3, 1_700_000_000, RELEASE, RELEASE)
SEALED = seal_pointer(POINTER, SIGNER)


def opened(data: bytes, *, shop: str = "acme", channel: str = "live") -> Pointer:
    return run(open_pointer(data, VERIFIER, shop=shop, channel=channel))


def test_a_sealed_pointer_opens_to_what_it_was() -> None:
    assert opened(SEALED) == POINTER


def test_sealing_is_reproducible() -> None:
    assert seal_pointer(POINTER, SIGNER) == SEALED


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_no_byte_of_a_pointer_can_be_changed(at: int, by: int) -> None:
    data = bytearray(SEALED)
    data[at] ^= by
    with pytest.raises(SnapshotError) as caught:
        opened(bytes(data))
    assert caught.value.reason in {"damaged-pointer", "bad-signature", "unknown-key", "unsupported-format"}


@given(st.integers(0, len(SEALED) - 1))
def test_a_cut_pointer_is_damaged(end: int) -> None:
    with pytest.raises(DamagedPointer):
        opened(SEALED[:end])


@given(st.binary(min_size=1, max_size=40))
def test_bytes_after_a_pointer_are_damage(more: bytes) -> None:
    with pytest.raises(DamagedPointer):
        opened(SEALED + more)


@given(st.binary(max_size=80))
def test_other_bytes_are_no_pointer(data: bytes) -> None:
    with pytest.raises(SnapshotError):
        opened(data)


def test_a_key_that_is_not_trusted_is_named() -> None:
    with pytest.raises(UnknownKey, match=STRANGER.key_id):
        opened(seal_pointer(POINTER, STRANGER))


def test_a_signature_by_another_key_under_a_trusted_name_does_not_fit() -> None:
    STRANGER_AS_US = Ed25519Signer(bytes(range(1, 33)))  # noqa: N806 - a name for a role
    STRANGER_AS_US.key_id = SIGNER.key_id
    with pytest.raises(BadSignature):
        opened(seal_pointer(POINTER, STRANGER_AS_US))


def test_a_signature_over_the_same_bytes_without_their_context_does_not_fit() -> None:
    payload = msgspec.msgpack.encode(POINTER, order="deterministic")
    bare = msgspec.msgpack.encode([FORMAT, SIGNER.key_id, payload, SIGNER.sign(payload)])
    with pytest.raises(BadSignature):
        opened(bare)


def test_another_shops_or_channels_pointer_is_foreign() -> None:
    with pytest.raises(ForeignPointer, match="acme/live, not other/live"):
        opened(SEALED, shop="other")
    with pytest.raises(ForeignPointer, match="not acme/preview"):
        opened(SEALED, channel="preview")


def test_a_pointer_of_another_format_is_refused_by_its_number() -> None:
    later = msgspec.structs.replace(POINTER, format=FORMAT + 1)
    with pytest.raises(UnsupportedFormat, match="format 2"):
        opened(seal_pointer(later, SIGNER))
    envelope = msgspec.msgpack.decode(SEALED)
    with pytest.raises(UnsupportedFormat, match="format 2"):
        opened(msgspec.msgpack.encode([2, *envelope[1:]]))


def sealed(payload: object) -> bytes:
    data = msgspec.msgpack.encode(payload)
    signature = SIGNER.sign(POINTER_CONTEXT + data)
    return msgspec.msgpack.encode([FORMAT, SIGNER.key_id, data, signature])


@pytest.mark.parametrize("layout", [[2], [2, {"of": "another layout"}], [2, 1, 2, 3, 4, 5]])
def test_an_envelope_of_another_layout_is_of_another_format(layout: list[object]) -> None:
    with pytest.raises(UnsupportedFormat, match="envelope format 2"):
        opened(msgspec.msgpack.encode(layout))


def test_a_pointer_or_manifest_of_another_layout_is_of_another_format() -> None:
    with pytest.raises(UnsupportedFormat, match="pointer format 3"):
        opened(sealed({"format": 3, "releases": []}))
    old, new = {"manifest": {"format": 1}}, {"manifest": {"format": 4, "trees": []}}
    for releases in ({"current": new}, {"current": old, "previous": new}):
        with pytest.raises(UnsupportedFormat, match="manifest format 4"):
            opened(sealed({"format": FORMAT, **releases}))
    with pytest.raises(UnsupportedFormat, match="manifest format 4"):
        decode_manifest(msgspec.msgpack.encode({"format": 4, "trees": []}))


def test_the_keys_of_every_map_are_sorted() -> None:
    def check(value: object) -> None:
        if isinstance(value, dict):
            assert list(value) == sorted(value)
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                check(one)

    check(msgspec.msgpack.decode(msgspec.msgpack.decode(SEALED)[2]))


def test_two_deltas_of_one_number_have_revisions_of_their_own() -> None:
    first, second = (
        msgspec.structs.replace(RELEASE, delta_number=1, delta=refer(part)) for part in (b"one", b"two")
    )
    assert first.revision != second.revision
    assert len(first.revision) == 8
    assert msgspec.structs.replace(first, delta_number=0, delta=None).revision == ""


def test_a_manifest_of_another_format_is_refused() -> None:
    later = msgspec.structs.replace(RELEASE.manifest, format=FORMAT + 1)
    with pytest.raises(UnsupportedFormat, match="format 2"):
        decode_manifest(encode_manifest(later))
    release = msgspec.structs.replace(RELEASE, manifest=later)
    with pytest.raises(UnsupportedFormat):
        opened(seal_pointer(msgspec.structs.replace(POINTER, current=release), SIGNER))


@given(st.binary(max_size=60))
def test_other_bytes_are_no_manifest(data: bytes) -> None:
    with pytest.raises(SnapshotError):
        decode_manifest(data)


def test_a_part_is_checked_for_its_length_and_its_digest() -> None:
    ref = refer(b"part")
    check_part(b"part", ref.digest, ref.size)
    with pytest.raises(TruncatedPart):
        check_part(b"par", ref.digest, ref.size)
    with pytest.raises(OversizedPart):
        check_part(b"part!", ref.digest, ref.size)
    with pytest.raises(OversizedPart, match="no part may exceed"):
        check_part(bytes(PART_LIMIT + 1), ref.digest)
    with pytest.raises(DamagedPart):
        check_part(b"dart", ref.digest, ref.size)


def test_a_page_set_knows_its_pages() -> None:
    pages = RELEASE.manifest.pages["cards/en"]
    assert [pages.digest(0)] == list(pages)
    assert len(pages) == 1
    assert pages.digest(1) is None
