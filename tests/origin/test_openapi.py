"""Schemathesis: the origin does what its document says, on both engines, with tokens and without."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from litestar.serialization import encode_json
from litestar.testing import TestClient
from schemathesis import GenerationMode
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from origin.app import create_app
from origin.encryption.tables import KEYS
from origin.schemas import with_ecma_patterns
from origin.settings import read_settings
from origin.storage.schema import DATA
from selvedge.identity.service import SCOPES
from tests.origin.conftest import ENGINES, migrated
from tests.origin.profiles.conftest import ACCOUNT, ANNA, BERT, Client, bearer, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case

    from tests.origin.postgres import Postgres

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
RATE = {"per_second": 1e6, "burst": 1e6}
UNLIMITED = {"SELVEDGE_LIMITS": json.dumps(dict.fromkeys(("token", "shopper", "address"), RATE))}
PEOPLE = (ANNA, BERT, ACCOUNT, "v" + "c" * 24)


@pytest.fixture(scope="module", params=ENGINES)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The application for all of this module's requests."""
    folder = tmp_path_factory.mktemp("served")
    urls = [f"sqlite+aiosqlite:///{folder}/{name}.sqlite" for name in ("data", "keys")]
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        urls = [migrated(server.database(), schema) for schema in (DATA, KEYS)]
    with TestClient(create_app(read_settings(environment(folder, *urls) | UNLIMITED))) as client:
        client.headers.update(bearer(*SCOPES))
        for shopper in (ANNA, ACCOUNT):
            client.put(f"/v1/shoppers/{shopper}", json={"declared": {"materials": ["linen"]}})
        scores = [{"shopper": ANNA, "scores": [["S1", 0.5], ["S2", 2]]}]
        client.put("/v1/model-outputs/als/1", json=scores)
        yield client


def _document() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite+aiosqlite:///{folder}/{name}.sqlite" for name in ("data", "keys")]
        app = create_app(read_settings(environment(Path(folder), *urls)))
        found: dict[str, Any] = with_ecma_patterns(app.openapi_schema.to_schema())
        return found


DOCUMENT = _document()
FOUND: list[Any] = list(schemathesis.openapi.from_dict(DOCUMENT).get_all_operations())
OPERATIONS = [one.ok() for one in FOUND]
PUBLIC = ("/healthz", "/readyz", "/v1/questionnaire")

MISTAKABLE = [one for one in OPERATIONS if one.query or one.headers or one.body]
"""Where something can be said wrongly: any text is a path."""

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: str(one.label))
silent = list(HealthCheck)


def test_the_served_document_is_the_one_tested_here(served: Client) -> None:
    assert served.get("/schema/openapi.json").json() == json.loads(encode_json(DOCUMENT))


def asked(client: Client, case: Case[Any], headers: dict[str, str] | None = None) -> Response:
    """Send a request, about somebody of whom something is kept more often than not."""
    places = case.path_parameters or {}
    chance = sum(map(len, map(str, (*places.values(), *(case.query or {}).values()))))
    if "shopper" in places and chance % 8:
        places["shopper"] = PEOPLE[chance % len(PEOPLE)] if "/merge" not in case.path else ACCOUNT
    if "If-Match" in case.headers and chance % 4:
        case.headers["If-Match"] = "*"
    sent = case.as_transport_kwargs(base_url="http://testserver.local", headers=headers)
    known = ("method", "url", "params", "headers", "json", "data", "files", "content")
    kept = {name: value for name, value in sent.items() if name in known}
    if isinstance(kept.get("data"), bytes | str):
        kept["content"] = kept.pop("data")
    return Response.from_any(client.request(**kept))


@every_operation
def test_answers_are_what_the_document_says(operation: Any, served: Client) -> None:
    @settings(max_examples=25, suppress_health_check=silent)
    @given(case=operation.as_strategy())
    def ask(case: Case[Any]) -> None:
        case.validate_response(asked(served, case), checks=CHECKS)

    ask()


def test_messages_that_are_made_from_the_document_are_taken(served: Client) -> None:
    (operation,) = [one for one in OPERATIONS if one.label == "POST /v1/events"]
    accepted: list[int] = []

    @settings(max_examples=120, suppress_health_check=silent)
    @given(case=operation.as_strategy())
    def ask(case: Case[Any]) -> None:
        body: Any = case.body
        for message in body if isinstance(body, list) else [body]:
            message["consent"]["purposes"] = ["measurement"]  # what may not be kept tells nothing here
        response = asked(served, case)
        if response.status_code == 202:
            accepted.append(response.json()["accepted"])

    ask()
    assert len(accepted) >= 5
    assert sum(accepted) > 0, "events were kept, and not only empty messages taken"


@pytest.mark.parametrize("operation", MISTAKABLE, ids=lambda one: str(one.label))
def test_what_makes_no_sense_gets_no_more_than_a_problem(operation: Any, served: Client) -> None:
    @settings(max_examples=15, suppress_health_check=silent)
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def ask(case: Case[Any]) -> None:
        case.validate_response(asked(served, case), checks=CHECKS)

    ask()


@every_operation
def test_who_shows_no_token_is_told_so(operation: Any, served: Client) -> None:
    @settings(max_examples=3, suppress_health_check=silent)
    @given(case=operation.as_strategy())
    def ask(case: Case[Any]) -> None:
        response = asked(served, case, {"Authorization": ""})
        case.validate_response(response, checks=CHECKS)
        assert (response.status_code in {401, 400}) or operation.path in PUBLIC

    ask()
