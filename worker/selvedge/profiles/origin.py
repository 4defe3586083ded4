"""What is asked of the origin and what it answers, as values; `ports.Origin` carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from selvedge.shopper.profile import MAX_EDGE_PROFILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from selvedge.ports import Origin

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

    @property
    def retry_after(self) -> int | None:
        """The seconds that the origin asks to wait, if it states any (RFC 9110, section 10.2.3)."""
        stated = self.headers.get("retry-after", "")
        return int(stated) if stated.isdecimal() else None


class TokenSource(Protocol):
    """What makes the tokens that the origin wants to see."""

    async def bearer(self, scopes: Iterable[str], shopper: str | None = None) -> str:
        """Return a token for `scopes`, bound to `shopper` if one is named."""
        ...


class OriginClient:
    """The origin, asked under a service token."""

    def __init__(self, origin: Origin, tokens: TokenSource) -> None:
        self._origin = origin
        self._tokens = tokens

    async def ask(
        self, request: OriginRequest, scopes: Iterable[str], shopper: str | None = None
    ) -> OriginAnswer:
        """Return the answer to `request` under a token for `scopes`, bound to `shopper` if one is named.

        Raises `OriginUnavailable`.
        """
        token = await self._tokens.bearer(scopes, shopper)
        headers = {**request.headers, "Authorization": f"Bearer {token}"}
        return await self._origin.ask(msgspec.structs.replace(request, headers=headers))


def media_type_of(content_type: str | None) -> str:
    """Return the media type in a `Content-Type` field."""
    return (content_type or "").partition(";")[0].strip().lower()
