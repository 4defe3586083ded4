"""Problem details (RFC 9457): the one place where errors become answers."""

from __future__ import annotations

import msgspec

from selvedge.catalogue.query import BadParameter
from selvedge.errors import SelvedgeError, SnapshotError, StorageUnavailable
from selvedge.identity.compact import InvalidToken
from selvedge.identity.jwks import ProviderUnavailable
from selvedge.web.http import Response

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 5
MAX_ALLOWED = 50
MAX_ECHO = 64
MAX_DETAIL = 400


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem as it is served. `type` is stable: docs/http-api.md lists every one.

    `parameter` and `allowed` belong to a bad parameter, of which `more` further values are allowed than are
    listed; `start` is where to begin afresh.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    parameter: str | None = None
    allowed: tuple[str, ...] = ()
    more: int = 0
    start: str | None = None


class NotFound(SelvedgeError):
    """Nothing is here: no such path, market, locale or product."""


class Withdrawn(SelvedgeError):
    """The product was here and is no longer sold."""


class StaleCursor(SelvedgeError):
    """The cursor belongs to a version that is not in service here. `start` is the first page's URL."""

    def __init__(self, start: str) -> None:
        super().__init__("this list has changed since; start again")
        self.start = start


class MethodNotAllowed(SelvedgeError):
    """The path exists, the method on it does not. `allow` lists those that do."""

    def __init__(self, allow: str) -> None:
        super().__init__(f"use {allow}")
        self.allow = allow


class ForeignOrigin(SelvedgeError):
    """A page that the shop has not listed wants to change something."""


class BadContent(SelvedgeError):
    """The request's content is not the JSON that this route takes."""


class ContentTooLarge(SelvedgeError):
    """The request's content is longer than this route takes."""


class UnsupportedMediaType(SelvedgeError):
    """The request's content is of another media type than this route takes."""


class HandOverFailed(SelvedgeError):
    """Neither the queue nor the origin took the events; nothing of them was kept, so send them again."""


class TokenNeeded(SelvedgeError):
    """Only somebody in particular may ask this, and the request does not prove who that is."""


class ConsentNeeded(SelvedgeError):
    """What was asked for would be kept or used for a purpose that the person does not allow."""


class OriginNeeded(SelvedgeError):
    """What was asked for cannot be done without the origin, and it does not answer."""


class Refused(SelvedgeError):
    """The origin refuses, for a reason that concerns whoever asked. `status` is one of `REFUSALS`."""

    def __init__(self, status: int, detail: str = "") -> None:
        super().__init__(detail)
        self.status = status


class TooManyRequests(SelvedgeError):
    """More was asked for than one person, token or address may ask; `seconds` is how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


def quoted(text: str) -> str:
    """Return what a stranger wrote, as a problem may repeat it: in quotes, and no more than its beginning."""
    return repr(text if len(text) <= MAX_ECHO else f"{text[:MAX_ECHO]}…")


def answer_for(error: Exception) -> Response:
    """Return the answer that tells of `error`; what is not ours is told without its details."""
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = error.allow
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.seconds)
    if isinstance(error, TokenNeeded):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, InvalidToken):
        said = f'Bearer error="invalid_token", error_description="{error.reason}"'
        headers["WWW-Authenticate"] = said  # RFC 6750, section 3
    if isinstance(error, _PASSING):
        headers["Retry-After"] = str(RETRY_SECONDS)
    problem = problem_of(error)
    return Response(problem.status, headers, msgspec.json.encode(problem))


def problem_of(error: Exception) -> Problem:
    """Return the problem that `error` is."""
    detail = str(error)
    match error:
        case BadParameter():
            problem = _bad_parameter(error)
        case NotFound():
            problem = Problem("/problems/not-found", "Not found", 404, detail)
        case Withdrawn():
            problem = Problem("/problems/withdrawn", "No longer sold", 410, detail)
        case StaleCursor():
            title = "The list has changed"
            problem = Problem("/problems/stale-cursor", title, 410, detail, start=error.start)
        case MethodNotAllowed():
            problem = Problem("/problems/method-not-allowed", "Method not allowed", 405, detail)
        case SnapshotError() | StorageUnavailable():
            title = "No catalogue can be served yet"
            problem = Problem("/problems/no-snapshot", title, 503, f"reason: {error.reason}")
        case _ if type(error) in _REFUSALS:
            kind, title, status = _REFUSALS[type(error)]
            problem = Problem(kind, title, status, detail)
        case Refused():
            problem = Problem(*REFUSALS[error.status], error.status, detail)
        case _:
            problem = Problem("/problems/internal", "An error of ours", 500)
    return problem


def _bad_parameter(error: BadParameter) -> Problem:
    return Problem(
        "/problems/bad-parameter",
        "A parameter makes no sense",
        400,
        f"{error.parameter[:MAX_ECHO]} {error.detail}"[:MAX_DETAIL],
        parameter=error.parameter[:MAX_ECHO],
        allowed=error.allowed[:MAX_ALLOWED],
        more=max(0, len(error.allowed) - MAX_ALLOWED),
    )


REFUSALS = {
    404: ("/problems/not-found", "Not found"),
    410: ("/problems/erased", "Erased"),
    412: ("/problems/changed-meanwhile", "It has been changed meanwhile"),
    422: ("/problems/not-understood", "The content cannot be taken as it is"),
    428: ("/problems/if-match-needed", "Say which revision you have seen"),
}
"""What the origin may refuse to a person, by status: kind and title."""

_PASSING = (SnapshotError, StorageUnavailable, HandOverFailed, ProviderUnavailable, OriginNeeded)
"""What may be well again when the same is asked a little later."""

_REFUSALS: dict[type[Exception], tuple[str, str, int]] = {
    InvalidToken: ("/problems/invalid-token", "The token proves nothing", 401),
    TokenNeeded: ("/problems/token-needed", "A token is needed", 401),
    ConsentNeeded: ("/problems/consent-needed", "This needs a consent that is not given", 403),
    OriginNeeded: ("/problems/origin-unavailable", "This cannot be done just now", 503),
    TooManyRequests: ("/problems/too-many-requests", "Too many requests", 429),
    ProviderUnavailable: ("/problems/provider-unavailable", "Nobody can tell now whose token this is", 503),
    ForeignOrigin: ("/problems/foreign-origin", "This page may not do that", 403),
    BadContent: ("/problems/bad-content", "The content makes no sense", 400),
    ContentTooLarge: ("/problems/content-too-large", "The content is too large", 413),
    UnsupportedMediaType: ("/problems/unsupported-media-type", "The content is of another type", 415),
    HandOverFailed: ("/problems/events-not-taken", "The events were not taken", 503),
}
