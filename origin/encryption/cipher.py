"""Sealing with one key: AES-256-GCM, each time with a nonce of its own.

0   1   version, 1
1   12  nonce, random
13  .   ciphertext and tag, over what it is about as associated data
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from origin.encryption.errors import SealBroken

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

Why = Literal["destroyed", "missing", "broken"]
"""Why something cannot be read: its key was destroyed; the key store lacks it; it does not open it."""

_VERSION = b"\x01"
_NONCE = 12
_HEADER = len(_VERSION) + _NONCE


class Cipher:
    """Seals and opens with a key of 32 bytes; a random nonce is safe for 2**32 messages of one key.

    `renewed` keys are of persons who had another one, which was destroyed: what they do not open was sealed
    under that one. What any other key does not open was changed. `unread` is told of each.
    """

    def __init__(
        self, key: bytes, unread: Callable[[Why], None] = lambda _why: None, *, renewed: bool = False
    ) -> None:
        self._aead = AESGCM(key)
        self._unread = unread
        self._renewed = renewed

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
        """Decrypt, or return None, as `reading` does."""
        return self.reading(lambda cipher: cipher.open(sealed, about))

    def reading(self, read: Callable[[Cipher], T]) -> T | None:
        """Return what `read` makes of it, or None for what cannot be read.

        For what is read beside others' data: nothing that others wait for may break on it.
        """
        try:
            return self.opened(read)
        except SealBroken:
            return None

    def opened(self, read: Callable[[Cipher], T]) -> T | None:
        """Return what `read` makes of it, or None for what was sealed under a key that has been destroyed.

        Its person was erased, or became another, so it counts as gone, wherever it was left or restored.
        Raises `SealBroken` for what was changed.
        """
        try:
            return read(self)
        except SealBroken:
            self._unread("destroyed" if self._renewed else "broken")
            if self._renewed:
                return None
            raise


def spent_cipher() -> Cipher:
    """Return a cipher for who has no key any more: it opens nothing, and that is as it should be."""
    return Cipher(AESGCM.generate_key(256), renewed=True)
