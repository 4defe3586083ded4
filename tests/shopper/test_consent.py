from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.rehearsal import Headers
from selvedge.shopper.choice import (
    CHOICE_COOKIE,
    CHOICE_SECONDS,
    NO_CHOICE,
    Choice,
    format_choice,
    later_since,
    parse_choice,
    remaining_seconds,
)
from selvedge.shopper.consent import ConsentRules, opted_out
from selvedge.shopper.policy import PURPOSES, ManagerReader, ManagerSettings, Policy, Purpose
from selvedge.web.http import Request

if TYPE_CHECKING:
    from selvedge.shopper.consent import Consent

MANAGER = ManagerReader(ManagerSettings({"session": "s:1", "training": "t:1"}, header="X-Consent"))
RULES = ConsentRules(Policy({"us": {"none": {"session": True}, "gpc": {"session": True}}}), MANAGER)


def decide(
    market: str = "nl", choice: str | None = None, rules: ConsentRules = RULES, **more: str
) -> Consent:
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    if choice is not None:
        headers["cookie"] = f"{CHOICE_COOKIE}={choice}"
    return rules.decide(Request("GET", "/", "", Headers(headers)), market)


def told(consent: Consent, purpose: Purpose = "session") -> tuple[bool, str]:
    return consent.decisions[purpose].allowed, consent.decisions[purpose].signal


def test_nothing_is_allowed_without_a_word() -> None:
    assert decide().allowed == frozenset()
    assert told(decide()) == (False, "none")


def test_a_choice_allows_what_it_names() -> None:
    consent = decide(choice=format_choice(["session"], time=7))
    assert consent.allowed == {"session"}
    assert told(consent, "training") == (False, "choice")


def test_a_refusal_wins_whoever_says_it() -> None:
    everything = format_choice(PURPOSES)
    assert told(decide(choice=everything, x_consent="s:0")) == (False, "manager")
    assert told(decide(choice=format_choice([]), x_consent="s:1")) == (False, "choice")
    assert told(decide(choice=everything, x_consent="s:1", sec_gpc="1")) == (False, "gpc")
    assert told(decide(choice=everything, x_consent="s:1")) == (True, "choice")
    assert told(decide(x_consent="s:1")) == (True, "manager")


def test_a_market_may_ask_for_refusal_instead() -> None:
    assert told(decide("us")) == (True, "none")
    assert told(decide("us", choice=format_choice([]))) == (False, "choice")
    assert told(decide("us", sec_gpc="1")) == (True, "none")
    assert told(decide("us", sec_gpc="1"), "training") == (False, "gpc")


def test_a_grant_on_older_texts_lapses_and_a_refusal_stays() -> None:
    rules = ConsentRules(Policy({"us": {"none": dict.fromkeys(PURPOSES, True)}}), version=2)
    old = format_choice(["session"], version=1)
    assert decide("nl", old, rules).allowed == frozenset()
    assert decide("us", old, rules).allowed == {"session"}
    assert decide("nl", format_choice(["session"], version=2), rules).allowed == {"session"}


def test_a_crawler_is_allowed_nothing() -> None:
    consent = decide(choice=format_choice(PURPOSES), user_agent="Examplebot/1.0")
    assert consent.allowed == frozenset()
    assert told(consent) == (False, "crawler")


@pytest.mark.parametrize("value", ["1", " 1", "0, 1", "1,1", "x,1 "])
def test_one_field_of_exactly_one_opts_out(value: str) -> None:
    assert opted_out(value)


@pytest.mark.parametrize("value", [None, "", "0", "true", "11", "01", "1.0", "?1", '"1"', "1;a", "\u00b9"])
def test_any_other_value_is_ignored(value: str | None) -> None:
    assert not opted_out(value)


def test_of_two_choices_the_first_counts() -> None:
    twice = f"{format_choice([])}; {CHOICE_COOKIE}={format_choice(PURPOSES)}"
    assert decide(choice=twice).allowed == frozenset()


def test_purposes_that_nobody_knows_are_passed_over() -> None:
    assert decide(choice="2.1.0.session+espionage").allowed == {"session"}


@given(st.frozensets(st.sampled_from(sorted(PURPOSES))), st.integers(0, 10**9), *[st.integers(0, 10**11)] * 2)
def test_a_choice_comes_back_as_it_was_written(
    purposes: frozenset[Purpose], version: int, time: int, since: int
) -> None:
    assert parse_choice(format_choice(purposes, version, time, since)) == Choice(
        purposes, version, time, since
    )


def test_a_cookie_that_remembers_a_log_out_alone_says_nothing_of_purposes() -> None:
    consent = decide("us", choice="2.0.0..77")
    assert (consent.choice, consent.since) == (None, 77)
    assert told(consent) == told(decide("us"))


def test_no_two_endings_have_the_same_moment() -> None:
    assert [later_since(before, 1000) for before in (0, 999, 1000, 1300, 10**11)] == [
        1000,
        1000,
        1001,
        1301,
        1000,
    ]


def test_a_log_out_prolongs_no_choice() -> None:
    chosen = Choice(PURPOSES, time=1000)
    assert remaining_seconds(chosen, 1000 + 86_400) == CHOICE_SECONDS - 86_400
    assert remaining_seconds(chosen, 1000 + CHOICE_SECONDS) == 1
    assert remaining_seconds(NO_CHOICE, 1000) == CHOICE_SECONDS


@given(st.text() | st.from_regex(r"2\.[^.]*\.[^.]*\.[^.]*(\.[^.]*)?"))
def test_no_cookie_breaks_the_reading_of_choices(text: str) -> None:
    choice = parse_choice(text)
    assert choice is None or choice.purposes <= PURPOSES
