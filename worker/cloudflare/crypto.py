"""WebCrypto: verification of pointers and tokens, signing of tokens, sealing of cookies and cursors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import JsException, to_js

if TYPE_CHECKING:
    from collections.abc import Mapping


EXTRACTABLE = False

PKCS8_ED25519 = bytes.fromhex("302e020100300506032b657004220420")
"""What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410, section 7)."""


class WebCryptoVerifier:
    """Ed25519 with the trusted public keys, key id to 32 raw bytes."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = keys

    def knows(self, key_id: str) -> bool:
        """Whether `key_id` names a trusted key."""
        return key_id in self._keys

    async def verify(self, key_id: str, signature: bytes, data: bytes) -> bool:
        """Whether `signature` over `data` was made with the key `key_id`."""
        key = await js.crypto.subtle.importKey(
            "raw", to_js(self._keys[key_id]), "Ed25519", EXTRACTABLE, to_js(["verify"])
        )
        return bool(await js.crypto.subtle.verify("Ed25519", key, to_js(signature), to_js(data)))


class WebCryptoSigner:
    """Ed25519 with one private key, 32 bytes. It is imported once and serves every request."""

    def __init__(self, key_id: str, seed: bytes) -> None:
        self.key_id = key_id
        self._seed = seed
        self._key: Any = None

    async def sign(self, data: bytes) -> bytes:
        """Return the 64-byte signature over `data`."""
        if self._key is None:
            private = to_js(PKCS8_ED25519 + self._seed)
            self._key = await js.crypto.subtle.importKey(
                "pkcs8", private, "Ed25519", EXTRACTABLE, to_js(["sign"])
            )
        signature = await js.crypto.subtle.sign("Ed25519", self._key, to_js(data))
        return bytes(signature.to_bytes())


class WebCryptoAead:
    """AES-256-GCM. Keys are imported once; a `CryptoKey` may be used by every request.

    What crosses to JavaScript is what a call costs, so the parameters of each context are made once and get
    another nonce for each call; WebCrypto copies them before it returns its promise.
    """

    def __init__(self) -> None:
        self._subtle = js.crypto.subtle  # each look-up would be two more crossings
        self._keys: dict[bytes, Any] = {}
        self._parameters: dict[bytes, Any] = {}

    async def encrypt(self, key: bytes, nonce: bytes, plaintext: bytes, context: bytes) -> bytes:
        """Return ciphertext and tag."""
        imported = self._keys.get(key) or await self._import(key)
        sealed = await self._subtle.encrypt(self._with(nonce, context), imported, to_js(plaintext))
        return bytes(sealed.to_bytes())

    async def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes | None:
        """Return the plaintext, or None where `sealed` or `context` is not what was encrypted."""
        imported = self._keys.get(key) or await self._import(key)
        try:
            plaintext = await self._subtle.decrypt(self._with(nonce, context), imported, to_js(sealed))
        except JsException:  # an OperationError, whatever does not fit
            return None
        return bytes(plaintext.to_bytes())

    async def _import(self, key: bytes) -> Any:
        usages = to_js(["encrypt", "decrypt"])
        imported = await self._subtle.importKey("raw", to_js(key), "AES-GCM", EXTRACTABLE, usages)
        self._keys[key] = imported
        return imported

    def _with(self, nonce: bytes, context: bytes) -> Any:
        parameters = self._parameters.get(context)
        if parameters is None:
            parameters = self._parameters[context] = to_js(
                {"name": "AES-GCM", "additionalData": context}, dict_converter=js.Object.fromEntries
            )
        parameters.iv = to_js(nonce)
        return parameters
