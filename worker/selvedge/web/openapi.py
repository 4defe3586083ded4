"""The OpenAPI 3.1 document, made from the same structs that are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

import selvedge
from selvedge.catalogue.query import DEFAULT_LIMIT, MAX_LIMIT, SORTS
from selvedge.web.fragments import DEFAULT_ITEMS, MAX_ITEMS, SLOTS
from selvedge.web.http import HTML, JSON, Response
from selvedge.web.items import ProductPage
from selvedge.web.problems import CONTENT_TYPE, Problem
from selvedge.web.products import ProductList
from selvedge.web.recommendations import Recommendations
from selvedge.web.service import Health, Markets, Readiness

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request

    Document = dict[str, Any]

_REF = "#/components/schemas/{name}"


async def describe(_edge: Edge, _request: Request, _background: Background) -> Response:
    """`GET /openapi.json`."""
    headers = {"Content-Type": JSON, "Cache-Control": "public, max-age=3600"}
    return Response(200, headers, msgspec.json.encode(document()))


def document() -> Document:
    """Return the whole document."""
    served = (ProductList, ProductPage, Recommendations, Markets, Health, Readiness, Problem)
    schemas, components = msgspec.json.schema_components(served, ref_template=_REF)
    by_type = dict(zip(served, schemas, strict=True))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Selvedge",
            "version": selvedge.__version__,
            "summary": "Which garments may this shopper see, and in which order?",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            "/v1/{market}/{locale}/products": {
                "get": _operation(
                    "listProducts",
                    "List products that satisfy a filter; the same for everyone",
                    [*_PLACE, *_LIST_PARAMETERS, _parameter("sort", {"enum": list(SORTS)})],
                    by_type[ProductList],
                    (304, 308, 400, 404, 410, 503),
                )
            },
            "/v1/{market}/{locale}/products/{id}": {
                "get": _operation(
                    "showProduct",
                    "Show a product with its offers and evidence",
                    [*_PLACE, _path("id")],
                    by_type[ProductPage],
                    (304, 400, 404, 410, 503),
                )
            },
            "/v1/{market}/{locale}/recommendations": {
                "get": _operation(
                    "recommend",
                    "List products in a personal order, as far as consent allows",
                    [*_PLACE, *_LIST_PARAMETERS, *_PERSONAL_PARAMETERS],
                    by_type[Recommendations],
                    (400, 404, 410, 503),
                )
            },
            "/v1/{market}/{locale}/fragments/{slot}": {
                "get": _operation(
                    "showFragment",
                    "Show a part of a page as HTML; empty where there is nothing to show",
                    [*_PLACE, _path("slot", {"enum": list(SLOTS)}), *_FRAGMENT_PARAMETERS],
                    {"type": "string"},
                    (304, 308, 400, 404, 503),
                    media_type=HTML,
                )
            },
            "/v1/markets": {
                "get": _operation(
                    "listMarkets",
                    "List where the shop sells, in which currencies and languages",
                    [],
                    by_type[Markets],
                    (304, 400, 503),
                )
            },
            "/v1/client.js": {
                "get": _operation(
                    "client",
                    "The script that puts fragments into pages",
                    [],
                    {"type": "string"},
                    (304,),
                    media_type="text/javascript; charset=utf-8",
                )
            },
            "/healthz": {"get": _operation("health", "The isolate runs", [], by_type[Health])},
            "/readyz": {
                "get": _operation("readiness", "A verified snapshot is in service", [], by_type[Readiness])
            },
            "/.well-known/gpc.json": {
                "get": _operation("gpc", "Global Privacy Control is honoured", [], {"type": "object"})
            },
            "/openapi.json": {"get": _operation("openapi", "This document", [], {"type": "object"})},
        },
        "components": {"schemas": components},
    }


def _operation(
    name: str,
    summary: str,
    parameters: list[Document],
    schema: Document,
    others: tuple[int, ...] = (),
    media_type: str = JSON,
) -> Document:
    responses: Document = {"200": {"description": "As asked", "content": {media_type: {"schema": schema}}}}
    for status in others:
        responses[str(status)] = _OTHER_RESPONSES[status]
    if name == "readiness":
        responses["503"] = {"description": "Not ready", "content": {JSON: {"schema": schema}}}
    return {"operationId": name, "summary": summary, "parameters": parameters, "responses": responses}


def _problem(description: str) -> Document:
    schema = {"$ref": _REF.format(name="Problem")}
    return {"description": description, "content": {CONTENT_TYPE: {"schema": schema}}}


def _path(name: str, schema: Document | None = None) -> Document:
    wanted = {"type": "string", **(schema or {"minLength": 1})}
    return {"name": name, "in": "path", "required": True, "schema": wanted}


def _parameter(name: str, schema: Document, description: str = "") -> Document:
    parameter = {"name": name, "in": "query", "schema": {"type": "string", **schema}}
    return parameter | ({"description": description} if description else {})


_PLACE = [_path("market"), _path("locale")]
_RANGE = {"pattern": r"^(\d{1,10}\.\.(\d{1,10})?|\.\.\d{1,10})$"}
_FILTERS = [
    *(
        _parameter(f"{field}{mode}", {}, f"Values of {field}, separated by commas: {meaning}")
        for field in ("material", "certification", "brand", "category", "color", "countryOfOrigin", "size")
        for mode, meaning in (("", "any of them"), (".all", "all"), (".not", "none, nor unknown"))
    ),
    _parameter("price", _RANGE, "Minor units of the market's currency, both ends included"),
    _parameter("recycledContentPercentage", _RANGE, "Percent, both ends included"),
]
_LIST_PARAMETERS = [
    *_FILTERS,
    _parameter("facets", {}, "Fields whose values are to be counted, separated by commas"),
    _parameter("variants", {"enum": ["best", "all"]}, "Each style once, or every colourway"),
    _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),
    _parameter("cursor", {"minLength": 1}, "`next` of the page before"),
]
_PERSONAL_PARAMETERS = [
    _parameter("item", {"minLength": 1}, "The product that the shopper looks at"),
    _parameter("prefer", {}, "Preferences as field:value, separated by commas"),
    _parameter("personalise", {"enum": ["on", "off"]}, "`off` reads nothing about the person"),
    _parameter("explain", {"enum": ["true", "false"]}, "Add each item's score and its terms"),
]
_FRAGMENT_PARAMETERS = [
    *_FILTERS,
    _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_ITEMS, "default": DEFAULT_ITEMS}),
    _parameter("item", {"minLength": 1}, "The product that the shopper looks at; `alternatives` needs it"),
    _parameter("prefer", {}, "For `recommendations`: preferences as field:value, separated by commas"),
    _parameter(
        "personalise", {"enum": ["on", "off"]}, "Not for `alternatives`; `off` reads nothing about the person"
    ),
]
_OTHER_RESPONSES: dict[int, Document] = {
    304: {"description": "Not modified"},
    308: {"description": "The canonical form of this query"},
    400: _problem("A parameter makes no sense"),
    404: _problem("No such market, locale or product"),
    410: _problem("Withdrawn, or a cursor of another version"),
    503: _problem("No catalogue can be served yet"),
}
