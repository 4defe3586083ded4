"""Problem details (RFC 9457): the one place where the origin's errors become answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec

from origin.encryption.errors import KeyUnusable, NoMasterKey, SealBroken
from origin.events.ingest import Overloaded
from origin.events.rows import Unreadable
from origin.privacy.erasure import NoReceipt
from origin.profiles.errors import (
    BadBody,
    Conflict,
    Erased,
    ListChanged,
    NothingKept,
    RevisionRequired,
    StaleRevision,
    WrongMediaType,
)
from origin.publishing.errors import LedgerUnusable
from origin.storage.errors import DatabaseUnavailable, SchemaOutdated
from origin.storage.paging import BadCursor
from selvedge.errors import SelvedgeError
from selvedge.identity.jwks import ProviderUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.types import ExceptionHandlersMap

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 5

_KINDS: tuple[tuple[type[SelvedgeError], HTTPStatus, str, str], ...] = (
    (BadCursor, HTTPStatus.BAD_REQUEST, "bad-cursor", "The cursor makes no sense"),
    (Unreadable, HTTPStatus.BAD_REQUEST, "bad-message", "The message cannot be read"),
    (Overloaded, HTTPStatus.SERVICE_UNAVAILABLE, "overloaded", "Too much waits to be kept"),
    (BadBody, HTTPStatus.BAD_REQUEST, "bad-body", "The body makes no sense"),
    (NoReceipt, HTTPStatus.NOT_FOUND, "no-receipt", "There is no such receipt"),
    (NothingKept, HTTPStatus.NOT_FOUND, "nothing-kept", "Nothing is kept about this shopper"),
    (Conflict, HTTPStatus.CONFLICT, "conflict", "This contradicts what was done before"),
    (Erased, HTTPStatus.GONE, "erased", "This shopper was erased"),
    (ListChanged, HTTPStatus.GONE, "list-changed", "The list has changed since"),
    (StaleRevision, HTTPStatus.PRECONDITION_FAILED, "stale-revision", "Somebody else was faster"),
    (WrongMediaType, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "media-type", "The body is of another kind"),
    (RevisionRequired, HTTPStatus.PRECONDITION_REQUIRED, "revision-required", "Say which revision you saw"),
    (DatabaseUnavailable, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "The database does not answer"),
    (LedgerUnusable, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "The ledger does not answer"),
    (SchemaOutdated, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "The database has another schema"),
    (ProviderUnavailable, HTTPStatus.SERVICE_UNAVAILABLE, "provider-unavailable", "No provider to ask"),
    (NoMasterKey, HTTPStatus.SERVICE_UNAVAILABLE, "no-keys", "No key to read or keep anything with"),
    (SealBroken, HTTPStatus.SERVICE_UNAVAILABLE, "unreadable", "What is kept does not open with its key"),
    (KeyUnusable, HTTPStatus.SERVICE_UNAVAILABLE, "no-keys", "A key to read this with is missing"),
)
"""Error, status, the last part of `type`, title. What an error says is told where it is the caller's."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem as it is answered; `type` is stable: docs/origin-api.md lists every one.

    `erased` (epoch seconds) is there where somebody was; whether they have come back since, the edge tells.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    erased: int | None = None


def problem_types() -> list[str]:
    """Return every `type` of our own."""
    return sorted({f"/problems/{kind}" for _, _, kind, _ in _KINDS})


def exception_handlers() -> ExceptionHandlersMap:
    """Return the handlers of the whole application."""
    return {
        SelvedgeError: _ours,
        HTTPException: _of_framework,
        RecursionError: _senseless,
        UnicodeDecodeError: _senseless,
        HTTPStatus.INTERNAL_SERVER_ERROR: _fault,
    }


EVERYWHERE = (400, 401, 403, 429, 503)


def may_answer(*statuses: int) -> dict[int, ResponseSpec]:
    """Return what a route documents: these problems and those that any route may answer."""
    return {
        status: ResponseSpec(
            Problem,
            generate_examples=False,
            description=HTTPStatus(status).phrase,
            media_type=CONTENT_TYPE,
        )
        for status in (*EVERYWHERE, *statuses)
    }


def _senseless(_request: Request[Any, Any, Any], _error: Exception) -> Response[bytes]:
    """Litestar lets through what decoding raises for content nested without end or not in UTF-8."""
    return _answer(Problem("/problems/bad-body", "The body makes no sense", 400, "not JSON in UTF-8"), {})


def _ours(_request: Request[Any, Any, Any], error: SelvedgeError) -> Response[bytes]:
    for kind, status, name, title in _KINDS:
        if isinstance(error, kind):
            own = status >= HTTPStatus.INTERNAL_SERVER_ERROR
            detail = "" if own else str(error)
            headers = {"Retry-After": str(RETRY_SECONDS)} if own else {}
            erased = error.erased if isinstance(error, Erased) else None
            return _answer(Problem(f"/problems/{name}", title, status, detail, erased), headers)
    return _fault(_request, error)


def _of_framework(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _fault(request, error)
    status = HTTPStatus(error.status_code)
    return _answer(Problem("about:blank", status.phrase, status, _detail(error)), error.headers)


def _fault(_request: Request[Any, Any, Any], _error: Exception) -> Response[bytes]:
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _answer(Problem("about:blank", "This is our fault", status))


def _detail(error: HTTPException) -> str:
    """What the framework says, with each wrong parameter; never what the caller sent."""
    wrong = [
        f"{one.get('key', '')}: {one.get('message', '')}"
        for one in error.extra or ()
        if isinstance(one, dict)
    ]
    return "; ".join([error.detail.partition(" for ")[0], *wrong])


def _answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=CONTENT_TYPE,
        headers=dict(headers or {}) | {"Cache-Control": "no-store"},
    )
