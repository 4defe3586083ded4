from __future__ import annotations

import time

import pytest

from selvedge.settings import BadSetting, read_settings
from selvedge.shopper.policy import BadPattern, ManagerReader, ManagerSettings, Policy, compile_bounded
from selvedge.web.edge import consent_rules

BASE = {"SELVEDGE_SHOP": "acme", "SELVEDGE_SNAPSHOT_KEYS": "{}", "SELVEDGE_SEALING_KEYS": "{}"}


def test_without_a_table_only_what_a_person_grants_is_allowed() -> None:
    policy = Policy({})
    assert policy.allows("nl", "choice", "session")
    assert policy.allows("nl", "manager", "training")
    assert not policy.allows("nl", "none", "session")
    assert not policy.allows("nl", "gpc", "measurement")


def test_a_market_comes_before_all_markets() -> None:
    policy = Policy({"*": {"none": {"measurement": True}}, "nl": {"none": {"measurement": False}}})
    assert policy.allows("us", "none", "measurement")
    assert not policy.allows("nl", "none", "measurement")
    assert not policy.allows("us", "none", "session")


@pytest.mark.parametrize(
    "text",
    ['{"nl": {"none": {"sessions": true}}}', '{"nl": {"gcp": {}}}', '{"nl": {"none": {"session": 1}}}', "[]"],
)
def test_a_policy_that_makes_no_sense_is_refused_with_its_key(text: str) -> None:
    with pytest.raises(BadSetting, match="SELVEDGE_CONSENT_POLICY"):
        read_settings({**BASE, "SELVEDGE_CONSENT_POLICY": text}.get)


@pytest.mark.parametrize(
    "text",
    [
        '{"patterns": {"session": "(a+)+"}, "header": "X-Consent"}',
        '{"patterns": {}, "header": "X-Consent", "cookie": "c"}',
        '{"patterns": {}}',
    ],
)
def test_a_manager_that_cannot_be_read_is_refused_with_its_key(text: str) -> None:
    settings = read_settings({**BASE, "SELVEDGE_CONSENT_MANAGER": text}.get)
    with pytest.raises(BadSetting, match="SELVEDGE_CONSENT_MANAGER"):
        consent_rules(settings)


@pytest.mark.parametrize(
    "pattern",
    ["(a)", "a*", "a+", "a{2,}", "a{1,17}", "a?b?c?", r"(a)\1", r"a\1", "(?=a)", "[a", "x" * 201, "a{", "a}"],
)
def test_a_pattern_that_could_backtrack_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern, match="session"):
        compile_bounded(pattern, "session")


@pytest.mark.parametrize(
    ("pattern", "found", "missed"),
    [
        ("C0002:1", "groups=C0001:1,C0002:1", "groups=C0002:0"),
        (r"statistics:true|analytics:\w{1,3}\b", "analytics:yes", "statistics:false"),
        (r"a[(+*\])]?\.", "a].", "ab"),
    ],
)
def test_what_consent_managers_write_can_be_told(pattern: str, found: str, missed: str) -> None:
    compiled = compile_bounded(pattern, "session")
    assert compiled.search(found)
    assert not compiled.search(missed)


def test_the_worst_pattern_is_bounded() -> None:
    reader = ManagerReader(ManagerSettings({"session": r"\w{1,16}\w{1,16}!"}, header="X-Consent"))
    start = time.process_time()
    assert reader.granted("a" * 2048) == frozenset()
    assert time.process_time() - start < 2


def test_a_value_is_read_decoded_and_not_at_any_length() -> None:
    reader = ManagerReader(ManagerSettings({"session": "C0002:1"}, cookie="OptanonConsent"))
    assert reader.granted("C0001%3A1%2CC0002%3A1") == {"session"}
    assert reader.granted("C0002:1" + "x" * 2048) == frozenset()
