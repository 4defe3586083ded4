"""Every route is asked with a person's values in every place; none of them may be in what is logged."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from origin.app import create_app
from origin.settings import read_settings
from selvedge.identity.service import SCOPES
from tests.origin.events.conftest import click, said
from tests.origin.profiles.conftest import bearer, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from litestar import Litestar

SHOPPER = "v" + "5ec2e7" * 4
MARK = "anna.secret@example.org"
WORDS = (SHOPPER, "anna.secret", "5ec2e7", "SECRET-PRODUCT", "Bearer", "eyJ")

BODIES: list[Any] = [
    said(click("event-secret-1", "SECRET-PRODUCT"), shopper=SHOPPER),
    [said(click("event-secret-2", "SECRET-PRODUCT"), shopper=SHOPPER), {"shopper": MARK}],
    {"declared": {"brands": [MARK], "materials": ["SECRET-PRODUCT"]}},
    {"visitor": SHOPPER},
    {"answers": {MARK: [MARK]}},
    {"objected": True},
    MARK,
]


@pytest.fixture
def app(tmp_path: Path, database_url: str, key_store_url: str) -> Litestar:
    much = {"per_second": 10_000, "burst": 100_000}
    limits = json.dumps({"token": much, "shopper": much, "address": much})
    variables = environment(tmp_path, database_url, key_store_url)
    return create_app(read_settings({**variables, "SELVEDGE_LIMITS": limits}))


@pytest.fixture
def client(app: Litestar) -> Iterator[TestClient[Litestar]]:
    with TestClient(app, raise_server_exceptions=False) as opened:
        # The test's own client would log the addresses that it asks.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        yield opened


def places(app: Litestar) -> list[tuple[str, str]]:
    """Every method and path, with a person in each part of the path that is free."""
    found = []
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for value in (SHOPPER, MARK):
                parts = [value if hasattr(part, "name") else str(part) for part in route.path_components]
                found += [(str(method), "/" + "/".join(parts)) for method in route.methods]
    return sorted(set(found))


def test_no_line_names_a_person(
    app: Litestar,
    client: TestClient[Litestar],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = places(app)
    assert len(asked) > 30
    statuses = set()
    for method, path in asked:
        for authorization in (bearer(*SCOPES), bearer(*SCOPES, shopper=SHOPPER), {"Authorization": MARK}):
            headers = {**authorization, "Cookie": f"a={MARK}", "X-Request-Id": MARK, "If-Match": MARK}
            for body in BODIES if method in {"POST", "PUT", "PATCH"} else [None]:
                kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
                answer = client.request(
                    method,
                    path,
                    params={"cursor": MARK, "channel": MARK, MARK: SHOPPER},
                    content=json.dumps(body),
                    headers={**headers, "Content-Type": kind},
                )
                statuses.add(answer.status_code)
    client.get(f"/nowhere/{MARK}", params={"q": MARK})
    written = capfd.readouterr()
    logged = written.out + written.err + caplog.text
    lines = [json.loads(line) for line in written.out.splitlines() if line.startswith("{")]
    assert len([line for line in lines if line["event"] == "request"]) > len(asked)
    assert {200, 202, 400, 401, 404} <= statuses
    assert [word for word in WORDS if word in logged] == []
