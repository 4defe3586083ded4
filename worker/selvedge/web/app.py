"""The application: from a request to a response, whatever happens in between."""

from __future__ import annotations

import logging
from contextlib import suppress
from http import HTTPStatus
from traceback import format_tb
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from selvedge.errors import SelvedgeError, SnapshotError, StorageUnavailable
from selvedge.web import (
    alternatives,
    anybody,
    client,
    consent,
    events,
    fragments,
    jsonld,
    me,
    my_consent,
    openapi,
    products,
    questionnaire,
    ranking,
    recommendations,
    service,
    session,
    similar,
)
from selvedge.web.http import Request, Response
from selvedge.web.origins import preflight, sharing
from selvedge.web.problems import MethodNotAllowed, NotFound, answer_for
from selvedge.web.telemetry import Recorder, fault_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from selvedge.ports import Background
    from selvedge.web.edge import Edge

    Handler = Callable[..., Awaitable[Response]]

_log = logging.getLogger("selvedge")
"""Read in the platform's log. Frames only: an error's message may repeat what a shopper sent."""

READING = ("GET", "HEAD")

SERVICE_ROUTES: dict[str, Handler] = {
    "/healthz": service.health,
    "/readyz": service.readiness,
    "/v1/markets": service.list_markets,
    "/v1/client.js": client.serve_client,
    "/openapi.json": openapi.describe,
    "/.well-known/gpc.json": service.global_privacy_control,
}
CATALOGUE_ROUTES: dict[tuple[str, int], Handler] = {
    ("products", 0): products.list_products,
    ("products", 1): products.show_product,
    ("recommendations", 0): recommendations.recommend,
    ("fragments", 1): fragments.show_fragment,
    ("consent", 0): consent.show_consent,
    ("ranking", 0): ranking.explain_ranking,
}
"""By name and number of path segments after it; the path begins with `/v1/{market}/{locale}/`."""

PRODUCT_ROUTES: dict[str, Handler] = {
    "similar": similar.list_similar,
    "alternatives": alternatives.list_alternatives,
    "jsonld": jsonld.show_jsonld,
}
"""What comes after `products/{id}/`."""

ACTION_ROUTES: dict[tuple[str, int], tuple[str, Handler]] = {
    ("consent", 0): ("PUT", consent.choose),
    ("events", 0): ("POST", events.collect),
}
"""What changes something: its method and its handler. Some of these paths may be read too."""

PERSONAL_ROUTES = frozenset({"recommend", "show_fragment", "list_alternatives"})
"""The handlers whose answer may be somebody's own, and which have one for nobody in particular as well."""

MY_ROUTES: dict[str, dict[str, Handler]] = {
    "/v1/me": {"GET": me.show_me, "PATCH": me.correct_me},
    "/v1/me/consent": {"GET": my_consent.show_my_consent, "PUT": my_consent.choose_mine},
    "/v1/me/export": {"GET": me.export_me},
    "/v1/me/objection": {"PUT": me.object_me},
    "/v1/me/erasure": {"POST": me.erase_me},
    "/v1/me/erasures/{receipt}": {"GET": me.show_erasure},
    "/v1/me/questionnaire": {
        "GET": questionnaire.show_questions,
        "POST": questionnaire.answer_questions,
    },
    "/v1/me/session": {"PUT": session.log_in, "DELETE": session.log_out},
}
"""What a person may do about their own data, in whatever market."""

_RECEIPTS = "/v1/me/erasures/"

SHARED_ROUTES = frozenset({"recommendations", "consent", "events"})
"""What pages of allowed origins may read, with cookies."""

_PREFIX_SEGMENTS = 4
_ABOUT_A_PRODUCT = 2


