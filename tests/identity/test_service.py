from __future__ import annotations

import asyncio

from selvedge.identity.compact import parse_compact
from selvedge.identity.service import LIFETIME_SECONDS, RENEWAL_SECONDS, ServiceTokens
from tests.origin.identity.tokens import NOW, SIGNER, Clock


def test_a_token_for_nobody_in_particular_is_kept_until_it_gets_old() -> None:
    clock = Clock()
    tokens = ServiceTokens(SIGNER, clock)

    def at(seconds: int) -> str:
        clock.time = NOW + seconds
        return asyncio.run(tokens.bearer(["events:write", "edge-profile:read"]))

    first = at(0)
    assert at(LIFETIME_SECONDS - RENEWAL_SECONDS - 1) == first
    assert at(LIFETIME_SECONDS - RENEWAL_SECONDS) != first


def test_a_token_of_one_shopper_is_never_kept() -> None:
    tokens = ServiceTokens(SIGNER, Clock())
    shopper = "v" + "0" * 24
    made = [asyncio.run(tokens.bearer(["privacy"], shopper)) for _ in range(2)]
    assert made[0] != made[1]
    assert {parse_compact(one).claims["shopper"] for one in made} == {shopper}
    assert "shopper" not in parse_compact(asyncio.run(tokens.bearer(["privacy"]))).claims


def test_scopes_in_another_order_are_the_same_token() -> None:
    tokens = ServiceTokens(SIGNER, Clock())
    made = [asyncio.run(tokens.bearer(scopes)) for scopes in (["a", "b"], ["b", "a"], ["a"])]
    assert made[0] == made[1] != made[2]
