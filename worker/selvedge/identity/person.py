"""Shoppers' tokens: what makes one the proof of who somebody is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from selvedge.identity.compact import InvalidToken, parse_compact
from selvedge.shopper.identity import account_id

if TYPE_CHECKING:
    from selvedge.identity.jwk import JwsVerifier
    from selvedge.identity.jwks import KeySet
    from selvedge.identity.provider import Provider
    from selvedge.ports import Clock

SKEW_SECONDS = 30
"""How far the clocks of who issues a token and who reads it may be apart."""

TYPES = frozenset({"jwt", "at+jwt"})
"""ID tokens and access tokens (RFC 9068). A log-out token, say, is signed as well and proves nothing here."""

_MAX_KID = 256

Instant = Annotated[float, Meta(ge=0, le=1e11)]
"""NumericDate (RFC 7519, section 2), epoch seconds."""


class PersonClaims(msgspec.Struct, frozen=True):
    """What is read of a shopper's token (OpenID Connect Core 1.0, section 2; RFC 9068, section 2.2)."""

    iss: str
    sub: Annotated[str, Meta(min_length=1, max_length=255)]
    aud: str | list[str]
    exp: Instant
    nbf: Instant = 0
    iat: Instant = 0
    azp: str | None = None
    client_id: str | None = None


class Account(msgspec.Struct, frozen=True):
    """Who somebody is, as Selvedge calls them, and from when until when their token says so.

    `issued` and `expires` are in epoch seconds; `issued` is 0 where the token does not say it.
    """

    id: str
    expires: int
    issued: int = 0


class PersonVerifier:
    """Verifies the tokens of the shop's own OpenID provider."""

    def __init__(self, provider: Provider, keys: KeySet, verifier: JwsVerifier, clock: Clock) -> None:
        self._provider = provider
        self._keys = keys
        self._verifier = verifier
        self._clock = clock

    async def verify(self, token: str) -> Account:
        """Return whose token it is. Raises `InvalidToken`, `ProviderUnavailable`.

        What the claims say is looked at last: a forger learns nothing about them.
        """
        compact = parse_compact(token)
        kid, algorithm = read_header(compact.header, self._provider)
        key = await self._keys.find(kid, algorithm)
        if not await self._verifier.verify(key, algorithm, compact.signature, compact.signed):
            raise InvalidToken("bad-signature")
        return check_person(compact.claims, self._provider, self._clock.now())


def read_header(header: dict[str, Any], provider: Provider) -> tuple[str, str]:
    """Return key id and algorithm. Raises `InvalidToken`.

    The algorithm is one of the setting's, never one that only the token names; extensions that must be
    understood (`crit`, RFC 7515, section 4.1.11) are not understood.
    """
    kid, algorithm, kind = header.get("kid"), header.get("alg"), header.get("typ", "JWT")
    if algorithm not in provider.algorithms:
        raise InvalidToken("algorithm")
    if "crit" in header:
        raise InvalidToken("critical")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in TYPES:
        raise InvalidToken("type")
    if not isinstance(kid, str) or not 0 < len(kid) <= _MAX_KID:
        raise InvalidToken("unknown-kid")
    return kid, str(algorithm)


def check_person(said: dict[str, Any], provider: Provider, now: float) -> Account:
    """Return whose token it is, of which the signature is right. Raises `InvalidToken`."""
    try:
        claims = msgspec.convert(said, PersonClaims)
    except (msgspec.ValidationError, OverflowError) as error:
        raise InvalidToken("claims") from error
    if claims.iss != provider.issuer:
        raise InvalidToken("issuer")
    _check_audience(claims, provider)
    if claims.exp + SKEW_SECONDS <= now:
        raise InvalidToken("expired")
    if max(claims.nbf, claims.iat) - SKEW_SECONDS > now:
        raise InvalidToken("not-yet")
    if claims.sub in {claims.azp, claims.client_id}:  # a program that asked for itself (RFC 9068, 2.2)
        raise InvalidToken("no-person")
    return Account(account_id(claims.iss, claims.sub), int(claims.exp), int(claims.iat))


def _check_audience(claims: PersonClaims, provider: Provider) -> None:
    """Raise `InvalidToken` unless the token is for the shop, and a client of the shop asked for it."""
    audiences = claims.aud if isinstance(claims.aud, list) else [claims.aud]
    if provider.audience not in audiences:
        raise InvalidToken("audience")
    if claims.azp is None and len(audiences) == 1:
        return
    if claims.azp not in (provider.parties or (provider.audience,)):
        raise InvalidToken("party")
