"""Sealing: authenticated encryption of small values under rotating keys.

0   1   version, 1
1   4   key tag: the first bytes of the SHA-256 of the key id
5   12  nonce, random
17  .   AES-256-GCM ciphertext and tag, over the context as associated data
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

_VERSION = b"\x01"
_TAG, _NONCE = 4, 12
_HEADER = len(_VERSION) + _TAG + _NONCE


class Aead(Protocol):
    """AES-256-GCM: WebCrypto at the edge, a well-kept library on CPython."""

    async def encrypt(self, key: bytes, nonce: bytes, plaintext: bytes, context: bytes) -> bytes:
        """Return ciphertext and tag."""
        ...

    async def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes | None:
        """Return the plaintext, or None where `sealed` or `context` is not what was encrypted."""
        ...


class Sealer:
    """Seals with the first of `keys` (key id to 32 bytes) and opens with any of them."""

    def __init__(self, aead: Aead, keys: Mapping[str, bytes]) -> None:
        self._aead = aead
        self._keys = {_tag(key_id): key for key_id, key in keys.items()}
        self._current = _tag(next(iter(keys)))

    async def seal(self, plaintext: bytes, context: bytes) -> bytes:
        """Encrypt, bound to `context`; each call gives other bytes."""
        nonce = os.urandom(_NONCE)
        sealed = await self._aead.encrypt(self._keys[self._current], nonce, plaintext, context)
        return _VERSION + self._current + nonce + sealed

    async def open(self, data: bytes, context: bytes) -> bytes | None:
        """Decrypt, or return None: tampered with, sealed for another context or with a foreign key."""
        key = self._keys.get(data[len(_VERSION) : len(_VERSION) + _TAG])
        if data[: len(_VERSION)] != _VERSION or key is None or len(data) <= _HEADER:
            return None
        nonce = data[_HEADER - _NONCE : _HEADER]
        return await self._aead.decrypt(key, nonce, data[_HEADER:], context)


def _tag(key_id: str) -> bytes:
    return hashlib.sha256(key_id.encode()).digest()[:_TAG]
