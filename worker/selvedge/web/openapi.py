"""The OpenAPI 3.1 document, made from the same structs that are served."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

import selvedge
from selvedge.catalogue.query import DEFAULT_LIMIT, MAX_LIMIT, MAX_VALUES, SORTS, refuse_parameters
from selvedge.shopper.policy import PURPOSES
from selvedge.web.alternatives import DEFAULT_ITEMS, MAX_ITEMS
from selvedge.web.asked import MAX_PREFERENCES
from selvedge.web.consent import ConsentState
from selvedge.web.descriptions import FORMATS
from selvedge.web.descriptions import describe as describe_field
from selvedge.web.event_schemas import batch_schema, event_components
from selvedge.web.events import EventsAnswer
from selvedge.web.fragments import SLOTS
from selvedge.web.http import HTML, JAVASCRIPT, JSON, Response
from selvedge.web.items import ProductPage
from selvedge.web.jsonld import JSON_LD
from selvedge.web.myself import MAX_MARKET
from selvedge.web.openapi_me import OPERATIONS, SERVED, Operation
from selvedge.web.problems import CONTENT_TYPE, Problem
from selvedge.web.products import ProductList
from selvedge.web.ranking import RankingStatement
from selvedge.web.recommendations import Recommendations
from selvedge.web.service import Health, Markets, Readiness

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request

    Document = dict[str, Any]

_REF = "#/components/schemas/{name}"
_LISTED = "separated by commas"

FACET_FIELDS = {
    "brand": "the brand, in lower case with hyphens",
    "category": "the category",
    "color": "the colour",
    "countryOfOrigin": "the country of origin, ISO 3166-1 alpha-2",
    "material": "fibres of any component",
    "certification": "schemes that certify the product or its material now",
    "facilityCertification": "schemes that certify the facility now",
    "brandCertification": "schemes that certify the brand now",
    "madeInRegion": "the continent of the country of origin, and `eu`",
    "fibreMix": "whether it is of one fibre throughout",
    "organicContent": "from which share its organic content is certified now",
    "recycledContent": "from which share its recycled content is certified now",
    "size": "sizes in stock in this market",
}
"""Every facet field of the filter grammar and what its values are; a test holds it against the builder."""

_MODES = {"": "any of these", ".all": "all of these", ".not": "none of these, nor unknown"}


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
    schemas, components = msgspec.json.schema_components(served, ref_template=_REF)
    by_type = dict(zip(served, schemas, strict=True))
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
        "paths": {
            "/v1/{market}/{locale}/products": {
                "get": _operation(
                    "listProducts",
                    "List products that satisfy a filter; the same for everyone",
                    [*_PLACE, *_LIST_PARAMETERS, _SORT],
                    {200: _public(by_type[ProductList]), **_others(304, 308, 400, 404, 410, 503)},
                )
            },
            "/v1/{market}/{locale}/products/{id}": {
                "get": _operation(
                    "showProduct",
                    "Show a product with its offers and evidence",
                    [*_PLACE, _PRODUCT],
                    {200: _public(by_type[ProductPage]), **_others(304, 400, 404, 410, 503)},
                )
            },
            "/v1/{market}/{locale}/products/{id}/jsonld": {
                "get": _operation(
                    "showProductAsJsonLd",
                    "Show a product as JSON-LD, in the terms of schema.org and GS1",
                    [*_PLACE, _PRODUCT],
                    {200: _linked(), **_others(304, 308, 400, 404, 410, 503)},
                )
            },
            "/v1/{market}/{locale}/products/{id}/similar": {
                "get": _operation(
                    "listSimilar",
                    "List what is like a product; the same for everyone",
                    [*_PLACE, _PRODUCT, *_LIST_PARAMETERS, _ONLY_ORDER, _EXPLAIN],
                    {200: _public(by_type[Recommendations]), **_others(304, 308, 400, 404, 410, 503)},
                )
            },
            "/v1/{market}/{locale}/products/{id}/alternatives": {
                "get": _operation(
                    "listAlternatives",
                    "List what may stand in for a product, with the facts that are proven of each now",
                    [*_PLACE, _PRODUCT, *_FILTERS, _SHORT, _PERSONAL_ORDER],
                    {
                        200: _about_a_product(by_type[Recommendations]),
                        **_others(304, 308, 400, 404, 410, 429, 503),
                    },
                )
            },
            "/v1/{market}/{locale}/recommendations": {
                "get": _operation(
                    "recommend",
                    "List products in a personal order, as far as consent allows",
                    [*_PLACE, *_LIST_PARAMETERS, *_PERSONAL_PARAMETERS],
                    {200: _private(by_type[Recommendations]), **_others(400, 404, 410, 429, 503)},
                )
            },
            "/v1/{market}/{locale}/fragments/{slot}": {
                "get": _operation(
                    "showFragment",
                    "Show a part of a page as HTML; empty where there is nothing to show",
                    [*_PLACE, _path("slot", "Which part", enum=list(SLOTS)), *_FRAGMENT_PARAMETERS],
                    {200: _fragment(), **_others(304, 308, 400, 404, 429, 503)},
                )
            },
            "/v1/{market}/{locale}/consent": {
                "get": _operation(
                    "showConsent",
                    "Show which purposes are allowed, and which signal decided",
                    _PLACE,
                    {200: _own(by_type[ConsentState]), **_others(400, 404, 503)},
                ),
                "put": _operation(
                    "choose",
                    "Remember a choice, also a refusal; what it withdraws is deleted at once",
                    _PLACE,
                    {200: _own(by_type[ConsentState]), **_others(400, 403, 404, 413, 415, 429, 503)},
                    _CHOICE,
                ),
            },
            "/v1/{market}/{locale}/events": {
                "post": _operation(
                    "collectEvents",
                    "Say what a shopper did, as far as consent allows",
                    [*_PLACE, _PERSONALISE],
                    {
                        200: _own(by_type[EventsAnswer]),
                        **_others(400, 403, 404, 413, 415, 429),
                        503: _NOT_TAKEN,
                    },
                    batch_schema(_REF),
                )
            },
            "/v1/{market}/{locale}/ranking": {
                "get": _operation(
                    "explainRanking",
                    "State in plain words what orders lists (Regulation (EU) 2022/2065, article 27)",
                    _PLACE,
                    {200: _answer(by_type[RankingStatement]), **_others(400, 404, 503)},
                )
            },
            **_my_paths({kind.__name__: schema for kind, schema in by_type.items()}),
            "/v1/markets": {
                "get": _operation(
                    "listMarkets",
                    "List where the shop sells, in which currencies and languages",
                    [],
                    {200: _public(by_type[Markets]), **_others(304, 400, 503)},
                )
            },
            "/v1/client.js": {
                "get": _operation(
                    "client",
                    "The script that puts fragments into a shop's pages",
                    [],
                    {200: _script(), 304: _script()},
                )
            },
            "/healthz": {
                "get": _operation("health", "The isolate runs", [], {200: _answer(by_type[Health])})
            },
            "/readyz": {
                "get": _operation(
                    "readiness",
                    "A verified snapshot is in service",
                    [],
                    {
                        200: _answer(by_type[Readiness]),
                        503: _answer(by_type[Readiness], "Not ready", "Retry-After"),
                    },
                )
            },
            "/.well-known/gpc.json": {
                "get": _operation(
                    "globalPrivacyControl",
                    "Global Privacy Control is honoured",
                    [],
                    {200: _answer(_GLOBAL_PRIVACY_CONTROL)},
                )
            },
            "/openapi.json": {
                "get": _operation("openapi", "This document", [], {200: _answer({"type": "object"})})
            },
        },
        "components": {
            "headers": _HEADERS,
            "securitySchemes": {
                "account": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of the shop's own OpenID provider; visitors show their cookie.",
                }
            },
            "schemas": {name: _described(name, schema) for name, schema in components.items()}
            | event_components(_REF),
        },
    }


def _my_paths(schemas: Document) -> Document:
    paths: Document = {}
    consent = Operation(
        "/v1/me/consent",
        "put",
        "chooseMine",
        "Remember a choice, and put it on record",
        "MyConsent",
        (403, 413, 415),
        _CHOICE,
    )
    for one in (*OPERATIONS, consent):
        paths.setdefault(one.path, {})[one.method] = _my_operation(one, schemas)
    return paths


def _my_operation(one: Operation, schemas: Document) -> Document:
    parameters = [
        *([_MY_MARKET] if one.market else []),
        *([_IF_MATCH] if one.if_match else []),
        *([_path("receipt", "A receipt's id")] if one.receipt else []),
    ]
    answer = _own(schemas.get(one.answer, {"type": "object"}))
    if one.tagged:
        answer = {**answer, "headers": answer["headers"] | {"ETag": _PROFILE_TAG}}
    if not one.answer:
        answer = {"description": "Done", "headers": _headers("Cache-Control")}
    failures = {status: _MY_RESPONSES[status] for status in (400, 401, *one.failures, 429, 503)}
    operation = _operation(one.name, one.summary, parameters, {one.status: answer, **failures})
    if one.content is not None:
        content = {one.media_type: {"schema": one.content}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation | {"security": [{}, {"account": []}]}


def _described(name: str, schema: Document) -> Document:
    """Say what each property means, and that what is absent is absent instead of null."""
    properties = {}
    for field, kind in schema["properties"].items():
        kinds = [one for one in kind.get("anyOf", [kind]) if one != {"type": "null"}]
        present = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
        plain = {key: value for key, value in present.items() if key != "default"}
        properties[field] = {**plain, **FORMATS.get(field, {}), "description": describe_field(name, field)}
    return {**schema, "properties": properties}


def _operation(
    name: str,
    summary: str,
    parameters: list[Document],
    responses: dict[int, Document],
    content: Document | None = None,
) -> Document:
    body = (
        {} if content is None else {"requestBody": {"required": True, "content": {JSON: {"schema": content}}}}
    )
    return body | {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "responses": {str(status): response for status, response in responses.items()},
    }


def _answer(schema: Document, description: str = "As asked", *headers: str) -> Document:
    content = {JSON: {"schema": schema}}
    return {"description": description, "headers": _headers("Cache-Control", *headers), "content": content}


def _public(schema: Document) -> Document:
    return _answer(
        schema, "As asked; any cache may keep it", *_EDITION, "Selvedge-Snapshot", "Selvedge-Degraded"
    )


def _about_a_product(schema: Document) -> Document:
    told = ("Selvedge-Snapshot", "Selvedge-Degraded", "Selvedge-Profile")
    return _answer(schema, "As asked. Any cache may keep it, unless a personal order is asked for", *told)


def _linked() -> Document:
    answer = _public({"type": "object"})
    return {**answer, "content": {JSON_LD: {"schema": {"type": "object"}}}}


def _private(schema: Document) -> Document:
    told = ("Selvedge-Snapshot", "Selvedge-Degraded", "Selvedge-Profile")
    return _answer(schema, "As asked; for this person alone", *told)


def _own(schema: Document) -> Document:
    return _answer(schema, "As asked; for this person alone")


def _fragment() -> Document:
    description = (
        "As asked. Any cache may keep `similar`, and `alternatives` unless a personal order is asked for; "
        "the other slots are for this person alone"
    )
    headers = _headers("Cache-Control", "Selvedge-Snapshot", "Selvedge-Degraded", "Selvedge-Profile")
    return {
        "description": description,
        "headers": headers,
        "content": {HTML: {"schema": {"type": "string"}}},
    }


def _script() -> Document:
    content = {JAVASCRIPT: {"schema": {"type": "string"}}}
    return {
        "description": "The same for everyone",
        "headers": _headers("Cache-Control", "ETag"),
        "content": content,
    }


def _headers(*names: str) -> Document:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _problem(description: str, *headers: str) -> Document:
    schema = {"$ref": _REF.format(name="Problem")}
    content = {CONTENT_TYPE: {"schema": schema}}
    return {"description": description, "headers": _headers("Cache-Control", *headers), "content": content}


def _others(*statuses: int) -> dict[int, Document]:
    return {status: _OTHER_RESPONSES[status] for status in statuses}


def _path(name: str, description: str, **more: Any) -> Document:
    schema = {"type": "string", "minLength": 1, **more}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _parameter(name: str, schema: Document, description: str) -> Document:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string", **schema}}


def _header(description: str, *, required: bool = True, **schema: str) -> Document:
    return {"description": description, "required": required, "schema": {"type": "string", **schema}}


_EDITION = ("Cache-Tag", "ETag", "Last-Modified")
_HEADERS: Document = {
    "Cache-Control": _header("RFC 9111 and 5861. Ends before evidence that is shown may expire."),
    "Cache-Tag": _header("What a publication purges."),
    "ETag": _header("Changes with snapshot, delta, evidence and Worker version.", pattern='^"[0-9a-f]{24}"$'),
    "Last-Modified": _header("When the snapshot was published, or evidence began or ended since."),
    "Location": _header("The canonical form of the request."),
    "Retry-After": _header("Seconds."),
    "WWW-Authenticate": _header("RFC 6750, section 3."),
    "Selvedge-Snapshot": _header(
        "Version and delta of the snapshot that was used.", pattern=r"^[0-9a-f]{16}\.[0-9]+$"
    ),
    "Selvedge-Degraded": _header(
        "Why the answer is not the newest or not personal: a stable name.", required=False
    ),
    "Selvedge-Profile": _header(
        "Where the person's profile was found, or why it was not; absent where none was looked for.",
        required=False,
        pattern="^(memory|kv|origin|none|timeout|open)$",
    ),
}

_PLACE = [
    _path("market", "A market's code, of those that `/v1/markets` lists"),
    _path("locale", "A locale of that market, BCP 47"),
]
_PRODUCT = _path("id", "The product's identifier")
_BOUND = r"[0-9]{1,10}"
_RANGE = {"pattern": rf"^({_BOUND}\.\.({_BOUND})?|\.\.{_BOUND})$", "examples": ["20..50", "20..", "..50"]}
_VALUES = {"minLength": 1}
_SHARES = {
    "name": "share",
    "in": "query",
    "description": "`share.{fibre}=FROM..TO`: percent of a fibre in the main component, both ends included",
    "style": "form",
    "explode": True,
    "schema": {
        "type": "object",
        "propertyNames": {"pattern": r"^share\.[a-z_]+$"},
        "additionalProperties": {"type": "string", **_RANGE},
    },
}
_FILTERS = [
    *(
        _parameter(f"{field}{mode}", _VALUES, f"Up to {MAX_VALUES} of {meaning}, {_LISTED}: {which}")
        for field, meaning in FACET_FIELDS.items()
        for mode, which in _MODES.items()
    ),
    _parameter("price", _RANGE, "FROM..TO in minor units of the market's currency, both ends included"),
    _parameter("recycledContentPercentage", _RANGE, "FROM..TO in percent, both ends included"),
    _parameter(
        "naturalFibrePercentage", _RANGE, "FROM..TO in percent of the main component, both ends included"
    ),
    _SHARES,
]
_LIST_PARAMETERS = [
    *_FILTERS,
    _parameter("facets", _VALUES, f"Fields whose values are to be counted, {_LISTED}"),
    _parameter(
        "variants", {"enum": ["best", "all"], "default": "best"}, "Each style once, or every colourway"
    ),
    _parameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        "How many products a page holds",
    ),
    _parameter("cursor", {"minLength": 1}, "`next` of the page before"),
]
_SORT = _parameter("sort", {"enum": list(SORTS), "default": SORTS[0]}, "The order; equals in base order")
_PERSONALISE = _parameter(
    "personalise", {"enum": ["on", "off"], "default": "on"}, "`off` reads nothing about the person"
)
_ONLY_ORDER = _parameter(
    "sort", {"enum": ["relevance"], "default": "relevance"}, "The list's own order is the only one"
)
_EXPLAIN = _parameter(
    "explain", {"enum": ["true", "false"], "default": "false"}, "Add each item's score, its terms and why"
)
_PERSONAL_PARAMETERS = [
    _ONLY_ORDER,
    _parameter("item", {"minLength": 1}, "The product that the shopper looks at; its style is left out"),
    _parameter("prefer", _VALUES, f"Up to {MAX_PREFERENCES} preferences as field:value, {_LISTED}"),
    _PERSONALISE,
    _EXPLAIN,
]
_SHORT = _parameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": MAX_ITEMS, "default": DEFAULT_ITEMS},
    "How many products it holds",
)
_PERSONAL_ORDER = _parameter(
    "personalise",
    {"enum": ["on", "off"], "default": "off"},
    "`on` asks for a personal order, as far as consent allows; caches keep none of that",
)
_FRAGMENT_PARAMETERS = [
    *_FILTERS,
    _SHORT,
    _parameter(
        "item",
        {"minLength": 1},
        "The product that the shopper looks at; `similar` and `alternatives` need it",
    ),
    _parameter("prefer", _VALUES, f"`recommendations` only: preferences as field:value, {_LISTED}"),
    _parameter(
        "personalise",
        {"enum": ["on", "off"]},
        "Not for `similar`; `off`, for `alternatives` the default, reads nothing about the person",
    ),
]
_OTHER_RESPONSES: dict[int, Document] = {
    304: {"description": "Not modified (RFC 9110)", "headers": _headers("Cache-Control", *_EDITION)},
    308: {
        "description": "The query is not in canonical form, which lists share",
        "headers": _headers("Cache-Control", "Location"),
    },
    400: _problem("A parameter makes no sense; the problem names it and what is allowed"),
    403: _problem("The page's origin is not allowed"),
    404: _problem("No such market, locale or product"),
    410: _problem("The product is no longer sold, or the cursor is of a list that has changed"),
    413: _problem("The content is too large"),
    415: _problem("The content is of another media type"),
    429: _problem("More than an address, token or shopper may ask", "Retry-After"),
    503: _problem("No catalogue can be served yet", "Retry-After"),
}
_MY_RESPONSES: dict[int, Document] = {
    400: _problem("A parameter or the content makes no sense"),
    401: _problem("No token where one is needed, or one that proves nothing", "WWW-Authenticate"),
    403: _problem("The page's origin is not allowed, or a consent is missing"),
    404: _problem("Nothing is kept under this name"),
    410: _problem("It was erased"),
    412: _problem("It has been changed meanwhile"),
    413: _problem("The content is too large"),
    415: _problem("The content is of another media type"),
    422: _problem("The origin cannot take the content as it is"),
    428: _problem("`If-Match` is missing"),
    429: _OTHER_RESPONSES[429],
    503: _problem("The origin or the provider does not answer; nothing was done", "Retry-After"),
}
_MY_MARKET = _parameter("market", {"minLength": 1, "maxLength": MAX_MARKET}, "Whose policy of consent holds")
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The entity tag of the profile that was seen",
    "schema": {"type": "string"},
}
_PROFILE_TAG = _header("The profile's revision.", pattern='^"[0-9]+"$')
_GLOBAL_PRIVACY_CONTROL: Document = {
    "type": "object",
    "required": ["gpc", "lastUpdate"],
    "properties": {
        "gpc": {"const": True, "description": "Sec-GPC is honoured (W3C Global Privacy Control)."},
        "lastUpdate": {"type": "string", "format": "date", "description": "When that was last reviewed."},
    },
}
_NOT_TAKEN = _problem("Nothing was kept: send the same events again", "Retry-After")
_CHOICE: Document = {
    "type": "object",
    "required": ["purposes"],
    "additionalProperties": False,
    "properties": {
        "purposes": {
            "type": "array",
            "description": "What is allowed; all other purposes are refused.",
            "items": {"enum": sorted(PURPOSES)},
        }
    },
}
