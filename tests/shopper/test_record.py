from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.rehearsal import AesGcm
from selvedge.shopper.profile import MAX_OUTPUTS, EdgeProfile, ModelOutputs
from selvedge.shopper.record import (
    TOMBSTONE_SECONDS,
    Record,
    Tombstone,
    decode_record,
    encode_profile,
    encode_tombstone,
    record_key,
    record_ttl,
)
from selvedge.shopper.sealing import Sealer
from tests.stage import run
from tests.wardrobe import NOW

SHOPPER = "v" + "0" * 24
SEALER = Sealer(AesGcm(), {"k1": bytes(range(32))})
PROFILE = EdgeProfile(shopper=SHOPPER, revision=3, valid_until=NOW + 600, preferred=(("material", "wool"),))

profiles = st.builds(
    EdgeProfile,
    shopper=st.just(SHOPPER),
    revision=st.integers(0, 2**31),
    valid_until=st.integers(0, 2**33),
    preferred=st.lists(
        st.tuples(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20)), max_size=5
    ).map(tuple),
    purchased=st.lists(st.text(min_size=1, max_size=20), max_size=5).map(tuple),
    objected=st.booleans(),
)


def decoded(data: bytes, shopper: str = SHOPPER) -> Record | None:
    return run(decode_record(data, shopper, SEALER))


def encoded(profile: EdgeProfile = PROFILE) -> bytes:
    return run(encode_profile(profile, SEALER))


@given(profiles)
def test_a_profile_comes_back_as_it_was(profile: EdgeProfile) -> None:
    assert decoded(encoded(profile)) == profile


@given(st.integers(0, 10**12 - 1))
def test_a_tombstone_comes_back_as_it_was(erased: int) -> None:
    assert decoded(encode_tombstone(Tombstone(erased))) == Tombstone(erased)


def test_the_longest_profile_fits() -> None:
    scores = tuple((f"S{at:06d}-01", 1 + at / 7) for at in range(MAX_OUTPUTS))
    profile = msgspec.structs.replace(PROFILE, outputs=ModelOutputs("als", "2026-11-22", NOW, scores))
    assert decoded(encoded(profile)) == profile


def test_nothing_personal_can_be_read_in_a_record() -> None:
    assert b"wool" not in encoded()
    assert SHOPPER.encode() not in encoded()


def test_a_record_under_somebody_elses_name_is_none() -> None:
    assert decoded(encoded(), "v" + "1" * 24) is None


def test_a_record_sealed_by_strangers_is_none() -> None:
    stranger = Sealer(AesGcm(), {"k1": bytes(32)})
    assert decoded(run(encode_profile(PROFILE, stranger))) is None


@given(st.binary(max_size=200))
def test_other_bytes_are_no_record(data: bytes) -> None:
    found = decoded(data)
    assert found is None or (isinstance(found, Tombstone) and data[:1] == b"T")


@pytest.mark.parametrize("data", [b"", b"P", b"T", b"T-1", b"Tsoon", b"T" + b"9" * 13, b"P" * 40_000])
def test_damaged_records_are_none(data: bytes) -> None:
    assert decoded(data) is None


@given(st.data())
def test_a_bit_that_flipped_is_noticed(data: st.DataObject) -> None:
    record = bytearray(encoded())
    record[data.draw(st.integers(1, len(record) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert decoded(bytes(record)) is None


def test_a_record_lives_as_long_as_its_profile_is_valid_and_as_short_as_kv_can() -> None:
    assert record_ttl(PROFILE, NOW) == 600
    assert record_ttl(PROFILE, NOW + 590) == 60
    assert record_ttl(PROFILE, NOW + 600) is None


def test_a_shoppers_record_has_one_key() -> None:
    assert record_key(SHOPPER) == f"shopper/{SHOPPER}"
    assert TOMBSTONE_SECONDS == 1_209_600
