from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.rehearsal import Headers
from selvedge.shopper.consent import (
    CHOICE_COOKIE,
    PURPOSES,
    allowed_purposes,
    format_choice,
    opted_out,
    parse_choice,
)
from selvedge.web.http import Request


def request(choice: str, **headers: str) -> Request:
    fields = {"cookie": f"{CHOICE_COOKIE}={choice}", **headers}
    return Request("GET", "/", "", Headers(fields))


@pytest.mark.parametrize("value", ["1", " 1", "0, 1", "1,1", "x,1 "])
def test_one_field_of_exactly_one_opts_out(value: str) -> None:
    assert opted_out(value)


@pytest.mark.parametrize("value", [None, "", "0", "true", "11", "01", "1.0", "?1", '"1"', "1;a", "\u00b9"])
def test_any_other_value_is_ignored(value: str | None) -> None:
    assert not opted_out(value)


@given(st.sets(st.sampled_from(sorted(PURPOSES))))
def test_a_choice_allows_what_it_names(purposes: set[str]) -> None:
    assert parse_choice(format_choice(purposes)) == purposes  # type: ignore[arg-type] # drawn from them


@given(st.text(max_size=20).filter(lambda text: not text.startswith("1.")))
def test_what_is_not_understood_allows_nothing(text: str) -> None:
    assert parse_choice(text) == frozenset()


def test_purposes_that_nobody_knows_are_passed_over() -> None:
    assert parse_choice("1.session+espionage") == {"session"}


def test_without_a_choice_nothing_is_allowed() -> None:
    assert allowed_purposes(Request("GET", "/", "", Headers({}))) == frozenset()


def test_global_privacy_control_overrides_a_choice() -> None:
    assert allowed_purposes(request(format_choice(PURPOSES))) == PURPOSES
    assert allowed_purposes(request(format_choice(PURPOSES), **{"sec-gpc": "1"})) == frozenset()


def test_of_two_choices_the_first_counts() -> None:
    twice = Headers({"cookie": f"{CHOICE_COOKIE}=1.; {CHOICE_COOKIE}=1.session"})
    assert allowed_purposes(Request("GET", "/", "", twice)) == frozenset()
