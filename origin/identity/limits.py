"""Rate limits: token buckets in memory, for each token, shopper and address.

Each process counts for itself, and of more keys than it remembers it forgets the one unused for longest.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING

from litestar.exceptions import TooManyRequestsException

if TYPE_CHECKING:
    from origin.identity.principal import Principal
    from origin.identity.rates import Limits, Rate
    from selvedge.ports import Clock

MAX_KEYS = 10_000


class Buckets:
    """One rate for many keys."""

    def __init__(self, rate: Rate, clock: Clock, max_keys: int = MAX_KEYS) -> None:
        self._rate = rate
        self._clock = clock
        self._max_keys = max_keys
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Return how long it takes, in seconds, until `key` may do one more; 0 is at once."""
        return max(0.0, (1 - self._level(key)) / self._rate.per_second)

    def take(self, key: str) -> None:
        """Count one more for `key`."""
        level = max(0.0, self._level(key) - 1)
        self._levels[key] = level, self._clock.now()
        self._levels.move_to_end(key)
        while len(self._levels) > self._max_keys:
            self._levels.popitem(last=False)

    def _level(self, key: str) -> float:
        level, then = self._levels.get(key, (self._rate.burst, 0.0))
        refilled = level + max(0.0, self._clock.now() - then) * self._rate.per_second
        return min(self._rate.burst, refilled)


class Limiter:
    """Counts each request; `TooManyRequestsException` says when the next one may come."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._tokens = Buckets(limits.token, clock)
        self._shoppers = Buckets(limits.shopper, clock)
        self._addresses = Buckets(limits.address, clock)

    def approach(self, address: str) -> None:
        """Count, by its address, a request without a good service token."""
        _count(self._addresses, address)

    def serve(self, principal: Principal) -> None:
        """Count a request by its service token, and by whom it is about."""
        if principal.token:
            _count(self._tokens, principal.token)
        if principal.shopper is not None:
            _count(self._shoppers, principal.shopper)


def _count(buckets: Buckets, key: str) -> None:
    _check(buckets, key)
    buckets.take(key)


def _check(buckets: Buckets, key: str) -> None:
    wait = buckets.wait(key)
    if wait > 0:
        seconds = str(math.ceil(wait))
        raise TooManyRequestsException(f"wait {seconds} s", headers={"Retry-After": seconds})
