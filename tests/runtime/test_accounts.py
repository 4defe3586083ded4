"""People with accounts, end to end: a real OpenID provider, the Worker in workerd, and the real origin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import httpx
import pytest

from development.origin_process import running
from origin.building import build
from origin.demo import generate
from selvedge.shopper.identity import account_id
from tests.openid.session import OpenIdProvider, running_provider
from tests.runtime.shopfront import Shopfront, open_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOP = "acme"


class House(NamedTuple):
    """Everything that takes part."""

    openid: OpenIdProvider
    front: Shopfront
    origin: str

    def ask(self, method: str, path: str, token: str | None = None, **content: object) -> httpx.Response:
        """Ask the Worker, as a page of its own would."""
        headers = {"Origin": self.front.runtime.url, "Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if "match" in content:
            headers["If-Match"] = str(content.pop("match"))
        body = json.dumps(content) if content else None
        return self.front.runtime.client.request(method, path, headers=headers, content=body)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with running_provider(folder / "openid.log") as openid:
        provider = json.dumps({"issuer": openid.issuer, "audience": "shop-ES256", "algorithms": ["ES256"]})
        with running(folder, SELVEDGE_OIDC=provider) as origin:
            edge = {
                "SELVEDGE_OIDC": provider,
                "SELVEDGE_ORIGIN_URL": origin.url,
                "SELVEDGE_SERVICE_KEY": origin.edge_key,
                "SELVEDGE_RIGHTS_DEADLINE_MS": "20000",
            }
            with open_shop(SHOP, folder, edge) as front:
                front.publish(build(generate(60), shop=SHOP))
                yield House(openid, front, origin.url)


def log_in(house: House, name: str) -> str:
    return str(house.openid.log_in(name, "ES256")["id_token"])


def test_who_logs_in_sees_and_changes_their_own_profile_and_nobody_elses(house: House) -> None:
    ann, ben = log_in(house, "ann"), log_in(house, "ben")
    declared = {"materials": ["linen"]}
    changed = house.ask("PATCH", "/v1/me", ann, declared=declared, match='"0"')
    assert changed.status_code == 200, changed.text

    seen = house.ask("GET", "/v1/me", ann).json()
    assert (seen["shopper"], seen["account"]) == (account_id(house.openid.issuer, "ann"), True)
    assert seen["declared"]["materials"] == ["linen"]
    others = house.ask("GET", "/v1/me", ben).json()
    assert others["shopper"] == account_id(house.openid.issuer, "ben")
    assert "declared" not in others


def test_a_shopper_reaches_the_origin_with_their_own_token_and_nobody_elses(house: House) -> None:
    cleo, ben = log_in(house, "cleo"), log_in(house, "ben")
    house.ask("PATCH", "/v1/me", cleo, declared={"materials": ["wool"]}, match='"0"')
    path = f"{house.origin}/v1/shoppers/{account_id(house.openid.issuer, 'cleo')}"

    found = [httpx.get(path, headers={"Authorization": f"Bearer {one}"}).status_code for one in (cleo, ben)]
    assert found == [200, 403]


def test_tokens_that_prove_nothing_are_refused_with_the_reason(house: House) -> None:
    good = log_in(house, "ann")
    head, body, signature = good.split(".")
    refused = {
        "bad-signature": f"{head}.{body}.{signature[:8]}{signature[8:][::-1]}",
        "algorithm": house.openid.log_in("ann", "RS256")["id_token"],
        "malformed": "abc",
    }
    for reason, token in refused.items():
        answer = house.ask("GET", "/v1/me", token)
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/invalid-token")
        assert answer.json()["detail"] in {reason, "malformed"}
        assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_when_the_provider_changes_its_keys_both_ends_follow(house: House) -> None:
    before = log_in(house, "ann")
    assert house.ask("GET", "/v1/me", before).status_code == 200
    house.openid.rotate(keep=True)
    after = log_in(house, "ann")
    assert [house.ask("GET", "/v1/me", token).status_code for token in (after, before)] == [200, 200]
