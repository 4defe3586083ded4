"""What is asked of the origin and what it answers, as values; `ports.Origin` carries them."""

from __future__ import annotations

import msgspec

from selvedge.shopper.profile import MAX_EDGE_PROFILE_BYTES

JSON = "application/json"
PROBLEM = "application/problem+json"

ANSWER_HEADERS = ("etag", "retry-after")
"""The header fields of an answer that anybody here looks at, beside its media type."""


class OriginRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request to the origin. `path` is rooted and carries its query.

    The deadline is for all of it: connection, header and content, of which no more than `max_bytes` are read.
    """

    path: str
    deadline_ms: int
    method: str = "GET"
    headers: dict[str, str] = {}
    body: bytes = b""
    max_bytes: int = MAX_EDGE_PROFILE_BYTES


class OriginAnswer(msgspec.Struct, frozen=True):
    """A whole answer. `media_type` is in lower case, without parameters; `headers` as in `ANSWER_HEADERS`."""

    status: int
    media_type: str = ""
    headers: dict[str, str] = {}
    body: bytes = b""

    @property
    def is_json(self) -> bool:
        """Whether the content says that it is JSON."""
        return self.media_type == JSON


def media_type_of(content_type: str | None) -> str:
    """Return the media type in a `Content-Type` field."""
    return (content_type or "").partition(";")[0].strip().lower()
