"""The origin's application over both engines, asked as the services that ask it."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from litestar.testing import TestClient

from origin.app import create_app
from origin.rehearsal import SystemClock
from origin.settings import read_settings
from tests.origin.conftest import MASTERS
from tests.origin.identity.tokens import TRUSTED, service_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from litestar import Litestar

ANNA, BERT = "v" + "a" * 24, "v" + "b" * 24
ACCOUNT = "a" + "B" * 43

Client = TestClient["Litestar"]


def environment(folder: Path, database: str, key_store: str) -> dict[str, str]:
    """The settings of an application for tests."""
    return {
        "SELVEDGE_LEDGER": str(folder / "ledger.sqlite"),
        "SELVEDGE_DATABASE": database,
        "SELVEDGE_KEY_STORE": key_store,
        "SELVEDGE_MASTER_KEYS": json.dumps({kid: b64encode(key).decode() for kid, key in MASTERS.items()}),
        "SELVEDGE_KV_PROFILES": "none",
        "SELVEDGE_SERVICE_KEYS": msgspec.json.encode(TRUSTED).decode(),
    }


def bearer(*scopes: str, shopper: str | None = None) -> dict[str, str]:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {service_token(*scopes, shopper=shopper, clock=SystemClock())}"}


EVERYTHING = (
    "edge-profile:read",
    "outputs:write",
    "profiles:merge",
    "profiles:read",
    "profiles:write",
    "publications:read",
)


@pytest.fixture
def app(tmp_path: Path, database_url: str, key_store_url: str) -> Litestar:
    """The application, on one engine and then on the other."""
    return create_app(read_settings(environment(tmp_path, database_url, key_store_url)))


@pytest.fixture
def client(app: Litestar) -> Iterator[Client]:
    """A service that may do everything."""
    with TestClient(app) as opened:
        opened.headers.update(bearer(*EVERYTHING))
        yield opened


@pytest.fixture
def put(client: Client) -> Callable[..., str]:
    """A function that keeps a profile and returns its ETag."""

    def run(shopper: str = ANNA, etag: str | None = None, **declared: Any) -> str:
        headers = {"If-Match": etag} if etag else {}
        answer = client.put(f"/v1/shoppers/{shopper}", json={"declared": declared}, headers=headers)
        assert answer.status_code in {200, 201}, answer.text
        return str(answer.headers["etag"])

    return run
