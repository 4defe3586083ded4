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


def from_platform(js_request: Any) -> Request:
    """Return the platform's request as a value."""
    url = js_request.url
    start = url.index("/", url.index("://") + 3)
    path, _, query = url[start:].partition("?")
    return Request(js_request.method, path, query, JsHeaders(js_request.headers))


def to_platform(response: Response) -> Any:
    """Return `response` as the platform's.

    Status and headers cross as one JSON text: each further crossing would cost as much again.
    """
    options = js.JSON.parse(
        msgspec.json.encode({"status": response.status, "headers": response.headers}).decode()
    )
    body = to_js(response.body) if response.body else None
    return js.Response.new(body, options)
