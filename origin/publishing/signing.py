"""The Ed25519 key that signs pointers. Read from the environment or a private file, it never leaves."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from origin.publishing.errors import SigningKeyUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SIZE = 32
_OTHERS = 0o077


def key_id(public: bytes) -> str:
    """The name of a public key: 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


class Ed25519Signer:
    """Signs with one private key, given as its 32 raw bytes."""

    def __init__(self, private: bytes) -> None:
        if len(private) != _SIZE:
            raise SigningKeyUnusable(f"an Ed25519 private key has {_SIZE} bytes, not {len(private)}")
        self._private = Ed25519PrivateKey.from_private_bytes(private)
        self.public = self._private.public_key().public_bytes_raw()
        self.key_id = key_id(self.public)

    def sign(self, data: bytes) -> bytes:
        """Return the 64-byte signature over `data`."""
        return self._private.sign(data)


class Ed25519Verifier:
    """Verifies with the trusted public keys, key id to 32 raw bytes."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = {name: Ed25519PublicKey.from_public_bytes(raw) for name, raw in keys.items()}

    def knows(self, key_id: str) -> bool:
        """Whether `key_id` names a trusted key."""
        return key_id in self._keys

    async def verify(self, key_id: str, signature: bytes, data: bytes) -> bool:
        """Whether `signature` over `data` was made with the key `key_id`."""
        try:
            self._keys[key_id].verify(signature, data)
        except InvalidSignature:
            return False
        return True


def decode_key(text: str) -> bytes:
    """The 32 bytes of a key in base64. Raises `SigningKeyUnusable`, without repeating the text."""
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SigningKeyUnusable("a key must be the base64 of 32 bytes") from error
    if len(raw) != _SIZE:
        raise SigningKeyUnusable(f"a key must be the base64 of {_SIZE} bytes, not of {len(raw)}")
    return raw


def encode_key(raw: bytes) -> str:
    """A key's base64."""
    return base64.b64encode(raw).decode()


def new_key() -> bytes:
    """A new private key, 32 raw bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def write_key_file(path: Path, private: bytes) -> None:
    """Write a new file that only its owner may read. Raises `SigningKeyUnusable` where one exists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise SigningKeyUnusable(f"{path} exists; a key is never overwritten") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(encode_key(private) + "\n")


def read_key_file(path: Path) -> bytes:
    """The private key in `path`. Raises `SigningKeyUnusable`, also when others may read the file."""
    try:
        mode, text = path.stat().st_mode, path.read_text()
    except FileNotFoundError as error:
        raise SigningKeyUnusable(f"there is no signing key {path}; `keys new` makes one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SigningKeyUnusable(f"cannot read the signing key {path}: {error}") from error
    if mode & _OTHERS:
        raise SigningKeyUnusable(f"others may read {path}: chmod 600 it, or make a new key")
    return decode_key(text)
