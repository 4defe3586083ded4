from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from origin.identity.principal import Principal
from origin.identity.servicekeys import ServiceVerifier
from origin.identity.trust import TrustedKey
from origin.rehearsal import SystemClock
from selvedge.identity.service import SCOPES

if TYPE_CHECKING:
    from tests.origin.cli.conftest import Desk

SHOPPER = "v" + "0" * 24


def test_a_new_key_makes_tokens_that_the_origin_trusts(desk: Desk) -> None:
    made = desk.json("service", "new", "jobs", "--scope", "outputs:write")
    desk.environ["SELVEDGE_SERVICE_KEY"] = made["private"]
    token = desk.run("service", "token", "outputs:write", "--shopper", SHOPPER).stdout.strip()
    trusted = msgspec.json.decode(made["trusted"], type=dict[str, TrustedKey])
    principal = ServiceVerifier(trusted, SystemClock()).verify(token)
    assert principal == Principal("jobs", frozenset({"outputs:write"}), SHOPPER, principal.token)


def test_without_json_both_settings_are_lines_to_copy(desk: Desk) -> None:
    lines = desk.run("service", "new", "edge", "--all").stdout.splitlines()
    private, trusted = (json.loads(line.partition("=")[2]) for line in lines)
    assert list(private) == list(trusted)
    assert set(next(iter(trusted.values()))["scopes"]) == SCOPES


def test_a_key_for_nothing_is_not_made(desk: Desk) -> None:
    desk.run("service", "new", "edge", exits=2)


def test_a_token_wants_a_key_and_says_which(desk: Desk) -> None:
    assert "SELVEDGE_SERVICE_KEY" in desk.run("service", "token", "privacy", exits=2).output
    desk.environ["SELVEDGE_SERVICE_KEY"] = "{"
    assert "SELVEDGE_SERVICE_KEY" in desk.run("service", "token", "privacy", exits=2).output
