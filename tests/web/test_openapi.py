from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import quote

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from origin.rehearsal_asgi import AsgiWorker
from selvedge.events.event import Event
from selvedge.web.app import ACTION_ROUTES, CATALOGUE_ROUTES, MY_ROUTES, PRODUCT_ROUTES, SERVICE_ROUTES
from selvedge.web.descriptions import DESCRIPTIONS, FORMATS
from selvedge.web.event_schemas import FIELDS, event_components
from selvedge.web.openapi import document
from selvedge.web.openapi_parameters import FACET_FIELDS
from tests.behaviour.catalogue import PRODUCTS, snapshot
from tests.origins import MemoryOrigin
from tests.questions import scope_of
from tests.stage import SHOP, Stage
from tests.wardrobe import garment, shop

if TYPE_CHECKING:
    from schemathesis import Case

DOCUMENT = document()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def test_every_route_is_described() -> None:
    catalogue = {
        "/v1/{market}/{locale}/" + name + "/{id}" * more for name, more in [*CATALOGUE_ROUTES, *ACTION_ROUTES]
    }
    described = {path.replace("{slot}", "{id}") for path in DOCUMENT["paths"]}
    about_products = {f"/v1/{{market}}/{{locale}}/products/{{id}}/{name}" for name in PRODUCT_ROUTES}
    assert described == {*SERVICE_ROUTES, *catalogue, *about_products, *MY_ROUTES}


def test_every_method_of_a_persons_own_routes_is_described() -> None:
    for path, handlers in MY_ROUTES.items():
        assert {method.lower() for method in handlers} == set(DOCUMENT["paths"][path])


def test_every_field_of_every_answer_is_described() -> None:
    for name, schema in SCHEMAS.items():
        assert schema["description"], name
        for field, described in schema["properties"].items():
            assert described["description"], f"{name}.{field}"


def test_no_description_is_left_over() -> None:
    events = event_components("")
    answers = {name: schema for name, schema in SCHEMAS.items() if name not in events}
    fields = {field for schema in answers.values() for field in schema["properties"]}
    whole = {f"{name}.{field}" for name, schema in answers.items() for field in schema["properties"]}
    assert {field for schema in events.values() for field in schema["properties"]} == set(FIELDS)
    assert set(DESCRIPTIONS) <= fields | whole
    assert set(FORMATS) <= fields


def test_nothing_is_served_as_null() -> None:
    assert b"null" not in msgspec.json.encode(SCHEMAS)


def test_every_facet_field_of_the_grammar_is_a_parameter() -> None:
    vocabulary = scope_of(shop(garment())).vocabulary()
    assert set(vocabulary.facets) == set(FACET_FIELDS)
    operation = DOCUMENT["paths"]["/v1/{market}/{locale}/products"]["get"]
    named = {parameter["name"] for parameter in operation["parameters"]}
    assert {f"{field}{mode}" for field in FACET_FIELDS for mode in ("", ".all", ".not")} <= named
    assert {name for name in vocabulary.ranges if not name.startswith("share.")} <= named


def test_every_parameter_is_described() -> None:
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            assert all(parameter["description"] for parameter in operation["parameters"])


def test_every_action_is_described() -> None:
    for (name, more), (method, _) in ACTION_ROUTES.items():
        path = "/v1/{market}/{locale}/" + name + "/{id}" * more
        assert DOCUMENT["paths"][path][method.lower()]["requestBody"]


def test_every_type_of_event_is_described_with_its_fields() -> None:
    path = DOCUMENT["paths"]["/v1/{market}/{locale}/events"]["post"]
    batch = path["requestBody"]["content"]["application/json"]["schema"]
    event, anything = batch["properties"]["events"]["items"]["anyOf"]
    assert set(event["discriminator"]["mapping"]) == {kind_of_type(one) for one in get_args(Event)}
    assert set(anything) == {"description"}
    assert set(SCHEMAS["Click"]["required"]) == {"type", "id", "product"}
    assert "position" in SCHEMAS["Click"]["properties"]


