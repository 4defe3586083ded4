"""Who reaches what: every kind of route, asked by every kind of caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from litestar import Litestar, get
from litestar.params import FromPath  # noqa: TC002 - Litestar reads annotations
from litestar.testing import TestClient

from origin.identity.authentication import SHOPPER_TOKEN, Identity
from origin.identity.limits import Limiter
from origin.identity.principal import PUBLIC, requires
from origin.identity.rates import Limits, Rate
from origin.identity.servicekeys import ServiceVerifier
from origin.identity.shoppers import ShopperVerifier
from origin.problems import exception_handlers
from selvedge.identity.jwks import KeySet
from selvedge.shopper.identity import account_id
from tests.identity import hostile
from tests.identity.hostile import ISSUER, NOW, PROVIDER, SUBJECT, Keys
from tests.origin.identity.tokens import TRUSTED, Clock, service_token

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VISITOR = "v" + "0" * 24
OTHER_VISITOR = "v" + "1" * 24
ACCOUNT = account_id(ISSUER, SUBJECT)
OTHER_ACCOUNT = account_id(ISSUER, "person-2")
OWN = hostile.token()
OTHERS = hostile.token(hostile.claims(sub="person-2"))


@get("/open", opt=PUBLIC, sync_to_thread=False)
def open_to_all() -> None: ...


@get("/form", guards=[requires(anyone=True)], sync_to_thread=False)
def form() -> None: ...


@get("/shoppers", guards=[requires("profiles:read")], sync_to_thread=False)
def everybody() -> None: ...


@get("/metrics", guards=[requires("metrics:read")], sync_to_thread=False)
def metrics() -> None: ...


@get("/shoppers/{shopper:str}", guards=[requires("profiles:read")], sync_to_thread=False)
def profile(shopper: FromPath[str]) -> str:
    return shopper


@get("/shoppers/{shopper:str}/edge-profile", guards=[requires("edge-profile:read")], sync_to_thread=False)
def edge_profile(shopper: FromPath[str]) -> str:
    return shopper


@get("/shoppers/{shopper:str}/export", guards=[requires("privacy")], sync_to_thread=False)
def export(shopper: FromPath[str]) -> str:
    return shopper


ROUTES = [open_to_all, form, everybody, metrics, profile, edge_profile, export]


def application(clock: Clock, keys: Keys | None = None, limits: Limits | None = None) -> Litestar:
    shoppers = ShopperVerifier(PROVIDER, KeySet(PROVIDER, keys or Keys(), clock), clock)
    limiter = Limiter(limits, clock) if limits else None
    plugin = Identity(ServiceVerifier(TRUSTED, clock), shoppers, limiter)
    return Litestar(ROUTES, plugins=[plugin], exception_handlers=exception_handlers())


@pytest.fixture
def client() -> Iterator[TestClient[Litestar]]:
    with TestClient(application(Clock(NOW))) as client:
        yield client


def service(*scopes: str, shopper: str | None = None, shown: str | None = None) -> dict[str, str]:
    headers = bearer(service_token(*scopes, shopper=shopper, clock=Clock(NOW)))
    return headers | ({SHOPPER_TOKEN: shown} if shown else {})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


PATHS = [
    "/open",
    "/form",
    "/shoppers",
    "/metrics",
    f"/shoppers/{VISITOR}",
    f"/shoppers/{OTHER_VISITOR}",
    f"/shoppers/{ACCOUNT}",
    f"/shoppers/{OTHER_ACCOUNT}",
    f"/shoppers/{VISITOR}/edge-profile",
    f"/shoppers/{ACCOUNT}/edge-profile",
    f"/shoppers/{VISITOR}/export",
    f"/shoppers/{ACCOUNT}/export",
    f"/shoppers/{OTHER_ACCOUNT}/export",
]

EDGE = ("edge-profile:read", "events:write")
ME = ("profiles:read", "profiles:write", "privacy")

CALLERS: dict[str, tuple[dict[str, str], list[int]]] = {
    "nobody": ({}, [200] + [401] * 12),
    "a token of nonsense": (bearer("a.b.c"), [200] + [401] * 12),
    "the edge for anybody": (
        service(*EDGE),
        [200, 200, 403, 403, 403, 403, 403, 403, 200, 200, 403, 403, 403],
    ),
    "the edge for a visitor": (
        service(*ME, shopper=VISITOR),
        [200, 200, 403, 403, 200, 403, 403, 403, 403, 403, 200, 403, 403],
    ),
    "the edge for an account, with its proof": (
        service(*ME, shopper=ACCOUNT, shown=OWN),
        [200, 200, 403, 403, 403, 403, 200, 403, 403, 403, 403, 200, 403],
    ),
    "the edge for an account, without proof": (service(*ME, shopper=ACCOUNT), [200] + [401] * 12),
    "the edge for an account, with another's proof": (
        service(*ME, shopper=ACCOUNT, shown=OTHERS),
        [200] + [401] * 12,
    ),
    "a shopper": (
        bearer(OWN),
        [200, 200, 403, 403, 403, 403, 200, 403, 403, 403, 403, 200, 403],
    ),
    "another shopper": (
        bearer(OTHERS),
        [200, 200, 403, 403, 403, 403, 403, 200, 403, 403, 403, 403, 200],
    ),
    "a job that reads profiles": (
        service("profiles:read"),
        [200, 200, 200, 403, 200, 200, 200, 200, 403, 403, 403, 403, 403],
    ),
    "a collector of metrics": (service("metrics:read"), [200, 200, 403, 200] + [403] * 9),
    "a service without scopes": (service(), [200, 200] + [403] * 11),
}


@pytest.mark.parametrize("caller", CALLERS)
def test_everybody_reaches_what_is_theirs_and_nothing_else(client: TestClient[Litestar], caller: str) -> None:
    headers, expected = CALLERS[caller]
    found = {path: client.get(path, headers=headers).status_code for path in PATHS}
    assert found == dict(zip(PATHS, expected, strict=True))


def test_a_proof_shown_twice_is_none(client: TestClient[Litestar]) -> None:
    headers = [*service(*ME, shopper=ACCOUNT).items(), (SHOPPER_TOKEN, OWN), (SHOPPER_TOKEN, OWN)]
    assert client.get(f"/shoppers/{ACCOUNT}", headers=headers).status_code == 401


SENDABLE = [case for case in hostile.CASES if case.token.isascii() and case.token.isprintable()]
"""A header field holds no others."""


@pytest.mark.parametrize("case", SENDABLE, ids=lambda case: case.name)
def test_hostile_tokens_get_a_401_at_the_door_whichever_they_come_by(
    client: TestClient[Litestar], case: hostile.Case
) -> None:
    expected = 200 if case.reason is None else 401
    for headers in (bearer(case.token), service(*ME, shopper=ACCOUNT) | {SHOPPER_TOKEN: case.token}):
        assert client.get(f"/shoppers/{ACCOUNT}", headers=headers).status_code == expected


def test_without_a_provider_there_are_no_accounts() -> None:
    app = Litestar(ROUTES, plugins=[Identity(ServiceVerifier(TRUSTED, Clock(NOW)))])
    with TestClient(app) as client:
        assert client.get(f"/shoppers/{ACCOUNT}", headers=bearer(OWN)).status_code == 401
        shown = service(*ME, shopper=ACCOUNT, shown=OWN)
        assert client.get(f"/shoppers/{ACCOUNT}", headers=shown).status_code == 401


def test_while_the_provider_is_away_nobody_is_refused_for_good() -> None:
    with TestClient(application(Clock(NOW), Keys({}))) as client:
        answer = client.get(f"/shoppers/{ACCOUNT}", headers=bearer(OWN))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


LIMITS = Limits(token=Rate(1, 4), shopper=Rate(1, 2), address=Rate(0.5, 3))


@pytest.fixture
def limited() -> Iterator[tuple[TestClient[Litestar], Clock]]:
    clock = Clock(NOW)
    with TestClient(application(clock, limits=LIMITS)) as client:
        yield client, clock


def statuses(client: TestClient[Litestar], path: str, headers: Mapping[str, str], times: int) -> list[int]:
    return [client.get(path, headers=headers).status_code for _ in range(times)]


def test_a_token_is_limited_and_told_when_to_come_back(limited: tuple[TestClient[Litestar], Clock]) -> None:
    client, clock = limited
    headers, another = service("metrics:read"), service("metrics:read")
    assert statuses(client, "/metrics", headers, 5) == [200] * 4 + [429]
    assert client.get("/metrics", headers=headers).headers["Retry-After"] == "1"
    assert statuses(client, "/metrics", another, 1) == [200]
    clock.time += 1
    assert statuses(client, "/metrics", headers, 2) == [200, 429]


def test_a_shopper_is_limited_whichever_token_they_come_by(
    limited: tuple[TestClient[Litestar], Clock],
) -> None:
    client, _ = limited
    path = f"/shoppers/{ACCOUNT}"
    by_edge = [statuses(client, path, service(*ME, shopper=ACCOUNT, shown=OWN), 1)[0] for _ in range(2)]
    assert by_edge == [200, 200]
    assert statuses(client, path, service(*ME, shopper=ACCOUNT, shown=OWN), 1) == [429]
    assert statuses(client, path, bearer(OWN), 1) == [429]
    assert statuses(client, f"/shoppers/{OTHER_ACCOUNT}", bearer(OTHERS), 1) == [200]


def test_an_address_that_shows_nonsense_is_turned_away_before_it_is_read(
    limited: tuple[TestClient[Litestar], Clock],
) -> None:
    client, clock = limited
    assert statuses(client, "/metrics", bearer("a.b.c"), 4) == [401] * 3 + [429]
    assert statuses(client, "/open", {}, 1) == [200]
    assert statuses(client, f"/shoppers/{ACCOUNT}", bearer(OWN), 1) == [429]
    assert statuses(client, "/metrics", service("metrics:read"), 1) == [200]
    clock.time += 2
    assert statuses(client, "/metrics", {}, 2) == [401, 429]


def test_what_a_service_shows_for_a_shopper_is_no_strangers_fault(
    limited: tuple[TestClient[Litestar], Clock],
) -> None:
    client, _ = limited
    for _ in range(2):
        refused = service(*ME, shopper=ACCOUNT, shown=OTHERS)
        assert statuses(client, f"/shoppers/{ACCOUNT}", refused, 1) == [401]
    assert statuses(client, f"/shoppers/{OTHER_ACCOUNT}", bearer(OTHERS), 2) == [200, 200]


def test_what_nobody_answers_is_in_the_openapi_document(client: TestClient[Litestar]) -> None:
    document = client.app.openapi_schema.to_schema()
    answers = document["paths"]["/metrics"]["get"]["responses"]
    assert {"401", "403", "429", "503"} <= set(answers)
    assert "429" not in document["paths"]["/open"]["get"]["responses"]
