from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest

from selvedge.identity.compact import InvalidToken
from selvedge.identity.jwks import (
    ALLOWANCE,
    ALLOWANCE_SECONDS,
    FRESH_SECONDS,
    RECENT_SECONDS,
    STALE_SECONDS,
    KeySet,
    ProviderUnavailable,
)
from tests.identity.hostile import (
    ED,
    ISSUER,
    KEYS_DOCUMENT,
    KEYS_URI,
    NOW,
    PROVIDER,
    RSA,
    Keys,
    ed_jwk,
    rsa_jwk,
)
from tests.origin.identity.tokens import Clock

DISCOVERING = msgspec.structs.replace(PROVIDER, jwks_uri=None)
WELL_KNOWN = f"{ISSUER}/.well-known/openid-configuration"


class Desk:
    """A key set over a provider that a test changes, at a time that it sets."""

    def __init__(self, documents: dict[str, bytes] | None = None, provider: Any = PROVIDER) -> None:
        self.source = Keys(documents)
        self.clock = Clock(NOW)
        self.keys = KeySet(provider, self.source, self.clock)

    def find(self, kid: str = "rsa", algorithm: str = "RS256") -> str:
        try:
            return asyncio.run(self.keys.find(kid, algorithm)).kid
        except InvalidToken as error:
            return error.reason
        except ProviderUnavailable:
            return "unavailable"


def publish(desk: Desk, *keys: dict[str, Any]) -> None:
    desk.source.documents = {KEYS_URI: json.dumps({"keys": keys}).encode()}


def test_keys_are_read_once_while_they_are_fresh() -> None:
    desk = Desk()
    assert [desk.find(), desk.find("ec", "ES256"), desk.find()] == ["rsa", "ec", "rsa"]
    assert desk.source.reads == [KEYS_URI]
    desk.clock.time += FRESH_SECONDS
    desk.find()
    assert len(desk.source.reads) == 2


def test_a_new_key_is_found_at_once_and_a_withdrawn_one_soon_forgotten() -> None:
    desk = Desk()
    desk.find()
    publish(desk, ed_jwk("new", ED))
    assert desk.find("new", "EdDSA") == "new"
    assert desk.find("rsa") == "unknown-kid"


def test_made_up_key_ids_cannot_hammer_the_provider() -> None:
    desk = Desk()
    found = {desk.find(f"made-up-{number}") for number in range(500)}
    assert found == {"unknown-kid"}
    assert len(desk.source.reads) <= ALLOWANCE
    assert desk.find("rsa") == "rsa"


def test_while_nobody_may_ask_an_unknown_key_is_neither_there_nor_not() -> None:
    desk = Desk()
    for number in range(ALLOWANCE):
        desk.find(f"made-up-{number}")
    desk.clock.time += RECENT_SECONDS
    assert desk.find("new") == "unavailable"
    desk.clock.time += ALLOWANCE_SECONDS
    publish(desk, rsa_jwk("new", RSA))
    assert desk.find("new") == "new"


def test_known_keys_stand_in_while_the_provider_is_away_but_not_for_ever() -> None:
    desk = Desk()
    desk.find()
    desk.source.documents = {}
    desk.clock.time += FRESH_SECONDS
    assert desk.find() == "rsa"
    assert desk.find("new") == "unavailable"
    desk.clock.time = NOW + STALE_SECONDS
    assert desk.find() == "unavailable"


def test_a_provider_that_comes_back_is_believed_again() -> None:
    desk = Desk({})
    assert desk.find() == "unavailable"
    desk.source.documents = {KEYS_URI: KEYS_DOCUMENT}
    assert desk.find() == "rsa"


@pytest.mark.parametrize(
    "document", [b"", b"[]", b"{}", b'{"keys":{}}', b'{"keys":[],"keys":[]}', b"x" * 70_000]
)
def test_what_is_no_key_set_changes_nothing(document: bytes) -> None:
    desk = Desk()
    desk.find()
    desk.source.documents = {KEYS_URI: document}
    desk.clock.time += FRESH_SECONDS
    assert desk.find() == "rsa"


def test_more_keys_than_any_provider_has_are_not_taken() -> None:
    desk = Desk()
    publish(desk, *(ed_jwk(str(number), ED) for number in range(33)))
    assert desk.find("1", "EdDSA") == "unavailable"


def test_where_the_keys_are_is_discovered() -> None:
    described = json.dumps({"issuer": ISSUER, "jwks_uri": KEYS_URI}).encode()
    desk = Desk({WELL_KNOWN: described, KEYS_URI: KEYS_DOCUMENT}, DISCOVERING)
    assert desk.find() == "rsa"
    assert desk.source.reads == [WELL_KNOWN, KEYS_URI]


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example", "jwks_uri": KEYS_URI},
        {"issuer": ISSUER},
        {"issuer": ISSUER, "jwks_uri": 1},
        {"issuer": ISSUER, "jwks_uri": "http://login.example/keys"},
        {"issuer": ISSUER, "jwks_uri": "http://127.0.0.1/keys"},
    ],
)
def test_a_description_of_another_or_of_an_open_way_is_not_followed(described: dict[str, Any]) -> None:
    uri = str(described.get("jwks_uri"))
    desk = Desk({WELL_KNOWN: json.dumps(described).encode(), uri: KEYS_DOCUMENT}, DISCOVERING)
    assert desk.find() == "unavailable"
    assert desk.source.reads == [WELL_KNOWN]


class Paced(Keys):
    """A provider that answers when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[asyncio.Future[bytes]] = []

    async def read(self, url: str, _limit: int) -> bytes:
        self.reads.append(url)
        self.waiting.append(asyncio.get_running_loop().create_future())
        return await self.waiting[-1]


def test_no_request_waits_for_what_another_began() -> None:
    async def two() -> list[str]:
        source, clock = Paced(), Clock(NOW)
        keys = KeySet(PROVIDER, source, clock)
        first, second = (asyncio.create_task(keys.find("rsa", "RS256")) for _ in range(2))
        await asyncio.sleep(0)
        source.waiting[1].set_result(KEYS_DOCUMENT)
        found = [(await second).kid]
        assert not first.done()
        first.cancel()
        return [*found, (await keys.find("rsa", "RS256")).kid]

    assert asyncio.run(two()) == ["rsa", "rsa"]


def test_a_slow_reading_does_not_bring_old_keys_back() -> None:
    async def overtaken() -> str:
        source, clock = Paced(), Clock(NOW)
        keys = KeySet(PROVIDER, source, clock)
        slow = asyncio.create_task(keys.find("rsa", "RS256"))
        await asyncio.sleep(0)
        clock.time += 1
        quick = asyncio.create_task(keys.find("new", "EdDSA"))
        await asyncio.sleep(0)
        source.waiting[1].set_result(json.dumps({"keys": [ed_jwk("new", ED)]}).encode())
        await quick
        source.waiting[0].set_result(KEYS_DOCUMENT)
        with pytest.raises(InvalidToken, match="unknown-kid"):
            await slow
        return (await keys.find("new", "EdDSA")).kid

    assert asyncio.run(overtaken()) == "new"
