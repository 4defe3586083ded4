from __future__ import annotations

from datetime import UTC, datetime

import pytest

from selvedge.shopper.situation import places_of, season_of
from tests.stage import Place


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


@pytest.mark.parametrize(
    ("country", "region", "places"),
    [
        ("AU", "NSW", {"AU", "AU-NSW"}),
        ("AU", None, {"AU"}),
        (None, "NSW", set()),
        (None, None, set()),
    ],
)
def test_a_place_has_the_codes_that_are_known(
    country: str | None, region: str | None, places: set[str]
) -> None:
    assert places_of(Place(country, region)) == places
