"""The provider's keys, as this isolate or process knows them.

Nothing is shared between requests but what has been read: each reads for itself what it needs, and no
more often, all together, than the allowance says. A made-up key id therefore costs the provider little.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from selvedge.errors import SelvedgeError
from selvedge.identity.compact import InvalidToken, parse_object
from selvedge.identity.jwk import MAX_KEYS_BYTES, MAX_KEYS_OPENINGS, PublicKey, parse_keys
from selvedge.settings import is_loopback, is_secure

if TYPE_CHECKING:
    from selvedge.identity.provider import Provider
    from selvedge.ports import Clock, Documents

FRESH_SECONDS = 600
"""After this long the set is read again: so long a withdrawn key goes on working."""

STALE_SECONDS = 3_600
"""So long a known key stands in while the provider cannot be reached."""

ALLOWANCE = 4
ALLOWANCE_SECONDS = 60
"""At most so many readings in so many seconds, whoever asks."""

RECENT_SECONDS = 15
"""A key that was not in a set read so lately does not exist."""


class ProviderUnavailable(SelvedgeError):
    """The provider's keys cannot be read, so nobody can tell now whether a token is genuine."""

    reason = "provider-unavailable"


class _Held(msgspec.Struct, frozen=True):
    """Keys by id, and when reading them began."""

    keys: dict[str, tuple[PublicKey, ...]]
    read: float


_NOTHING = _Held({}, float("-inf"))


class KeySet:
    """Finds a provider's keys; each new set is put into use by one assignment."""

    def __init__(self, provider: Provider, documents: Documents, clock: Clock) -> None:
        self._provider = provider
        self._documents = documents
        self._clock = clock
        self._held = _NOTHING
        self._readings: deque[float] = deque(maxlen=ALLOWANCE)

    async def find(self, kid: str, algorithm: str) -> PublicKey:
        """Return the key. Raises `InvalidToken` where there is none, `ProviderUnavailable`."""
        now = self._clock.now()
        keys = self._held.keys.get(kid, ())
        if not keys or now - self._held.read >= FRESH_SECONDS:
            await self._renew(now, known=bool(keys))
            keys = self._held.keys.get(kid, ())
        if not keys:
            raise InvalidToken("unknown-kid")
        fitting = [key for key in keys if key.fits(algorithm)]
        if len(fitting) != 1:  # of two with one name nobody can say which is meant
            raise InvalidToken("key")
        return fitting[0]

    async def _renew(self, now: float, *, known: bool) -> None:
        """Read the set again if that may be done, or see that what is held will do."""
        age = now - self._held.read
        if self._may_read(now):
            try:
                self._hold(_Held(await self._read(), now))
            except SelvedgeError as error:
                if not known or age >= STALE_SECONDS:
                    raise ProviderUnavailable("the shop's OpenID provider does not answer") from error
        elif age >= (STALE_SECONDS if known else RECENT_SECONDS):
            raise ProviderUnavailable("the shop's OpenID provider has been asked too often")

    def _may_read(self, now: float) -> bool:
        if len(self._readings) == ALLOWANCE and now - self._readings[0] < ALLOWANCE_SECONDS:
            return False
        self._readings.append(now)  # before anything is awaited: the next request counts this one
        return True

    def _hold(self, held: _Held) -> None:
        if held.read >= self._held.read:  # a slow reading does not bring back what a later one replaced
            self._held = held

    async def _read(self) -> dict[str, tuple[PublicKey, ...]]:
        uri = self._provider.jwks_uri or await self._discover()
        return parse_keys(await self._documents.read(uri, MAX_KEYS_BYTES))

    async def _discover(self) -> str:
        """Return where the keys are (OpenID Connect Discovery 1.0, section 4.3)."""
        document = await self._documents.read(self._provider.discovery_uri, MAX_KEYS_BYTES)
        described = parse_object(document, MAX_KEYS_OPENINGS)
        uri = described.get("jwks_uri")
        if described.get("issuer") != self._provider.issuer or not isinstance(uri, str):
            raise InvalidToken("issuer")
        if not is_secure(uri) or (_is_local(uri) and not _is_local(self._provider.issuer)):
            raise InvalidToken("issuer")
        return uri


def _is_local(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")
