"""Signatures of tokens by WebCrypto."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import JsException, to_js

from cloudflare.crypto import EXTRACTABLE

if TYPE_CHECKING:
    from selvedge.identity.jwk import PublicKey

MAX_KEPT = 32

_SHA = "SHA-256"
_IMPORT: dict[str, dict[str, Any]] = {
    "RS256": {"name": "RSASSA-PKCS1-v1_5", "hash": _SHA},
    "PS256": {"name": "RSA-PSS", "hash": _SHA},
    "ES256": {"name": "ECDSA", "namedCurve": "P-256"},
    "EdDSA": {"name": "Ed25519"},
}
_VERIFY: dict[str, dict[str, Any]] = {
    "RS256": {"name": "RSASSA-PKCS1-v1_5"},
    "PS256": {"name": "RSA-PSS", "saltLength": 32},
    "ES256": {"name": "ECDSA", "hash": _SHA},
    "EdDSA": {"name": "Ed25519"},
}


class WebCryptoJws:
    """Imported keys are kept: a `CryptoKey` may be used by every request."""

    def __init__(self) -> None:
        self._kept: dict[tuple[PublicKey, str], Any] = {}

    async def verify(self, key: PublicKey, algorithm: str, signature: bytes, data: bytes) -> bool:
        """Whether `signature` over `data` was made by `algorithm` with the private half of `key`."""
        try:
            imported = await self._imported(key, algorithm)
            method = _object(_VERIFY[algorithm])
            return bool(await js.crypto.subtle.verify(method, imported, to_js(signature), to_js(data)))
        except JsException:  # the numbers are no key, such as a point beside the curve
            return False

    async def _imported(self, key: PublicKey, algorithm: str) -> Any:
        found = self._kept.get((key, algorithm))
        if found is None:
            jwk, method = _object(dict(key.members)), _object(_IMPORT[algorithm])
            usages = to_js(["verify"])
            found = await js.crypto.subtle.importKey("jwk", jwk, method, EXTRACTABLE, usages)
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            self._kept[key, algorithm] = found
        return found


def _object(members: dict[str, Any]) -> Any:
    return to_js(members, dict_converter=js.Object.fromEntries)
