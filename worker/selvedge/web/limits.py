"""Rate limits at the edge: of addresses and tokens before a route runs, of shoppers once it knows them.

Counted is what changes something and what asks about one person. Lists, which caches answer, are not, and
personal lists only where the shop wants that: each count is a call of the platform.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from selvedge.web.problems import TooManyRequests

if TYPE_CHECKING:
    from selvedge.ports import RateLimiter
    from selvedge.web.http import Request

RETRY_SECONDS = 60
"""The period of the bindings in wrangler.toml; nobody says how much of it is left."""

ADDRESS_HEADER = "cf-connecting-ip"
READING = ("GET", "HEAD", "OPTIONS")
PERSONAL = frozenset({"recommendations", "fragments"})
_ROOT_SEGMENTS = 5
_PREFIX_GROUPS = 4


class RequestLimits:
    """Counts by address (`addresses`), and by token and shopper (`people`); without a limiter nothing is."""

    def __init__(
        self,
        addresses: RateLimiter | None = None,
        people: RateLimiter | None = None,
        *,
        personal_lists: bool = False,
    ) -> None:
        self._addresses = addresses
        self._people = people
        self._personal_lists = personal_lists

    async def admit(self, request: Request) -> None:
        """Count a request by its address and its token. Raises `TooManyRequests`."""
        if not self._counts(request):
            return
        counts = []
        address = self._addresses and request.headers.get(ADDRESS_HEADER)
        if self._addresses is not None and address:
            counts.append(self._addresses.allows(f"address {network(address)}"))
        token = self._people and request.headers.get("authorization")
        if self._people is not None and token:
            digest = hashlib.sha256(token.encode()).hexdigest()
            counts.append(self._people.allows(f"token {digest}"))
        if not all(await asyncio.gather(*counts)):  # at once: what costs is waiting for the platform
            raise TooManyRequests(RETRY_SECONDS)

    async def admit_shopper(self, shopper: str) -> None:
        """Count what is done for one shopper. Raises `TooManyRequests`."""
        if self._people is not None and not await self._people.allows(f"shopper {shopper}"):
            raise TooManyRequests(RETRY_SECONDS)

    def _counts(self, request: Request) -> bool:
        segments = request.path.split("/", _ROOT_SEGMENTS)
        if request.method not in READING or segments[1:3] == ["v1", "me"]:
            return request.method != "OPTIONS"
        personal = len(segments) >= _ROOT_SEGMENTS and segments[4] in PERSONAL
        return self._personal_lists and (personal or "personalise=on" in request.query.split("&"))


def network(address: str) -> str:
    """Return what one subscriber has of addresses: an IPv4 address, or the /64 of an IPv6 one."""
    if ":" not in address:
        return address
    before, _, after = address.partition("::")
    head, tail = (part.split(":") if part else [] for part in (before, after))
    missing = ["0"] * (2 * _PREFIX_GROUPS - len(head) - len(tail)) if "::" in address else []
    return ":".join([*head, *missing, *tail][:_PREFIX_GROUPS])
