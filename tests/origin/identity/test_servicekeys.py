from __future__ import annotations

import json
from typing import Any

import pytest

from origin.identity.minting import Ed25519TokenSigner, service_tokens
from origin.identity.principal import Principal
from origin.identity.servicekeys import ServiceVerifier
from origin.identity.trust import TrustedKey
from selvedge.identity.compact import InvalidToken, parse_compact
from selvedge.identity.service import SCOPES
from selvedge.settings import BadSetting
from tests.origin.identity.tokens import (
    NOW,
    SIGNER,
    TRUSTED,
    Clock,
    claims,
    encoded,
    service_token,
    written,
)

SHOPPER = "v" + "0" * 24


def verify(token: str, now: float = NOW) -> Principal:
    return ServiceVerifier(TRUSTED, Clock(now)).verify(token)


def reason(token: str, now: float = NOW) -> str:
    with pytest.raises(InvalidToken) as caught:
        verify(token, now)
    return caught.value.reason


def test_what_the_edge_mints_says_who_and_what() -> None:
    token = service_token("profiles:read", "privacy", shopper=SHOPPER)
    jti = parse_compact(token).claims["jti"]
    assert verify(token) == Principal("edge", frozenset({"profiles:read", "privacy"}), SHOPPER, jti)


@pytest.mark.parametrize(
    ("now", "expected"),
    [(NOW + 329, None), (NOW + 330, "expired"), (NOW - 30, None), (NOW - 31, "not-yet")],
)
def test_clocks_may_be_half_a_minute_apart(now: float, expected: str | None) -> None:
    token = service_token("profiles:read")
    if expected is None:
        assert verify(token, now).name == "edge"
    else:
        assert reason(token, now) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"aud": "another"}, "audience"),
        ({"aud": ["selvedge-origin"]}, "claims"),
        ({"iss": "jobs"}, "issuer"),
        ({"exp": None}, "claims"),
        ({"nbf": None}, "claims"),
        ({"iat": None}, "claims"),
        ({"jti": None}, "claims"),
        ({"scope": None}, "claims"),
        ({"exp": NOW + 301}, "lifetime"),
        ({"exp": NOW + 0.5}, "claims"),
        ({"exp": "2100-01-01"}, "claims"),
        ({"nbf": NOW + 31}, "not-yet"),
        ({"iat": NOW + 31, "exp": NOW + 60}, "not-yet"),
        ({"scope": "profiles:read profiles:write"}, "scope"),
        ({"shopper": "v1"}, "claims"),
    ],
)
def test_a_claim_that_is_not_right_makes_the_token_worthless(changes: dict[str, Any], expected: str) -> None:
    narrow = {"edge-1": TrustedKey("edge", SIGNER.public, frozenset({"profiles:read"}))}
    with pytest.raises(InvalidToken) as caught:
        ServiceVerifier(narrow, Clock()).verify(written(claims(**changes)))
    assert caught.value.reason == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"kid": "nobody"}, "unknown-kid"),
        ({"kid": 1}, "unknown-kid"),
        ({"kid": None}, "unknown-kid"),
        ({"typ": "JWT"}, "type"),
        ({"typ": None}, "type"),
        ({"crit": ["exp"]}, None),
        ({"alg": "none"}, None),
        ({"alg": "HS256"}, None),
        ({"alg": "Ed25519"}, None),
        ({"alg": "ES256"}, None),
    ],
)
def test_a_header_that_is_not_right_makes_the_token_worthless(
    header: dict[str, Any], expected: str | None
) -> None:
    found = reason(written(claims(), header))
    assert expected in {None, found}


def test_a_token_without_signature_is_none() -> None:
    token = written(claims(), {"alg": "none"})
    assert reason(token.rpartition(".")[0] + ".")


def test_a_public_key_is_no_shared_secret() -> None:
    import hashlib  # noqa: PLC0415
    import hmac  # noqa: PLC0415

    signed = written(claims(), {"alg": "HS256"}).rpartition(".")[0]
    mac = hmac.new(SIGNER.public.encode(), signed.encode(), hashlib.sha256).digest()
    assert reason(f"{signed}.{encoded(mac)}")


def test_another_key_of_the_same_name_signs_nothing() -> None:
    assert reason(written(claims(), signer=Ed25519TokenSigner("edge-1", bytes(32)))) == "bad-signature"


def test_a_member_that_occurs_twice_makes_the_token_worthless() -> None:
    twice = json.dumps(claims())[:-1] + ', "scope": "privacy"}'
    assert reason(written(twice)) == "duplicated-member"


@pytest.mark.parametrize("token", ["", ".", "a.b", "a.b.c.d", "é.e.e", "A" * 9000, "[]", "W10.W10.AA"])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert reason(token) in {"malformed", "oversized"}


def test_keys_overlap_while_they_are_changed() -> None:
    new = Ed25519TokenSigner("edge-2", bytes(32))
    both = {**TRUSTED, "edge-2": TrustedKey("edge", new.public, SCOPES)}
    verifier = ServiceVerifier(both, Clock())
    for signer in (SIGNER, new):
        assert verifier.verify(written(claims(), {"kid": signer.key_id}, signer)).name == "edge"
    assert reason(written(claims(), {"kid": "edge-2"}, new)) == "unknown-kid"


@pytest.mark.parametrize(
    "key", [TrustedKey("edge", "AAAA", SCOPES), TrustedKey("edge", SIGNER.public, frozenset({"all"}))]
)
def test_a_key_that_makes_no_sense_is_named(key: TrustedKey) -> None:
    with pytest.raises(BadSetting, match="SELVEDGE_SERVICE_KEYS"):
        ServiceVerifier({"k": key}, Clock())


async def _bearer() -> str:
    keys = {"edge-1": encoded(bytes(range(32))) + "=", "old": "unused"}
    return await service_tokens(keys, Clock(), "edge").bearer(["privacy"])


def test_the_first_key_signs() -> None:
    import asyncio  # noqa: PLC0415

    assert verify(asyncio.run(_bearer())).scopes == {"privacy"}


def test_a_signer_without_key_is_named() -> None:
    with pytest.raises(BadSetting, match="SELVEDGE_SERVICE_KEY holds no key"):
        service_tokens({}, Clock(), "edge")
