from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from litestar import Litestar, get
from litestar.di import NamedDependency  # noqa: TC002 - Litestar reads annotations
from litestar.params import FromPath  # noqa: TC002
from litestar.testing import TestClient

from origin.identity.authentication import Identity
from origin.identity.principal import PUBLIC, Principal, requires
from origin.identity.servicekeys import ServiceVerifier
from tests.origin.identity.tokens import TRUSTED, Clock, service_token

if TYPE_CHECKING:
    from collections.abc import Iterator

ME, OTHER = "v" + "0" * 24, "v" + "1" * 24


@get("/open", opt=PUBLIC, sync_to_thread=False)
def open_to_all() -> str:
    return "open"


@get("/unguarded", sync_to_thread=False)
def unguarded() -> str:
    return "in"


@get("/all", guards=[requires("profiles:read")], sync_to_thread=False)
def everybody() -> str:
    return "in"


@get("/form", guards=[requires(anyone=True)], sync_to_thread=False)
def form() -> str:
    return "in"


@get("/of/{shopper:str}", guards=[requires("profiles:read")], sync_to_thread=False)
def one(shopper: FromPath[str], principal: NamedDependency[Principal]) -> str:
    return f"{shopper} for {principal.name}"


@pytest.fixture
def client() -> Iterator[TestClient[Litestar]]:
    routes = [open_to_all, unguarded, everybody, form, one]
    app = Litestar(routes, plugins=[Identity(ServiceVerifier(TRUSTED, Clock()))])
    with TestClient(app) as client:
        yield client


def status(client: TestClient[Litestar], path: str, token: str | None = None) -> int:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return client.get(path, headers=headers).status_code


@pytest.mark.parametrize("path", ["/unguarded", "/all", "/form", f"/of/{ME}"])
def test_nobody_gets_in_without_a_token(client: TestClient[Litestar], path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_what_is_public_asks_for_nothing(client: TestClient[Litestar]) -> None:
    assert status(client, "/open") == 200
    assert status(client, "/open", "nonsense") == 200


def test_a_scope_opens_its_routes_alone(client: TestClient[Litestar]) -> None:
    assert status(client, "/all", service_token("profiles:read")) == 200
    assert status(client, "/all", service_token("events:write")) == 403
    assert status(client, "/unguarded", service_token("events:write")) == 200


def test_a_token_for_one_shopper_reaches_that_shopper_alone(client: TestClient[Litestar]) -> None:
    bound = service_token("profiles:read", shopper=ME)
    found = [status(client, path, bound) for path in (f"/of/{ME}", f"/of/{OTHER}", "/all", "/form")]
    assert found == [200, 403, 403, 200]


def test_a_handler_learns_who_calls(client: TestClient[Litestar]) -> None:
    token = service_token("profiles:read")
    answer = client.get(f"/of/{OTHER}", headers={"Authorization": f"bearer {token}"})
    assert answer.text == f"{OTHER} for edge"


def test_a_bad_token_is_told_apart_from_none(client: TestClient[Litestar]) -> None:
    answer = client.get("/all", headers={"Authorization": "Bearer a.b.c"})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("value", ["Basic abc", "Bearer", "Bearer "])
def test_another_scheme_is_no_token(client: TestClient[Litestar], value: str) -> None:
    assert client.get("/all", headers={"Authorization": value}).status_code == 401


def test_two_tokens_are_none(client: TestClient[Litestar]) -> None:
    good = f"Bearer {service_token('profiles:read')}"
    answer = client.get("/all", headers=[("Authorization", good), ("Authorization", good)])
    assert answer.status_code == 401
