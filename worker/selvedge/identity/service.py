"""Service tokens: how the edge and the jobs tell the origin who they are. One text for both.

A JWT (RFC 7519) signed with Ed25519 (RFC 8037). Its `typ` keeps it apart from every other token
(RFC 8725, section 3.11), and it says no more than what it is for.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

import msgspec

from selvedge.identity.compact import encode_base64url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from selvedge.ports import Clock

AUDIENCE = "selvedge-origin"
ALGORITHM = "EdDSA"
TOKEN_TYPE = "selvedge+jwt"  # noqa: S105 - the name of a kind of token
LIFETIME_SECONDS = 300
"""No service token lives longer."""

RENEWAL_SECONDS = 60
"""A kept token is not handed out in its last seconds: it has to last for a request and a slow clock."""

SCOPES = frozenset(
    {
        "edge-profile:read",
        "events:read",
        "events:write",
        "metrics:read",
        "outputs:write",
        "privacy",
        "profiles:merge",
        "profiles:read",
        "profiles:write",
        "publications:read",
    }
)
"""All there are; docs/security.md says what each lets do."""

EDGE_SCOPES = ("edge-profile:read", "events:write")
"""What the edge may do for anybody; it keeps one token for it."""

_ID_BYTES = 12


class Signer(Protocol):
    """Ed25519 with the one private key that signs: WebCrypto at the edge, a well-kept library on CPython."""

    @property
    def key_id(self) -> str:
        """The key's name in the origin's setting."""
        ...

    async def sign(self, data: bytes) -> bytes:
        """Return the 64-byte signature over `data`."""
        ...


class ServiceHeader(msgspec.Struct, frozen=True):
    """The header of a service token."""

    alg: str
    kid: str
    typ: str


class ServiceClaims(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a service token says; times in epoch seconds, `scope` separated by spaces (RFC 8693, 4.2)."""

    iss: str
    aud: str
    iat: int
    nbf: int
    exp: int
    jti: str
    scope: str
    shopper: str | None = None


class ServiceTokens:
    """Makes the tokens of one issuer. Those for nobody in particular are kept until they get old."""

    def __init__(self, signer: Signer, clock: Clock, issuer: str = "edge") -> None:
        self._signer = signer
        self._clock = clock
        self._issuer = issuer
        self._kept: dict[str, tuple[str, int]] = {}

    async def bearer(self, scopes: Iterable[str], shopper: str | None = None) -> str:
        """Return a token for `scopes`; with `shopper` it reaches that person's paths alone, and is new."""
        scope, now = " ".join(sorted(scopes)), int(self._clock.now())
        if shopper is not None:
            return await self._mint(scope, now, shopper)
        kept = self._kept.get(scope)
        if kept is None or kept[1] - RENEWAL_SECONDS <= now:
            kept = await self._mint(scope, now), now + LIFETIME_SECONDS
            self._kept[scope] = kept
        return kept[0]

    async def _mint(self, scope: str, now: int, shopper: str | None = None) -> str:
        claims = ServiceClaims(
            iss=self._issuer,
            aud=AUDIENCE,
            iat=now,
            nbf=now,
            exp=now + LIFETIME_SECONDS,
            jti=os.urandom(_ID_BYTES).hex(),
            scope=scope,
            shopper=shopper,
        )
        header = ServiceHeader(alg=ALGORITHM, kid=self._signer.key_id, typ=TOKEN_TYPE)
        signed = (
            f"{encode_base64url(msgspec.json.encode(header))}.{encode_base64url(msgspec.json.encode(claims))}"
        )
        return f"{signed}.{encode_base64url(await self._signer.sign(signed.encode()))}"
