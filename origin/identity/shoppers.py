"""Shoppers' tokens at the origin: verified again, by a library that the edge does not use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joserfc import jwk, jwt
from joserfc.errors import JoseError

from origin.identity.servicekeys import ExactRegistry
from selvedge.identity.compact import InvalidToken, parse_compact
from selvedge.identity.person import SKEW_SECONDS, Account, check_person, read_header

if TYPE_CHECKING:
    from selvedge.identity.jwk import PublicKey
    from selvedge.identity.jwks import KeySet
    from selvedge.identity.provider import Provider
    from selvedge.ports import Clock

_REASONS = {"expired_token": "expired", "bad_signature": "bad-signature"}


class ShopperVerifier:
    """Verifies the tokens of the shop's own OpenID provider."""

    def __init__(self, provider: Provider, keys: KeySet, clock: Clock) -> None:
        self._provider = provider
        self._keys = keys
        self._clock = clock

    async def verify(self, token: str) -> Account:
        """Return whose token it is. Raises `InvalidToken`, `ProviderUnavailable`.

        The strict reading comes first: the library would take an oversized token, and of two members with
        one name the last.
        """
        kid, algorithm = read_header(parse_compact(token).header, self._provider)
        key = await self._keys.find(kid, algorithm)
        now = self._clock.now()
        try:
            read = self._read(token, key, algorithm, int(now))
        except JoseError as error:
            raise InvalidToken(_REASONS.get(error.error, error.error.replace("_", "-"))) from error
        except (ValueError, OverflowError) as error:
            raise InvalidToken("claims") from error
        return check_person(read.claims, self._provider, now)

    def _read(self, token: str, key: PublicKey, algorithm: str, now: int) -> jwt.Token:
        registry = ExactRegistry(algorithms=[algorithm], strict_check_header=False)
        members: dict[str, str | list[str]] = dict(key.members)
        read = jwt.decode(token, jwk.import_key(members), [algorithm], registry=registry)
        jwt.JWTClaimsRegistry(
            now,
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": self._provider.issuer},
            aud={"essential": True, "value": self._provider.audience},
            sub={"essential": True},
            exp={"essential": True},
        ).validate(read.claims)
        return read
