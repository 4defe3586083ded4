from __future__ import annotations

import asyncio
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar, get

from origin.identity.principal import PUBLIC, requires
from origin.identity.setup import identity
from origin.rehearsal import SystemClock
from origin.settings import read_settings
from origin.transport import check_database, is_exposed
from selvedge.settings import BadSetting

SAFE = [
    "sqlite+aiosqlite:///x.sqlite",
    "postgresql+asyncpg://u:p@127.0.0.1:5432/shop",
    "postgresql+asyncpg://u:p@localhost/shop",
    "postgresql+asyncpg:///shop",
    "postgresql+asyncpg://u@/shop?host=/var/run/postgresql",
    "postgresql+asyncpg://u:p@db.example/shop?ssl=verify-full",
    "postgresql+asyncpg://u:p@db.example/shop?ssl=require",
    "postgresql+asyncpg://u@/shop?host=a.example:5432&host=b.example:5432&ssl=verify-ca",
]
OPEN = [
    "postgresql+asyncpg://u:s3cret@db.example/shop",
    "postgresql+asyncpg://u:s3cret@db.example/shop?ssl=prefer",
    "postgresql+asyncpg://u:s3cret@db.example/shop?ssl=disable",
    "postgresql+asyncpg://u:s3cret@127.0.0.1/shop?host=db.example",
    "postgresql+asyncpg://u:s3cret@10.0.0.1/shop",
]


@pytest.mark.parametrize("url", SAFE)
def test_a_database_is_reached_over_tls_or_on_this_machine(url: str) -> None:
    check_database("X", url)


@pytest.mark.parametrize("name", ["SELVEDGE_DATABASE", "SELVEDGE_KEY_STORE"])
@pytest.mark.parametrize("url", OPEN)
def test_an_open_way_to_a_database_is_refused_without_being_repeated(url: str, name: str) -> None:
    with pytest.raises(BadSetting, match=name) as caught:
        read_settings({name: url})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SELVEDGE_KV_URL", "http://kv.example/client/v4"),
        ("SELVEDGE_OIDC", '{"issuer": "http://login.example", "audience": "a"}'),
        (
            "SELVEDGE_OIDC",
            '{"issuer": "https://login.example", "audience": "a", "jwks_uri": "http://login.example/k"}',
        ),
        ("SELVEDGE_OIDC", '{"issuer": "https://login.example", "audience": "a", "algorithms": ["HS256"]}'),
        ("SELVEDGE_OIDC", '{"issuer": "https://login.example", "audience": "a", "algorithms": []}'),
        ("SELVEDGE_OIDC", '{"issuer": "https://login.example"}'),
    ],
)
def test_what_would_be_sent_in_the_open_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read_settings({name: value})


@pytest.mark.parametrize(
    ("scheme", "client", "expected"),
    [
        ("http", ("192.0.2.1", 1), True),
        ("http", ("2001:db8::1", 1), True),
        ("https", ("192.0.2.1", 1), False),
        ("http", ("127.0.0.1", 1), False),
        ("http", ("::1", 1), False),
        ("http", None, False),
        ("http", ("a socket", 0), False),
    ],
)
def test_plain_requests_of_other_machines_are_told_apart(
    scheme: str, client: tuple[str, int] | None, *, expected: bool
) -> None:
    assert is_exposed(cast("Any", {"scheme": scheme, "client": client})) is expected


@get("/open", opt=PUBLIC, sync_to_thread=False)
def open_to_all() -> None: ...


@get("/all", guards=[requires()], sync_to_thread=False)
def everybody() -> None: ...


@pytest.mark.parametrize(
    ("environ", "url", "expected"),
    [
        ({}, "http://origin.example", 403),
        ({}, "https://origin.example", 401),
        ({"SELVEDGE_PLAIN_HTTP": "true"}, "http://origin.example", 401),
    ],
)
def test_other_machines_are_answered_over_tls_only(environ: dict[str, str], url: str, expected: int) -> None:
    app = Litestar([open_to_all, everybody], plugins=[identity(read_settings(environ), SystemClock())])
    transport = httpx.ASGITransport(cast("Any", app), client=("192.0.2.1", 1))

    async def ask() -> list[int]:
        async with httpx.AsyncClient(transport=transport, base_url=url) as client:
            return [(await client.get(path)).status_code for path in ("/all", "/open")]

    assert asyncio.run(ask()) == [expected, 200]
