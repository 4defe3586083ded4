"""Service tokens at the origin: the keys that it trusts, and what a token must say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from origin.identity.principal import Principal
from origin.identity.trust import Name, TrustedKey
from selvedge.identity.compact import InvalidToken, parse_compact
from selvedge.identity.person import SKEW_SECONDS
from selvedge.identity.service import ALGORITHM, AUDIENCE, LIFETIME_SECONDS, SCOPES, TOKEN_TYPE
from selvedge.settings import BadSetting, decode_key
from selvedge.shopper.identity import ShopperId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selvedge.identity.compact import Compact
    from selvedge.ports import Clock


class ServiceClaims(msgspec.Struct, frozen=True):
    """What a service token says, as it is read: every time is there and is a whole number."""

    iss: Name
    aud: str
    iat: int
    nbf: int
    exp: int
    jti: Name
    scope: str
    shopper: ShopperId | None = None


class ExactRegistry(jws.JWSRegistry):
    """joserfc's algorithms, where `EdDSA` (RFC 8037) is Ed25519 alone, as RFC 9864 would have it."""

    def get_alg(self, name: str) -> Any:
        """Return the algorithm called `name`, if it is allowed."""
        if name == ALGORITHM and name in (self.allowed or ()):
            return self.algorithms["Ed25519"]
        return super().get_alg(name)


class ServiceVerifier:
    """Verifies service tokens with the trusted keys, key id to key; `BadSetting` for what is no key."""

    def __init__(self, keys: Mapping[str, TrustedKey], clock: Clock) -> None:
        self._keys = {kid: _import(key) for kid, key in keys.items()}
        self._trusted = dict(keys)
        self._clock = clock
        self._registry = ExactRegistry(algorithms=[ALGORITHM])

    def verify(self, token: str, parsed: Compact | None = None) -> Principal:
        """Return whom `token` speaks for; `parsed` are its pieces, where they are at hand.

        Raises `InvalidToken`.
        """
        header = (parsed or parse_compact(token)).header
        kid = header.get("kid")
        trusted = self._trusted.get(kid) if isinstance(kid, str) else None
        if trusted is None:
            raise InvalidToken("unknown-kid")
        if header.get("typ") != TOKEN_TYPE:
            raise InvalidToken("type")
        try:
            read = jwt.decode(token, self._keys[str(kid)], [ALGORITHM], registry=self._registry)
            claims = msgspec.convert(read.claims, ServiceClaims)
        except JoseError as error:
            raise InvalidToken(error.error.replace("_", "-")) from error
        except (ValueError, msgspec.ValidationError) as error:
            raise InvalidToken("claims") from error
        self._check(claims, trusted)
        return Principal(claims.iss, frozenset(claims.scope.split()), claims.shopper, claims.jti)

    def _check(self, claims: ServiceClaims, trusted: TrustedKey) -> None:
        now = self._clock.now()
        if claims.aud != AUDIENCE:
            raise InvalidToken("audience")
        if claims.iss != trusted.issuer:
            raise InvalidToken("issuer")
        if claims.exp + SKEW_SECONDS <= now:
            raise InvalidToken("expired")
        if max(claims.nbf, claims.iat) - SKEW_SECONDS > now:
            raise InvalidToken("not-yet")
        if not 0 < claims.exp - claims.iat <= LIFETIME_SECONDS:
            raise InvalidToken("lifetime")
        if not trusted.scopes.issuperset(claims.scope.split()):
            raise InvalidToken("scope")


def _import(key: TrustedKey) -> OKPKey:
    foreign = key.scopes - SCOPES
    if foreign:
        raise BadSetting(f"SELVEDGE_SERVICE_KEYS: there is no scope {', '.join(sorted(foreign))}")
    public = Ed25519PublicKey.from_public_bytes(decode_key("service_keys", key.key))
    return OKPKey.import_key(public)
