from __future__ import annotations

import asyncio

import msgspec
import pytest

from origin.identity.shoppers import ShopperVerifier
from origin.identity.signatures import LibraryJws
from selvedge.identity.compact import InvalidToken
from selvedge.identity.jwks import KeySet
from selvedge.identity.person import Account, PersonVerifier
from selvedge.shopper.identity import account_id
from tests.identity.hostile import (
    AUDIENCE,
    CASES,
    ISSUER,
    NOW,
    PROVIDER,
    SUBJECT,
    Case,
    Keys,
    claims,
    token,
)
from tests.origin.identity.tokens import Clock


def at_the_edge() -> PersonVerifier:
    clock = Clock(NOW)
    return PersonVerifier(PROVIDER, KeySet(PROVIDER, Keys(), clock), LibraryJws(), clock)


def at_the_origin() -> ShopperVerifier:
    clock = Clock(NOW)
    return ShopperVerifier(PROVIDER, KeySet(PROVIDER, Keys(), clock), clock)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_token_is_proof_or_refused_for_its_reason(case: Case) -> None:
    verifying = at_the_edge().verify(case.token)
    if case.reason is None:
        assert asyncio.run(verifying).id == account_id(ISSUER, SUBJECT)
    else:
        with pytest.raises(InvalidToken) as caught:
            asyncio.run(verifying)
        assert caught.value.reason == case.reason


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_origin_comes_to_the_same_by_another_library(case: Case) -> None:
    verifying = at_the_origin().verify(case.token)
    if case.reason is None:
        assert asyncio.run(verifying).id == account_id(ISSUER, SUBJECT)
    else:
        with pytest.raises(InvalidToken):
            asyncio.run(verifying)


def test_an_account_says_until_when_it_is_proven() -> None:
    account = asyncio.run(at_the_edge().verify(token(claims(exp=NOW + 60))))
    assert account == Account(account_id(ISSUER, SUBJECT), NOW + 60, issued=NOW)


def test_clients_of_the_shop_may_ask_for_tokens_to_its_api() -> None:
    provider = msgspec.structs.replace(PROVIDER, parties=("app", "web"))
    clock = Clock(NOW)
    verifier = PersonVerifier(provider, KeySet(provider, Keys(), clock), LibraryJws(), clock)
    assert asyncio.run(verifier.verify(token(claims(aud=AUDIENCE, azp="web")))).id
    with pytest.raises(InvalidToken, match="party"):
        asyncio.run(verifier.verify(token(claims(azp=AUDIENCE))))


def test_an_algorithm_that_the_setting_leaves_out_is_refused() -> None:
    provider = msgspec.structs.replace(PROVIDER, algorithms=("ES256",))
    clock = Clock(NOW)
    verifier = PersonVerifier(provider, KeySet(provider, Keys(), clock), LibraryJws(), clock)
    with pytest.raises(InvalidToken, match="algorithm"):
        asyncio.run(verifier.verify(token()))
