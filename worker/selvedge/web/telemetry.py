"""What the edge tells of the requests it answers: one data point for each that is sampled.

Every n-th request of an isolate is sampled; what went wrong or was served degraded always is. No point
holds a query string, a header or a cookie. docs/operations.md names each position.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from selvedge.web.people import PROFILE_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable

    from selvedge.web.edge import Edge
    from selvedge.web.http import Request, Response

BLOBS = ("outcome", "route", "path", "snapshot", "trouble", "fault", "worker", "profile")
"""The texts of a point, in this order: `blob1` and so on in Analytics Engine."""

DOUBLES = ("weight", "status", "delta", "publicationAge", "feedAge", "waited", "bytes")
"""The numbers of a point, in this order: `double1` and so on."""

NONE = -1
"""A number that this request has none of."""

_MAX_PATH = 256
_RECEIPTS = "/v1/me/erasures/"
_NOT_FOUND, _SERVER_ERROR = 404, 500


class Recorder:
    """Counts an isolate's requests and writes the points of those that are sampled."""

    def __init__(self, edge: Edge, route_name: Callable[[str], str]) -> None:
        self._edge = edge
        self._route_name = route_name
        self._every = edge.settings.telemetry_every
        # Isolates begin anywhere in the count: many of them live for fewer requests than one sample takes.
        self._seen = int.from_bytes(os.urandom(4), "big") % self._every

    def record(
        self, request: Request, response: Response, started: float, *, fault: str = "", trouble: str = ""
    ) -> None:
        """Note an answered request. `started` is when it came.

        `fault` names an error of ours, `trouble` why nothing could be served.
        """
        self._seen += 1
        sampled = self._seen % self._every == 0
        always = bool(fault) or response.status >= _SERVER_ERROR or "Selvedge-Degraded" in response.headers
        if sampled or always:
            weight = 1 if always else self._every
            with suppress(Exception):  # no answer is lost over what is told of it
                self._edge.telemetry.write(
                    self._blobs(request, response, fault, trouble), self._doubles(response, started, weight)
                )

    def _blobs(self, request: Request, response: Response, fault: str, trouble: str) -> list[str]:
        release = self._edge.store.current
        # A path that names nothing of ours may hold anything, so it is not kept.
        path = "" if response.status == _NOT_FOUND else _without_names(request.path)[:_MAX_PATH]
        return [
            _outcome(response, fault),
            self._route_name(request.path),
            path,
            release.release.version if release else "",
            response.headers.get("Selvedge-Degraded") or trouble or self._edge.store.trouble or "",
            fault,
            self._edge.worker_version,
            response.headers.get(PROFILE_HEADER, ""),
        ]

    def _doubles(self, response: Response, started: float, weight: int) -> list[float]:
        now = self._edge.clock.now()
        release = self._edge.store.current
        return [
            weight,
            response.status,
            release.release.delta_number if release else NONE,
            int(now) - release.published if release else NONE,
            int(now) - release.release.manifest.taken if release else NONE,
            round((now - started) * 1000),
            len(response.body),
        ]


def _without_names(path: str) -> str:
    """Return the path without what names a person's matter: a receipt is all that is needed to read it."""
    return _RECEIPTS if path.startswith(_RECEIPTS) else path


def fault_of(error: Exception) -> str:
    """Return the error's type and where it was raised. Its message may hold what a shopper sent."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = f" at {at.tb_frame.f_code.co_filename.rpartition('/')[2]}:{at.tb_lineno}" if at else ""
    return f"{type(error).__name__}{place}"


def _outcome(response: Response, fault: str) -> str:
    if fault:
        return "error"
    if response.status >= _SERVER_ERROR:
        return "unavailable"
    if "Selvedge-Degraded" in response.headers:
        return "degraded"
    return f"{response.status // 100}xx"
