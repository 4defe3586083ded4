"""Requests and responses as values: what the platform's adapters translate to and from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = "application/json"
HTML = "text/html; charset=utf-8"
JAVASCRIPT = "text/javascript; charset=utf-8"


class RequestHeaders(Protocol):
    """Header fields by lower-case name; reading one may cost, so each is read once and when needed."""

    def get(self, name: str) -> str | None:
        """The field's value, several joined by commas, or None."""
        ...


class Request:
    """A request, as far as any handler looks at it. `query` is raw: still encoded, without its `?`."""

    __slots__ = ("headers", "method", "path", "query")

    def __init__(self, method: str, path: str, query: str, headers: RequestHeaders) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers

    def cookies(self) -> dict[str, str]:
        """The cookies by name; of several with one name the first counts (RFC 6265, section 5.4)."""
        cookies: dict[str, str] = {}
        for name, value in _cookie_pairs(self.headers.get("cookie") or ""):
            cookies.setdefault(name, value)
        return cookies


class Response(msgspec.Struct, frozen=True):
    """A whole response. Header names are in the case they are sent in; none occurs twice."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


def _cookie_pairs(header: str) -> Iterator[tuple[str, str]]:
    for pair in header.split(";"):
        name, separator, value = pair.strip().partition("=")
        if separator:
            yield name, value
