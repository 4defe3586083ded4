from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from origin.events.rows import NOBODY, OLDEST_SECONDS, Unreadable, digest_of, read_message
from origin.profiles.purposes import named
from tests.origin.events.conftest import ALL, ANNA, BOB, NOW, click, rows, said


def at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


@pytest.mark.parametrize(
    ("time", "occurred"),
    [
        (None, NOW * 1000),
        (at(NOW - 90.5), NOW * 1000 - 90_500),
        (at(NOW + 3600), NOW * 1000),
        (at(0), (NOW - OLDEST_SECONDS) * 1000),
    ],
)
def test_an_event_happened_when_its_page_says_as_far_as_that_can_be(time: str | None, occurred: int) -> None:
    (row,) = rows(click(**({} if time is None else {"time": time})))
    assert (row.occurred, row.received) == (occurred, NOW)


def test_a_row_belongs_to_the_person_or_else_to_the_browser_or_else_to_nobody() -> None:
    context = "u7u7u7u7u7u7u7u7"  # twelve bytes bb
    assert rows(click(), context=context)[0].shopper == ANNA
    assert rows(click(), context=context, shopper=None)[0].shopper == BOB
    assert rows(click(), shopper=None)[0].shopper == NOBODY


@pytest.mark.parametrize("purposes", [[], ["session"]])
def test_without_a_purpose_that_allows_it_nothing_is_kept(purposes: list[str]) -> None:
    assert rows(click(), consent={"version": 1, "purposes": purposes}) == []


def test_the_purposes_of_a_row_are_those_of_its_message() -> None:
    (row,) = rows(click(), consent={"version": 1, "purposes": ["session", "training"]})
    assert named(row.purposes) == ("training",)
    assert set(named(rows(click())[0].purposes)) == set(ALL)


def test_the_same_id_of_two_people_is_two_events() -> None:
    assert digest_of(ANNA, "event-01") != digest_of(BOB, "event-01")
    assert len(digest_of(ANNA, "event-01")) == 16


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"events": [{"id": "event-01", "type": "anna@example.org"}]}, "$.events[0]"),
        ({"events": [{"id": "anna@example.org", "type": "click", "product": "P"}]}, "$.events[0].id"),
        ({"shopper": "anna@example.org"}, "$.shopper"),
        ({"context": "anna@example.org"}, "$.context"),
        ({"context": "AAAA"}, "$.context"),
        ({"consent": {"version": 1, "purposes": ["anna@example.org"]}}, "$.consent.purposes[0]"),
        ({"received": None}, "$"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_place_alone(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_message(msgspec.json.encode(said(click(), **changes)))
    assert str(caught.value).startswith(f"malformed at {place}")
    assert "anna" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff"])
def test_what_is_no_message_is_said(data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"malformed at \$"):
        read_message(data)
