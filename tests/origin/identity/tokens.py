"""Keys and tokens for tests: valid ones, and what a hostile caller would make of them."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any

from origin.identity.minting import Ed25519TokenSigner
from origin.identity.trust import TrustedKey
from selvedge.identity.service import ALGORITHM, AUDIENCE, SCOPES, TOKEN_TYPE, ServiceTokens

if TYPE_CHECKING:
    from selvedge.ports import Clock as Time

NOW = 1_790_000_000
SEED = base64.b64encode(bytes(range(32))).decode()
SIGNER = Ed25519TokenSigner("edge-1", bytes(range(32)))
TRUSTED = {"edge-1": TrustedKey("edge", SIGNER.public, SCOPES)}


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: float = NOW) -> None:
        self.time = now

    def now(self) -> float:
        return self.time


def service_token(*scopes: str, shopper: str | None = None, clock: Time | None = None) -> str:
    return asyncio.run(ServiceTokens(SIGNER, clock or Clock()).bearer(scopes, shopper))


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good service token; a change to None leaves a claim out."""
    good = {"iss": "edge", "aud": AUDIENCE, "iat": NOW, "nbf": NOW, "exp": NOW + 300}
    good |= {"jti": "j", "scope": "profiles:read", **changes}
    return {name: value for name, value in good.items() if value is not None}


def written(
    said: dict[str, Any] | str, header: dict[str, Any] | str | None = None, signer: Any = SIGNER
) -> str:
    """A token of any claims and header, signed."""
    kind = {"alg": ALGORITHM, "kid": "edge-1", "typ": TOKEN_TYPE}
    head = header if isinstance(header, str) else json.dumps(kind | (header or {}))
    body = said if isinstance(said, str) else json.dumps(said)
    signed = f"{encoded(head.encode())}.{encoded(body.encode())}"
    return f"{signed}.{encoded(asyncio.run(signer.sign(signed.encode())))}"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
