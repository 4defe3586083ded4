"""Requests and responses as values: what the platform's adapters translate to and from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = "application/json"
JSON_LD = "application/ld+json"
HTML = "text/html; charset=utf-8"
JAVASCRIPT = "text/javascript; charset=utf-8"


class RequestHeaders(Protocol):
    """Header fields by lower-case name; reading one may cost, so each is read once and when needed."""

    def get(self, name: str) -> str | None:
        """The field's value, several joined by commas, or None."""
        ...


class RequestBody(Protocol):
    """A request's content; it can be read once."""

    async def read(self, limit: int) -> bytes | None:
        """Return the content, or None where it is longer than `limit` bytes."""
        ...


class RequestPlace(Protocol):
    """Where the edge saw the request come from."""

    def country(self) -> str | None:
        """The ISO 3166-1 alpha-2 code, or None."""
        ...

    def region(self) -> str | None:
        """The ISO 3166-2 code without its country, or None."""
        ...


class NoBody:
    """A request without content."""

    async def read(self, _limit: int) -> bytes:
        """Return nothing."""
        return b""


class Nowhere:
    """A request of which nobody knows where it comes from."""

    def country(self) -> None:
        """Return None."""

    def region(self) -> None:
        """Return None."""


_NO_BODY, _NOWHERE = NoBody(), Nowhere()


class Request:
    """A request, as far as any handler looks at it.

    `query` is raw: still encoded, without its `?`. `origin` is that of the request's own URL
    (RFC 6454: scheme, host and port).
    """

    __slots__ = ("_cookies", "body", "headers", "method", "origin", "path", "place", "query")

    def __init__(
        self,
        method: str,
        path: str,
        query: str,
        headers: RequestHeaders,
        *,
        origin: str = "",
        body: RequestBody = _NO_BODY,
        place: RequestPlace = _NOWHERE,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.origin = origin
        self.body = body
        self.place = place
        self._cookies: dict[str, str] | None = None

    def cookies(self) -> dict[str, str]:
        """The cookies by name; of several with one name the first counts (RFC 6265, section 5.4)."""
        if self._cookies is None:
            self._cookies = {}
            for name, value in _cookie_pairs(self.headers.get("cookie") or ""):
                self._cookies.setdefault(name, value)
        return self._cookies


class Response(msgspec.Struct, frozen=True):
    """A whole response. Header names are in the case they are sent in; none occurs twice.

    `cookies` are the values of its `Set-Cookie` fields, the one field that may occur twice.
    """

    status: int
    headers: dict[str, str]
    body: bytes = b""
    cookies: tuple[str, ...] = ()


def set_cookie(name: str, value: str, max_age: int) -> str:
    """Return a `Set-Cookie` value that scripts cannot read; a `max_age` (seconds) of 0 deletes the cookie."""
    return f"{name}={value}; Path=/; Max-Age={max_age}; Secure; HttpOnly; SameSite=Lax"


def _cookie_pairs(header: str) -> Iterator[tuple[str, str]]:
    for pair in header.split(";"):
        name, separator, value = pair.strip().partition("=")
        if separator:
            yield name, value
