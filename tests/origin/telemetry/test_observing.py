from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from litestar import Litestar, get
from litestar.params import FromPath  # noqa: TC002 - Litestar reads annotations
from litestar.testing import TestClient

from origin.identity.authentication import Identity
from origin.identity.principal import PUBLIC, requires
from origin.identity.servicekeys import ServiceVerifier
from origin.telemetry.logs import MemoryLog, request_id
from origin.telemetry.metrics import Metrics
from origin.telemetry.observing import note_fault, observe
from tests.origin.identity.tokens import TRUSTED, Clock, service_token

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOPPER = "v" + "0" * 24


@get("/of/{shopper:str}", guards=[requires("profiles:read")], sync_to_thread=False)
def one(shopper: FromPath[str]) -> str:
    return shopper


@get("/id", opt=PUBLIC, sync_to_thread=False)
def own_id() -> str:
    return str(request_id.get())


@get("/broken", opt=PUBLIC, sync_to_thread=False)
def broken() -> str:
    raise KeyError("anna@example.org")


class Observed:
    """An application and what was seen of it."""

    def __init__(self) -> None:
        self.metrics, self.log = Metrics(), MemoryLog()
        app = Litestar(
            [one, own_id, broken],
            plugins=[Identity(ServiceVerifier(TRUSTED, Clock()))],
            after_exception=[note_fault],
        )
        self.app = observe(app, self.metrics, self.log)

    def lines(self) -> list[dict[str, Any]]:
        return [line for line in self.log.lines if line["event"] == "request"]

    def count(self, method: str, route: str, status: int) -> float | None:
        labels = {"method": method, "route": route, "status": str(status)}
        return self.metrics.registry.get_sample_value("selvedge_request_seconds_count", labels)


@pytest.fixture
def observed() -> Observed:
    return Observed()


@pytest.fixture
def client(observed: Observed) -> Iterator[TestClient[Litestar]]:
    with TestClient(observed.app, raise_server_exceptions=False) as client:
        yield client


def test_requests_are_counted_by_the_template_of_their_route(
    observed: Observed, client: TestClient[Litestar]
) -> None:
    token = {"Authorization": f"Bearer {service_token('profiles:read')}"}
    for at in range(3):
        client.get(f"/of/v{at:024}", headers=token)
    client.get(f"/of/{SHOPPER}")
    assert observed.count("GET", "/of/{shopper}", 200) == 3
    assert observed.count("GET", "/of/{shopper}", 401) == 1
    assert SHOPPER not in observed.metrics.exposition().decode()


def test_paths_that_no_route_has_are_one(observed: Observed, client: TestClient[Litestar]) -> None:
    for path in ("/anna", "/bob", f"/v1/{SHOPPER}"):
        assert client.get(path).headers["x-request-id"]
    assert observed.count("GET", "unmatched", 404) == 3
    client.request("BREW", "/anna")
    assert observed.count("other", "unmatched", 404) == 1


def test_an_id_is_made_told_and_known_inside(observed: Observed, client: TestClient[Litestar]) -> None:
    answer = client.get("/id")
    assert re.fullmatch("[0-9a-f]{16}", answer.text)
    assert answer.headers["x-request-id"] == answer.text == observed.lines()[0]["request_id"]
    assert request_id.get() is None


@pytest.mark.parametrize("given", ["8f14e45fceea167a", "8f14e45f-ceea-467a-9575-1c1b2a3d4e5f"])
def test_an_id_that_comes_along_is_kept(client: TestClient[Litestar], given: str) -> None:
    answer = client.get("/id", headers={"X-Request-Id": given})
    assert answer.headers.get_list("x-request-id") == [given]
    assert answer.text == given


@pytest.mark.parametrize("given", ["anna@example.org", SHOPPER, "", "0" * 60, "0123456789abcde\n"])
def test_an_id_that_might_be_a_person_is_not(client: TestClient[Litestar], given: str) -> None:
    assert client.get("/id", headers={"X-Request-Id": given}).text != given


def test_a_line_tells_the_route_and_the_caller(observed: Observed, client: TestClient[Litestar]) -> None:
    for shopper in (None, SHOPPER):
        token = service_token("profiles:read", shopper=shopper)
        client.get(f"/of/{SHOPPER}", headers={"Authorization": f"Bearer {token}"})
    found = [(line["method"], line["route"], line["status"], line["caller"]) for line in observed.lines()]
    assert found == [
        ("GET", "/of/{shopper}", 200, "edge"),
        ("GET", "/of/{shopper}", 200, "shopper"),
    ]


def test_an_error_of_ours_is_told_by_its_place(observed: Observed, client: TestClient[Litestar]) -> None:
    assert client.get("/broken").status_code == 500
    (line,) = observed.lines()
    assert (line["level"], line["status"]) == ("error", 500)
    assert str(line["fault"]).startswith("KeyError at test_observing.py:")
    assert "anna" not in str(line)


def test_two_applications_count_for_themselves(client: TestClient[Litestar]) -> None:
    other = Observed()
    client.get("/id")
    assert other.count("GET", "/id", 200) is None
