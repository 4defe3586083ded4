"""Envelopes: authenticated encryption of cursors, made of the hashes that Python has at hand.

WebCrypto would be awaited, which costs a request as much as ordering 100,000 products. So this is
encrypt-then-MAC over a keyed hash, with nothing of its own but the arrangement: the key stream is SHAKE-256
of key and nonce (FIPS 202; a sponge with a secret prefix is a pseudo-random function, Bertoni et al., "On
the security of the keyed sponge construction", 2011), the tag is HMAC-SHA-256 over nonce and ciphertext,
and both keys are derived from the sealing key (Bellare and Namprempre, "Authenticated encryption", 2000:
sound for any such pair). The context cookie, which lives for weeks, stays with AES-GCM.

0   16  tag
16  16  nonce, random
32  .   ciphertext of 5 bytes of time (epoch seconds, big-endian: when it was sealed) and the text

Whoever gets hold of one can use it for as long as it lives, so it lives no longer than it is told to.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TYPE_CHECKING

from selvedge.errors import SelvedgeError
from selvedge.shopper.context import MAX_AHEAD_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAG, _NONCE, _TIME = 16, 16, 5


class ExpiredEnvelope(SelvedgeError):
    """What was sealed is ours and whole, but older than it may be, or of the future."""


class Envelope:
    """Seals with the first of several keys and opens with any of them, for `lifetime` seconds."""

    def __init__(self, keys: Sequence[bytes], purpose: bytes, lifetime: int) -> None:
        self._lifetime = lifetime
        self._keys = [(_derive(key, purpose + b" stream"), _derive(key, purpose + b" tag")) for key in keys]

    def seal(self, plaintext: bytes, now: int) -> bytes:
        """Encrypt; each call gives other bytes."""
        stream_key, tag_key = self._keys[0]
        nonce = os.urandom(_NONCE)
        body = nonce + _xor(now.to_bytes(_TIME) + plaintext, stream_key + nonce)
        return _tag(tag_key, body) + body

    def open(self, data: bytes, now: int) -> bytes | None:
        """Decrypt, or return None: tampered with, of another purpose or sealed with a foreign key.

        Raises `ExpiredEnvelope`.
        """
        tag, body = data[:_TAG], data[_TAG:]
        for stream_key, tag_key in self._keys:
            if hmac.compare_digest(tag, _tag(tag_key, body)):
                return self._in_time(_xor(body[_NONCE:], stream_key + body[:_NONCE]), now)
        return None

    def _in_time(self, plaintext: bytes, now: int) -> bytes:
        age = now - int.from_bytes(plaintext[:_TIME])
        if not -MAX_AHEAD_SECONDS <= age <= self._lifetime:
            raise ExpiredEnvelope(f"sealed {age} seconds ago")
        return plaintext[_TIME:]


def _derive(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, purpose, "sha256")


def _tag(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:_TAG]


def _xor(data: bytes, seed: bytes) -> bytes:
    stream = hashlib.shake_256(seed).digest(len(data))
    return (int.from_bytes(data) ^ int.from_bytes(stream)).to_bytes(len(data))
