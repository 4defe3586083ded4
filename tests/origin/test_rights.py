"""Every route of the origin, asked by everybody: whoever adds a route is held to this without being asked."""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import msgspec
import pytest
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from origin.app import create_app
from origin.rehearsal import SystemClock
from origin.settings import read_settings
from selvedge.identity.service import SCOPES
from selvedge.shopper.identity import account_id
from tests.identity import hostile
from tests.origin.identity.tokens import TRUSTED, service_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from litestar import Litestar

VISITOR, OTHER_VISITOR = "v" + "0" * 24, "v" + "1" * 24
ACCOUNT = account_id(hostile.ISSUER, hostile.SUBJECT)
OTHER_ACCOUNT = account_id(hostile.ISSUER, "another")

PUBLIC = {"/healthz", "/readyz", "/v1/questionnaire"}
ANY_TOKEN = re.compile(r"/schema|/v1/questionnaire$|/v1/erasures/")
"""What every token reaches, whosever it is and whatever for; a receipt's number is its own key."""


class Published(BaseHTTPRequestHandler):
    """The provider's keys."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(hostile.KEYS_DOCUMENT)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def keys_uri() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Published)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/keys"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def client(keys_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Litestar]]:
    folder = tmp_path_factory.mktemp("origin")
    generous = {"per_second": 100_000, "burst": 100_000}
    provider = {"issuer": hostile.ISSUER, "audience": hostile.AUDIENCE, "jwks_uri": keys_uri}
    environ = {
        "SELVEDGE_LEDGER": str(folder / "ledger.sqlite"),
        "SELVEDGE_DATABASE": f"sqlite+aiosqlite:///{folder}/origin.sqlite",
        "SELVEDGE_KEY_STORE": f"sqlite+aiosqlite:///{folder}/keys.sqlite",
        "SELVEDGE_MASTER_KEYS": json.dumps({"m": base64.b64encode(bytes(32)).decode()}),
        "SELVEDGE_KV_PROFILES": "none",
        "SELVEDGE_SERVICE_KEYS": msgspec.json.encode(TRUSTED, order="deterministic").decode(),
        "SELVEDGE_LIMITS": json.dumps(dict.fromkeys(("token", "shopper", "address"), generous)),
        "SELVEDGE_OIDC": json.dumps(provider),
    }
    with TestClient(create_app(read_settings(environ)), raise_server_exceptions=False) as client:
        yield client


def routes(client: TestClient[Litestar]) -> list[tuple[str, str]]:
    """Each method and path template of the application."""
    found: list[tuple[str, str]] = []
    for route in client.app.routes:
        if isinstance(route, HTTPRoute):
            path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path_format)
            found += [(method, path) for method in sorted(route.methods - {"OPTIONS", "HEAD"})]
    return found


def ask(client: TestClient[Litestar], route: tuple[str, str], shopper: str, token: str | None = None) -> int:
    method, template = route
    path = re.sub(r"\{\w+\}", "x", template.replace("{shopper}", shopper))
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return client.request(method, path, headers=headers).status_code


def own_token(subject: str = hostile.SUBJECT) -> str:
    now = int(time.time())
    return hostile.token(hostile.claims(sub=subject, iat=now, exp=now + 600))


def by_service(*scopes: str, shopper: str | None = None) -> str:
    return service_token(*scopes, shopper=shopper, clock=SystemClock())


def test_only_health_readiness_and_questions_answer_whoever_asks(client: TestClient[Litestar]) -> None:
    answered = {route[1] for route in routes(client) if ask(client, route, VISITOR) != 401}
    assert answered == PUBLIC


def test_a_token_for_nothing_opens_next_to_nothing(client: TestClient[Litestar]) -> None:
    token = by_service()
    opened = {route[1] for route in routes(client) if ask(client, route, VISITOR, token) not in {401, 403}}
    assert [path for path in opened - PUBLIC if not ANY_TOKEN.match(path)] == []


def test_no_shopper_can_name_a_browser_as_theirs(client: TestClient[Litestar]) -> None:
    path, headers = f"/v1/shoppers/{ACCOUNT}/merge", {"Authorization": f"Bearer {own_token()}"}
    assert client.post(path, json={"visitor": VISITOR}, headers=headers).status_code == 403


def test_no_route_asks_for_a_scope_that_there_is_not(client: TestClient[Litestar]) -> None:
    token = by_service(*SCOPES)
    assert [route for route in routes(client) if ask(client, route, VISITOR, token) in {401, 403}] == []


def test_a_token_for_one_visitor_reaches_no_other(client: TestClient[Litestar]) -> None:
    token = by_service(*SCOPES, shopper=VISITOR)
    for route in routes(client):
        if route[1] in PUBLIC or ANY_TOKEN.match(route[1]):
            continue
        others = {ask(client, route, shopper, token) for shopper in (OTHER_VISITOR, ACCOUNT)}
        assert others == {403}, route
        assert (ask(client, route, VISITOR, token) == 403) is ("{shopper}" not in route[1]), route


def test_shoppers_reach_their_own_data_and_no_others(client: TestClient[Litestar]) -> None:
    own, others = own_token(), own_token("another")
    for route in routes(client):
        if route[1] in PUBLIC or ANY_TOKEN.match(route[1]):
            continue
        foreign = {
            ask(client, route, shopper, token)
            for shopper, token in ((OTHER_ACCOUNT, own), (VISITOR, own), (ACCOUNT, others))
        }
        assert foreign == {403}, route
        assert ask(client, route, ACCOUNT, own) != 401, route


def test_for_an_account_the_edges_word_is_not_enough(client: TestClient[Litestar]) -> None:
    token = by_service(*SCOPES, shopper=ACCOUNT)
    for route in routes(client):
        if route[1] not in PUBLIC:
            assert ask(client, route, ACCOUNT, token) == 401, route
