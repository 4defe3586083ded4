"""Service tokens of the jobs, made on CPython."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from selvedge.identity.service import ServiceTokens
from selvedge.settings import BadSetting, decode_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selvedge.ports import Clock


class Ed25519TokenSigner:
    """Signs service tokens by the `cryptography` library."""

    def __init__(self, key_id: str, seed: bytes) -> None:
        self.key_id = key_id
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = base64.b64encode(self._private.public_key().public_bytes_raw()).decode()

    async def sign(self, data: bytes) -> bytes:
        """Return the 64-byte signature over `data`."""
        return self._private.sign(data)


def service_tokens(keys: Mapping[str, str], clock: Clock, issuer: str) -> ServiceTokens:
    """Return what makes tokens with the first of `keys`, the setting SELVEDGE_SERVICE_KEY.

    Raises `BadSetting`.
    """
    if not keys:
        raise BadSetting("SELVEDGE_SERVICE_KEY holds no key")
    key_id, text = next(iter(keys.items()))
    return ServiceTokens(Ed25519TokenSigner(key_id, decode_key("service_key", text)), clock, issuer)
