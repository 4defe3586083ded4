"""Caching rules (RFC 9110, 9111, 5861): what shared caches may keep, for how long, and how it is named."""

from __future__ import annotations

import hashlib
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING

import msgspec

from selvedge.web.http import Response

if TYPE_CHECKING:
    from selvedge.settings import Settings
    from selvedge.web.http import Request

DEGRADED_SECONDS = 5
"""How long a cache may keep an answer from a release that is not the newest."""

PRIVATE = {"Cache-Control": "private, no-store"}


class Edition(msgspec.Struct, frozen=True):
    """What a public answer depends on beside its URL, and until when that is known to hold.

    `revision` names the delta by its content, or is empty.
    `modified` and `next_change` (the next beginning or end of some evidence or rule) are epoch seconds, and
    `evidence_epoch` counts how many such times have passed.
    """

    worker_version: str
    snapshot_version: str
    delta_number: int
    revision: str
    evidence_epoch: int
    modified: int
    next_change: int | None

    def etag(self, path: str, query: str) -> str:
        """Return the strong entity tag of the answer under a canonical URL."""
        fields = (
            self.worker_version,
            self.snapshot_version,
            self.revision,
            str(self.evidence_epoch),
            path,
            query,
        )
        return f'"{hashlib.sha256(chr(0).join(fields).encode()).hexdigest()[:24]}"'


def cache_tag(shop: str, channel: str) -> str:
    """Return the `Cache-Tag` of every public answer from a channel's snapshots; publishing purges it."""
    return f"selvedge-{shop}-{channel}"


def public_headers(
    edition: Edition, settings: Settings, request: Request, *, now: int, degraded: bool = False
) -> dict[str, str]:
    """Return the headers of a public answer; caches drop it before the evidence it shows may expire.

    A degraded answer is kept for some seconds only: it is not the newest that could be said.
    """
    left = settings.public_max_age + settings.stale_while_revalidate
    if edition.next_change is not None:
        left = max(0, min(left, edition.next_change - now - 1))  # `now` may be almost a second old
    max_age = min(settings.public_max_age, left)
    if degraded:
        left = max_age = min(max_age, DEGRADED_SECONDS)
    return {
        "Cache-Control": f"public, max-age={max_age}, stale-while-revalidate={left - max_age}",
        "Cache-Tag": cache_tag(settings.shop, settings.channel),
        "ETag": edition.etag(request.path, request.query),
        "Last-Modified": formatdate(min(edition.modified, now), usegmt=True),
    }


def not_modified(request: Request, headers: dict[str, str]) -> Response | None:
    """Return the 304 that a conditional request asks for, or None (RFC 9110, section 13.2.2)."""
    wanted = request.headers.get("if-none-match")
    if wanted is not None:
        fresh = matches_etag(wanted, headers["ETag"])
    else:
        fresh = _unmodified_since(request.headers.get("if-modified-since"), headers["Last-Modified"])
    return Response(304, headers) if fresh else None


def matches_etag(wanted: str, etag: str) -> bool:
    """Whether an `If-None-Match` field names `etag`, weakly compared (RFC 9110, section 13.1.2)."""
    return wanted.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in wanted.split(",")}


def _unmodified_since(since: str | None, last_modified: str) -> bool:
    if since is None:
        return False
    try:
        return parsedate_to_datetime(since) >= parsedate_to_datetime(last_modified)
    except (ValueError, TypeError, OverflowError):
        return False  # an invalid date is ignored (RFC 9110, section 13.1.3)