class Application:
    """Answers requests; raises nothing."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._recorder = Recorder(edge, route_name)

    async def handle(self, request: Request, background: Background) -> Response:
        """Return the answer to `request`; work that may follow it is handed to `background`."""
        started, fault, trouble = self._edge.clock.now(), "", ""
        try:
            response = await self._respond(request, background)
        except SelvedgeError as error:
            response = answer_for(error)
            if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # a bad token is no trouble of ours
                trouble = getattr(error, "reason", "")
        except Exception as error:  # noqa: BLE001 - the shopper gets an answer, whatever broke
            fault = fault_of(error)
            _log.error("an error of ours: %s\n%s", fault, "".join(format_tb(error.__traceback__)))
            response = await self._plain_answer(request, background, error)
        if is_shared(request.path):
            shared = sharing(request, self._edge.settings.allowed_origins)
            response = msgspec.structs.replace(response, headers=response.headers | shared)
        with suppress(Exception):  # a lost data point costs nobody an answer
            self._recorder.record(request, response, started, fault=fault, trouble=trouble)
        if request.method == "HEAD":
            return Response(response.status, response.headers)
        return response

    async def _respond(self, request: Request, background: Background) -> Response:
        handlers, arguments = routes(request.path)
        if request.method == "OPTIONS" and is_shared(request.path):
            return preflight(request, self._edge.settings.allowed_origins, (*handlers, "OPTIONS"))
        handler = handlers.get(request.method)
        if handler is None:
            raise MethodNotAllowed(", ".join(handlers))
        await self._edge.limits.admit(request)
        serving = self._edge.store.current
        try:
            return await handler(self._edge, request, background, *arguments)
        except (SnapshotError, StorageUnavailable) as error:
            # A part that this request needs is not there, or not whole: the release before may have it.
            fallback = await self._edge.store.fall_back(serving or self._edge.store.current, error)
            if fallback is None or request.method not in READING:  # content can be read but once
                raise
        return await handler(self._edge.pinned(fallback), request, background, *arguments)

    async def _plain_answer(self, request: Request, background: Background, error: Exception) -> Response:
        """Return the answer that nobody in particular gets in place of one that broke, else the problem."""
        if route_name(request.path) not in PERSONAL_ROUTES:
            return answer_for(error)
        try:
            response = await self._respond(anybody.without_person(request), background)
        except Exception as second:  # noqa: BLE001 - nothing is left to fall back on
            return answer_for(second)
        return Response(response.status, {**response.headers, "Selvedge-Degraded": "internal"}, response.body)


def routes(path: str) -> tuple[dict[str, Handler], list[str]]:
    """Return the handlers of a path by method, and what they are called with. Raises `NotFound`."""
    handler = SERVICE_ROUTES.get(path)
    if handler is not None:
        return dict.fromkeys(READING, handler), []
    mine, receipt = _of_mine(path)
    if mine is not None:
        handlers = dict(MY_ROUTES[mine])
        if "GET" in handlers:
            handlers["HEAD"] = handlers["GET"]
        return handlers, receipt
    segments = path.split("/")
    if len(segments) > _PREFIX_SEGMENTS and segments[1] == "v1":
        market, locale, name, *rest = segments[2:]
        if name == "products" and len(rest) == _ABOUT_A_PRODUCT and rest[0] and rest[1] in PRODUCT_ROUTES:
            handlers = dict.fromkeys(READING, PRODUCT_ROUTES[rest[1]])
            return handlers, [market, locale, unquote(rest[0])]
        handlers = _handlers(name, len(rest))
        if handlers and "" not in rest:
            return handlers, [market, locale, *map(unquote, rest)]
    raise NotFound("no such path; /openapi.json lists those there are")


def _of_mine(path: str) -> tuple[str | None, list[str]]:
    """Return the route of a person's own that serves `path`, if one does, and what it is called with."""
    receipt = path.removeprefix(_RECEIPTS)
    if receipt != path and receipt and "/" not in receipt:
        return f"{_RECEIPTS}{{receipt}}", [unquote(receipt)]
    return (path if path in MY_ROUTES and path[-1] != "}" else None), []


def _handlers(name: str, more: int) -> dict[str, Handler]:
    reading = CATALOGUE_ROUTES.get((name, more))
    handlers = {} if reading is None else dict.fromkeys(READING, reading)
    if (name, more) in ACTION_ROUTES:
        method, handler = ACTION_ROUTES[name, more]
        handlers[method] = handler
    return handlers


def is_shared(path: str) -> bool:
    """Whether pages of allowed origins may read what `path` answers."""
    if _of_mine(path)[0] is not None:
        return True
    segments = path.split("/")
    return segments[1:2] == ["v1"] and len(segments) == _PREFIX_SEGMENTS + 1 and segments[-1] in SHARED_ROUTES


def route_name(path: str, method: str = "GET") -> str:
    """Return the name of the handler that serves `path`, or an empty text."""
    try:
        handlers, _ = routes(path)
    except NotFound:
        return ""
    handler = handlers.get(method) or next(iter(handlers.values()))
    return handler.__name__
