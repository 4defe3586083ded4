"""Sealing with one key: AES-256-GCM, each time with a nonce of its own.

0   1   version, 1
1   12  nonce, random
13  .   ciphertext and tag, over what it is about as associated data
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from origin.encryption.errors import SealBroken

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_VERSION = b"\x01"
_NONCE = 12
_HEADER = len(_VERSION) + _NONCE


class Cipher:
    """Seals and opens with a key of 32 bytes; a random nonce is safe for 2**32 messages of one key.

    `lost` is told whenever something turns out to be sealed under a key that is gone.
    """

    def __init__(self, key: bytes, lost: Callable[[], None] = lambda: None) -> None:
        self._aead = AESGCM(key)
        self._lost = lost

    def __repr__(self) -> str:
        return "Cipher(...)"

    def seal(self, plain: bytes, about: bytes) -> bytes:
        """Encrypt, bound to `about`: what the bytes are, and of which row."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._aead.encrypt(nonce, plain, about)

    def open(self, sealed: bytes, about: bytes) -> bytes:
        """Decrypt. Raises `SealBroken`."""
        if sealed[: len(_VERSION)] != _VERSION:
            raise SealBroken("these bytes were not sealed here")
        try:
            return self._aead.decrypt(sealed[len(_VERSION) : _HEADER], sealed[_HEADER:], about)
        except (InvalidTag, ValueError) as error:
            raise SealBroken("the key does not open these bytes") from error

    def readable(self, sealed: bytes, about: bytes) -> bytes | None:
        """Decrypt, or return None for what was sealed under a key that has been destroyed since."""
        return self.reading(lambda cipher: cipher.open(sealed, about))

    def reading(self, read: Callable[[Cipher], T]) -> T | None:
        """Return what `read` makes of it, or None for what was sealed under a key that has been destroyed.

        Its person was erased, so it counts as gone, wherever it was left or restored: nothing that others
        wait for may break on it.
        """
        try:
            return read(self)
        except SealBroken:
            self._lost()
            return None
