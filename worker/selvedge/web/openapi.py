"""The OpenAPI 3.1 document, made from the same structs that are served."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

import selvedge
from selvedge.catalogue.query import refuse_parameters
from selvedge.web.consent import ConsentState
from selvedge.web.descriptions import FORMATS
from selvedge.web.descriptions import describe as describe_field
from selvedge.web.event_schemas import batch_schema, event_components
from selvedge.web.events import EventsAnswer
from selvedge.web.http import JSON, Response
from selvedge.web.items import ProductPage
from selvedge.web.openapi_catalogue import list_paths, product_paths
from selvedge.web.openapi_me import SERVED, my_paths
from selvedge.web.openapi_parameters import (
    PERSONALISE,
    PERSONALISE_NOTHING,
    PLACE,
)
from selvedge.web.openapi_parts import (
    CHOICE,
    HEADERS,
    REF,
    Document,
    make_answer,
    make_operation,
    other_answers,
    own_answer,
    problem_answer,
    public_answer,
    script_answer,
)
from selvedge.web.problems import Problem
from selvedge.web.products import ProductList
from selvedge.web.ranking import RankingStatement
from selvedge.web.recommendations import Recommendations
from selvedge.web.service import Health, Markets, Readiness

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request

_GLOBAL_PRIVACY_CONTROL: Document = {
    "type": "object",
    "required": ["gpc", "lastUpdate"],
    "properties": {
        "gpc": {"const": True, "description": "Sec-GPC is honoured (W3C Global Privacy Control)."},
        "lastUpdate": {"type": "string", "format": "date", "description": "When that was last reviewed."},
    },
}
_NOT_TAKEN = problem_answer("Nothing was kept: send the same events again", "Retry-After")


async def describe(_edge: Edge, request: Request, _background: Background) -> Response:
    """`GET /openapi.json`."""
    refuse_parameters(request.query)
    headers = {"Content-Type": JSON, "Cache-Control": "public, max-age=3600"}
    return Response(200, headers, _encoded())


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(document())


def document() -> Document:
    """Return the whole document."""
    served = (
        ProductList,
        ProductPage,
        Recommendations,
        ConsentState,
        EventsAnswer,
        RankingStatement,
        Markets,
        Health,
        Readiness,
        Problem,
        *SERVED,
    )
    schemas, components = msgspec.json.schema_components(served, ref_template=REF)
    by_name = {kind.__name__: schema for kind, schema in zip(served, schemas, strict=True)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Selvedge",
            "version": selvedge.__version__,
            "summary": "Which garments may this shopper see, and in which order?",
            "description": "What answers GET answers HEAD; a method that is not listed is answered 405 with "
            "`Allow`. Personal paths also answer OPTIONS, for allowed origins.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": list_paths(by_name)
        | product_paths(by_name)
        | _shopper_paths(by_name)
        | my_paths(by_name)
        | _service_paths(by_name),
        "components": {
            "headers": HEADERS,
            "securitySchemes": {
                "account": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of the shop's own OpenID provider; visitors show their cookie.",
                }
            },
            "schemas": {name: _described(name, schema) for name, schema in components.items()}
            | event_components(REF),
        },
    }


def _shopper_paths(schemas: Document) -> Document:
    """Paths of what a browser says, and what is said about orders."""
    return {
        "/v1/{market}/{locale}/consent": {
            "get": make_operation(
                "showConsent",
                "Show which purposes are allowed, and which signal decided",
                [*PLACE, PERSONALISE_NOTHING],
                {200: own_answer(schemas["ConsentState"]), **other_answers(400, 404, 503)},
            ),
            "put": make_operation(
                "choose",
                "Remember a choice, also a refusal; what it withdraws is deleted at once",
                [*PLACE, PERSONALISE_NOTHING],
                {
                    200: own_answer(schemas["ConsentState"]),
                    **other_answers(400, 403, 404, 413, 415, 429, 503),
                },
                CHOICE,
            ),
        },
        "/v1/{market}/{locale}/events": {
            "post": make_operation(
                "collectEvents",
                "Say what a shopper did, as far as consent allows",
                [*PLACE, PERSONALISE],
                {
                    200: own_answer(schemas["EventsAnswer"]),
                    **other_answers(400, 403, 404, 413, 415, 429),
                    503: _NOT_TAKEN,
                },
                batch_schema(REF),
            )
        },
        "/v1/{market}/{locale}/ranking": {
            "get": make_operation(
                "explainRanking",
                "State in plain words what orders lists (Regulation (EU) 2022/2065, article 27)",
                PLACE,
                {200: make_answer(schemas["RankingStatement"]), **other_answers(400, 404, 503)},
            )
        },
    }


def _service_paths(schemas: Document) -> Document:
    """Paths that are not about any market."""
    return {
        "/v1/markets": {
            "get": make_operation(
                "listMarkets",
                "List where the shop sells, in which currencies and languages",
                [],
                {200: public_answer(schemas["Markets"]), **other_answers(304, 400, 503)},
            )
        },
        "/v1/client.js": {
            "get": make_operation(
                "client",
                "The script that puts fragments into a shop's pages",
                [],
                {200: script_answer(), 304: script_answer()},
            )
        },
        "/healthz": {
            "get": make_operation("health", "The isolate runs", [], {200: make_answer(schemas["Health"])})
        },
        "/readyz": {
            "get": make_operation(
                "readiness",
                "A verified snapshot is in service",
                [],
                {
                    200: make_answer(schemas["Readiness"]),
                    503: make_answer(schemas["Readiness"], "Not ready", "Retry-After"),
                },
            )
        },
        "/.well-known/gpc.json": {
            "get": make_operation(
                "globalPrivacyControl",
                "Global Privacy Control is honoured",
                [],
                {200: make_answer(_GLOBAL_PRIVACY_CONTROL)},
            )
        },
        "/openapi.json": {
            "get": make_operation("openapi", "This document", [], {200: make_answer({"type": "object"})})
        },
    }


def _described(name: str, schema: Document) -> Document:
    """Say what each property means, and that what is absent is absent instead of null."""
    properties = {}
    for field, kind in schema["properties"].items():
        kinds = [one for one in kind.get("anyOf", [kind]) if one != {"type": "null"}]
        present = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
        plain = {key: value for key, value in present.items() if key != "default"}
        properties[field] = {**plain, **FORMATS.get(field, {}), "description": describe_field(name, field)}
    return {**schema, "properties": properties}