def kind_of_type(event: type[msgspec.Struct]) -> str:
    return str(event.__struct_config__.tag)


def test_the_document_is_served_as_it_is() -> None:
    answer = Stage().get("/openapi.json")
    assert (answer.status, answer.json) == (200, msgspec.json.decode(msgspec.json.encode(DOCUMENT)))


# Schemathesis: the application does what the document says.

STAGE = Stage(allowed_origins=("https://shop.example",), origin=MemoryOrigin())
STAGE.publish(snapshot(SHOP))
WORKER = AsgiWorker(STAGE.app)
SERVED = schemathesis.openapi.from_dict(DOCUMENT)
SERVED.app = WORKER
MARKETS = {"nl": ("nl", "en"), "es": ("es", "en"), "se": ("sv", "en"), "pl": ("pl", "en")}
IDS = [product.id for product in PRODUCTS] + ["H-GONE-1"]
VALUES = {
    name: sorted(facet["values"], key=lambda one: one["value"])
    for facet in STAGE.get("/v1/nl/en/products?facets=" + ",".join(sorted(FACET_FIELDS))).json["facets"]
    for name in [facet["field"]]
}


def real(case: Case[Any]) -> None:
    """Put real markets, ids and values in place of most of what was made up; what is nonsense stays some."""
    case.headers["Origin"] = "https://shop.example"
    places = case.path_parameters or {}
    chance = sum(map(len, map(str, (*places.values(), *(case.query or {}).values()))))
    if "market" in places and chance % 8:
        places["market"] = sorted(MARKETS)[chance % 4]
        places["locale"] = MARKETS[places["market"]][chance % 2]
    if "id" in places and chance % 5:
        places["id"] = IDS[chance % len(IDS)]
    for name in list(case.query or {}):
        field = name.partition(".")[0]
        if field in VALUES and chance % 6:
            case.query[name] = VALUES[field][chance % len(VALUES[field])]["value"]
        elif name in ("item", "cursor", "prefer", "facets") and chance % 3:
            made = {"item": IDS[0], "prefer": "color:red", "facets": "size,brand"}
            case.query[name] = made.get(name, case.query[name])
            if name == "cursor":
                del case.query[name]


@SERVED.parametrize()
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_answers_are_what_the_document_says(case: Case[Any]) -> None:
    real(case)
    case.call_and_validate(
        checks=[
            schemathesis.checks.not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_headers_conformance,
            response_schema_conformance,
            unsupported_method,
        ]
    )


@SERVED.include(path_regex="^/v1/").parametrize()
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
def test_made_up_requests_get_no_more_than_problems(case: Case[Any]) -> None:
    case.call_and_validate(checks=[schemathesis.checks.not_a_server_error, negative_data_rejection])


@pytest.mark.parametrize("product", IDS)
def test_every_product_page_is_as_described(product: str) -> None:
    operation = SERVED["/v1/{market}/{locale}/products/{id}"]["GET"]
    case = operation.Case(path_parameters={"market": "nl", "locale": "en", "id": quote(product)})
    response = case.call()
    case.validate_response(response, checks=[response_schema_conformance, status_code_conformance])


def test_the_adapter_hands_over_the_raw_path_and_joins_fields_of_one_name() -> None:
    seen: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        seen.append(dict(message))

    async def receive() -> Any:
        return {"type": "http.request"}

    tag = STAGE.get("/v1/nl/en/products/H-LINEN-1").headers["etag"].encode()
    scope = {
        "type": "http",
        "method": "GET",
        "raw_path": b"/v1/nl/en/products/H-LINEN-1?x",
        "query_string": b"",
        "headers": [(b"if-none-match", b'"a"'), (b"if-none-match", tag)],
    }
    asyncio.run(WORKER(scope, receive, send))
    assert [message["type"] for message in seen] == ["http.response.start", "http.response.body"]
    assert seen[0]["status"] == 304
