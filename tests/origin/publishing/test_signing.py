from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from origin.publishing.errors import SigningKeyUnusable
from origin.publishing.signing import (
    Ed25519Signer,
    decode_key,
    encode_key,
    key_id,
    new_key,
    read_key_file,
    write_key_file,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_file_is_for_its_owner_alone_and_reads_back(tmp_path: Path) -> None:
    path, private = tmp_path / "keys" / "signing.key", new_key()
    write_key_file(path, private)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key_file(path) == private


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    write_key_file(tmp_path / "key", new_key())
    with pytest.raises(SigningKeyUnusable, match="never overwritten"):
        write_key_file(tmp_path / "key", new_key())


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    write_key_file(tmp_path / "key", new_key())
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(SigningKeyUnusable, match="others may read"):
        read_key_file(tmp_path / "key")


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SigningKeyUnusable, match="nokey"):
        read_key_file(tmp_path / "nokey")


@pytest.mark.parametrize("text", ["", "!!!", "QUJD", encode_key(bytes(33))])
def test_what_is_no_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(SigningKeyUnusable) as refusal:
        decode_key(text)
    assert not text or text not in str(refusal.value)


def test_the_key_id_is_made_from_the_public_key() -> None:
    signer = Ed25519Signer(bytes(32))
    assert signer.key_id == key_id(signer.public)
    assert len(signer.key_id) == 16
