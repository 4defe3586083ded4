"""Observing: every request gets an id, is timed by its route, and leaves one line in the log."""

from __future__ import annotations

import re
import secrets
from time import perf_counter
from typing import TYPE_CHECKING, Any

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException

from origin.identity.principal import Principal
from origin.telemetry.logs import place_of, request_id

if TYPE_CHECKING:
    from litestar import Litestar
    from litestar.types import ASGIApp, Message, Receive, Scope, Send
    from prometheus_client import Histogram

    from origin.telemetry.logs import Log
    from origin.telemetry.metrics import Metrics

REQUEST_ID = b"x-request-id"
UNMATCHED = "unmatched"
"""Stands for all paths that no route has: they may say anything."""

_ACCEPTED_ID = re.compile(rb"[0-9a-f][0-9a-f-]{14,34}[0-9a-f]\Z")
"""Hexadecimal, as in UUIDs, trace ids and `CF-Ray`: no shopper's name and no address looks like this."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FAULT = "selvedge_fault"
_SERVER_ERROR = 500


class Observer:
    """An application, and what can be seen of it."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: Log) -> None:
        self._app = app
        self._metrics = metrics
        self._log = log
        self._timers: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        found = _id_of(scope)
        status = _SERVER_ERROR
        token = request_id.set(found)

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (REQUEST_ID, found.encode())]
            await send(message)

        try:
            await self._app(scope, receive, with_id)
        finally:
            self._note(scope, status, perf_counter() - started)
            request_id.reset(token)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method = str(scope.get("method"))
        method = method if method in _METHODS else "other"
        route = str(scope.get("path_template", UNMATCHED))
        self._timer(method, route, status).observe(seconds)
        self._log.write(
            "error" if status >= _SERVER_ERROR else "info",
            "request",
            method=method,
            route=route,
            status=status,
            seconds=round(seconds, 6),
            caller=_caller(scope),
            fault=scope["state"].get(_FAULT) if "state" in scope else None,
        )

    def _timer(self, method: str, route: str, status: int) -> Histogram:
        key = method, route, status
        if key not in self._timers:
            self._timers[key] = self._metrics.requests.labels(method, route, str(status))
        return self._timers[key]


def observe(app: Litestar, metrics: Metrics, log: Log) -> Litestar:
    """Return `app`, observed from outside of its routing, so that what has no route is seen as well."""
    app.asgi_handler = Observer(app.asgi_handler, metrics, log)
    return app


async def note_fault(error: Exception, scope: Any) -> None:
    """Hook of the application (`after_exception`): keep what an error of ours was, for the log."""
    if not isinstance(error, HTTPException) or error.status_code >= _SERVER_ERROR:
        scope.setdefault("state", {})[_FAULT] = place_of(error)


def _id_of(scope: Scope) -> str:
    """Return the id that the caller gave this request, or a new one."""
    given = next((value for name, value in scope["headers"] if name == REQUEST_ID), b"")
    return given.decode() if _ACCEPTED_ID.match(given) else secrets.token_hex(8)


def _caller(scope: Scope) -> str | None:
    """Return the service that asked, `shopper` for any person, None for nobody."""
    user = scope.get("user")
    if not isinstance(user, Principal):
        return None
    return user.name if user.shopper is None else "shopper"
