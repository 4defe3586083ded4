"""Requests without the person: what anybody would ask for in their place."""

from __future__ import annotations

from urllib.parse import unquote

from selvedge.web.asked import PARAMETERS
from selvedge.web.http import Request
from selvedge.web.problems import StaleCursor


def without_person(request: Request) -> Request:
    """Return the request as nobody in particular would make it: filters stay, an order of one's own goes.

    Raises `StaleCursor` for a later page, which would not go on in the same order.
    """
    pairs = [pair for pair in request.query.split("&") if pair]
    named = {pair: unquote(pair.partition("=")[0]) for pair in pairs}
    kept = "&".join(pair for pair in pairs if named[pair] not in (*PARAMETERS, "cursor"))
    if "cursor" in named.values():
        raise StaleCursor(f"{request.path}?{kept}" if kept else request.path)
    return Request("GET", request.path, kept, _NoHeaders())


def without_headers(request: Request) -> Request:
    """Return the request as anybody would make it: what a public answer may depend on."""
    return Request("GET", request.path, request.query, _NoHeaders())


class _NoHeaders:
    def get(self, _name: str) -> None:
        """Return None."""
