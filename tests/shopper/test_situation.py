from __future__ import annotations

from datetime import UTC, datetime

import pytest

from selvedge.shopper.situation import read_situation, season_of


class Place:
    def country(self) -> str:
        return "AU"

    def region(self) -> str:
        return "NSW"


NOVEMBER = datetime(2026, 11, 22, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("month", "north", "south"),
    [
        (1, "winter", "summer"),
        (3, "spring", "autumn"),
        (6, "summer", "winter"),
        (11, "autumn", "spring"),
        (12, "winter", "summer"),
    ],
)
def test_seasons_go_by_hemisphere(month: int, north: str, south: str) -> None:
    now = datetime(2026, month, 1, tzinfo=UTC).timestamp()
    assert (season_of("NL", now), season_of("AU", now)) == (north, south)


def test_where_a_person_is_counts_for_personal_answers_alone() -> None:
    personal = read_situation(Place(), "NL", "nl-BE", NOVEMBER, personal=True)
    assert (personal.country, personal.region, personal.season, personal.language) == (
        "AU",
        "NSW",
        "spring",
        "nl",
    )
    plain = read_situation(Place(), "NL", "nl", NOVEMBER, personal=False)
    assert (plain.country, plain.region, plain.season) == ("NL", None, "autumn")
