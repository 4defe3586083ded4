"""Purging the caches in front of the Worker: at once, and again when KV shows the pointer everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from origin.publishing.clock import Clock
    from origin.publishing.cloudflare import CloudflareApi

KV_WINDOW_SECONDS = 60.0
"""An edge that still saw the old pointer may have filled a cache with it in the meantime."""

TAGS_LIMIT = 30
"""Tags a request; https://developers.cloudflare.com/cache/how-to/purge-cache/ allows 100."""


class CachePurger(Protocol):
    """A cache that forgets by tag (the Worker's `Cache-Tag`)."""

    def purge(self, tags: Sequence[str]) -> None:
        """Forget what carries one of `tags`. Raises `RemoteUnavailable` or `RemoteRefused`."""
        ...


class ZonePurger:
    """The caches of one Cloudflare zone."""

    def __init__(self, api: CloudflareApi, zone: str) -> None:
        self._api = api
        self._path = f"/zones/{quote(zone, safe='')}/purge_cache"

    def purge(self, tags: Sequence[str]) -> None:
        """One request for each `TAGS_LIMIT` tags."""
        for start in range(0, len(tags), TAGS_LIMIT):
            body = msgspec.json.encode({"tags": tags[start : start + TAGS_LIMIT]})
            self._api.call("POST", self._path, body=body)


class MemoryPurger:
    """Keeps the tags it was asked to purge."""

    def __init__(self) -> None:
        self.purged: list[tuple[str, ...]] = []

    def purge(self, tags: Sequence[str]) -> None:
        """Note the tags."""
        self.purged.append(tuple(tags))


def purge_twice(purger: CachePurger, tags: Sequence[str], clock: Clock) -> None:
    """Purge now and once more after KV's window. Blocks for that long; hold no lease meanwhile."""
    purger.purge(tags)
    clock.sleep(KV_WINDOW_SECONDS)
    purger.purge(tags)
