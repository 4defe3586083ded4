"""Both ends against a real OpenID provider."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, get_args

import pytest

from origin.identity.documents import HttpDocuments
from origin.identity.shoppers import ShopperVerifier
from origin.identity.signatures import LibraryJws
from origin.rehearsal import SystemClock
from selvedge.identity.compact import InvalidToken
from selvedge.identity.jwks import KeySet
from selvedge.identity.person import PersonVerifier
from selvedge.identity.provider import Algorithm, Provider
from selvedge.shopper.identity import account_id
from tests.openid.session import RESOURCE, OpenIdProvider

if TYPE_CHECKING:
    from collections.abc import Sequence

ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)


def accounts(provider: Provider, tokens: Sequence[str]) -> list[set[str]]:
    """What edge and origin make of each token, with one key set each: an account, or why not."""
    clock = SystemClock()
    edge = PersonVerifier(provider, KeySet(provider, HttpDocuments(), clock), LibraryJws(), clock)
    origin = ShopperVerifier(provider, KeySet(provider, HttpDocuments(), clock), clock)

    async def one(verifier: PersonVerifier | ShopperVerifier, token: str) -> str:
        try:
            return (await verifier.verify(token)).id
        except InvalidToken as error:
            return error.reason

    async def all_of_them() -> list[set[str]]:
        return [{await one(verifier, token) for verifier in (edge, origin)} for token in tokens]

    return asyncio.run(all_of_them())


def app(openid: OpenIdProvider, algorithm: Algorithm = "RS256") -> Provider:
    return Provider(openid.issuer, f"shop-{algorithm}", algorithms=ALGORITHMS)


def api(openid: OpenIdProvider) -> Provider:
    return Provider(openid.issuer, RESOURCE)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_who_logs_in_by_code_and_pkce_is_known_by_one_name(
    openid: OpenIdProvider, algorithm: Algorithm
) -> None:
    tokens = [openid.log_in(name, algorithm)["id_token"] for name in ("ann", "ben", "ann")]
    ann, ben = ({account_id(openid.issuer, name)} for name in ("ann", "ben"))
    assert accounts(app(openid, algorithm), tokens) == [ann, ben, ann]


def test_an_access_token_for_the_shops_api_serves_as_well(openid: OpenIdProvider) -> None:
    tokens = openid.log_in("ann")
    assert accounts(api(openid), [tokens["access_token"]]) == [{account_id(openid.issuer, "ann")}]


def test_a_program_with_client_credentials_is_nobody(openid: OpenIdProvider) -> None:
    assert accounts(api(openid), [openid.client_credentials()]) == [{"no-person"}]


def test_a_token_of_another_client_is_nothing_here(openid: OpenIdProvider) -> None:
    token = openid.log_in("ann", "ES256")["id_token"]
    clock = SystemClock()
    edge = PersonVerifier(app(openid), KeySet(app(openid), HttpDocuments(), clock), LibraryJws(), clock)
    with pytest.raises(InvalidToken, match="audience"):
        asyncio.run(edge.verify(token))


def test_keys_change_with_and_without_overlap(openid: OpenIdProvider) -> None:
    provider = app(openid)
    clock = SystemClock()
    edge = PersonVerifier(provider, KeySet(provider, HttpDocuments(), clock), LibraryJws(), clock)
    origin = ShopperVerifier(provider, KeySet(provider, HttpDocuments(), clock), clock)

    async def both(token: str) -> set[str]:
        return {(await verifier.verify(token)).id for verifier in (edge, origin)}

    async def story() -> None:
        ann = {account_id(openid.issuer, "ann")}
        before = openid.log_in("ann")["id_token"]
        assert await both(before) == ann
        openid.rotate(keep=True)
        during = openid.log_in("ann")["id_token"]
        assert await both(during) == ann
        assert await both(before) == ann
        openid.rotate(keep=False)
        after = openid.log_in("ann")["id_token"]
        assert await both(after) == ann
        for verifier in (edge, origin):
            with pytest.raises(InvalidToken, match="unknown-kid"):
                await verifier.verify(during)

    asyncio.run(story())
