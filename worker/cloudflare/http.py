"""Requests and responses of the platform, to and from the values of the pure package."""

from __future__ import annotations

from typing import Any

import js
import msgspec
from pyodide.ffi import to_js

from selvedge.web.http import Request, Response


class JsHeaders:
    """A request's header fields, each read from JavaScript when it is asked for."""

    def __init__(self, headers: Any) -> None:
        self._headers = headers

    def get(self, name: str) -> str | None:
        """Return the field's value, several joined by commas, or None."""
        value = self._headers.get(name)
        return value if isinstance(value, str) else None


class JsBody:
    """A request's content, read piece by piece so that nothing beyond the limit is kept."""

    def __init__(self, js_request: Any) -> None:
        self._request = js_request

    async def read(self, limit: int) -> bytes | None:
        """Return the content, or None where it is longer than `limit` bytes."""
        stated = self._request.headers.get("content-length")
        if isinstance(stated, str) and stated.isdecimal() and int(stated) > limit:
            return None
        if not self._request.body:
            return b""
        reader = self._request.body.getReader()
        pieces: list[bytes] = []
        size = 0
        while True:
            piece = await reader.read()
            if piece.done:
                return b"".join(pieces)
            pieces.append(bytes(piece.value.to_bytes()))
            size += len(pieces[-1])
            if size > limit:
                await reader.cancel()
                return None


class JsPlace:
    """Where Cloudflare saw a request come from."""

    def __init__(self, js_request: Any) -> None:
        self._request = js_request

    def country(self) -> str | None:
        """The ISO 3166-1 alpha-2 code, or None; `T1` (Tor) and `XX` are no countries."""
        code = self._read("country")
        return None if code in {"T1", "XX"} else code

    def region(self) -> str | None:
        """The ISO 3166-2 code without its country, or None."""
        return self._read("regionCode")

    def _read(self, name: str) -> str | None:
        value = getattr(getattr(self._request, "cf", None), name, None)
        return value if isinstance(value, str) else None


def from_platform(js_request: Any) -> Request:
    """Return the platform's request as a value."""
    url = js_request.url
    start = url.index("/", url.index("://") + 3)
    path, _, query = url[start:].partition("?")
    return Request(
        js_request.method,
        path,
        query,
        JsHeaders(js_request.headers),
        origin=url[:start],
        body=JsBody(js_request),
        place=JsPlace(js_request),
    )


def to_platform(response: Response) -> Any:
    """Return `response` as the platform's.

    Status and headers cross as one JSON text: each further crossing would cost as much again.
    """
    headers: Any = response.headers
    if response.cookies:  # pairs, since this field alone may occur twice
        headers = [*headers.items(), *(("Set-Cookie", cookie) for cookie in response.cookies)]
    options = js.JSON.parse(msgspec.json.encode({"status": response.status, "headers": headers}).decode())
    body = to_js(response.body) if response.body else None
    return js.Response.new(body, options)
