"""The situation: what the request itself says about where and when somebody shops."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.model import Season

if TYPE_CHECKING:
    from selvedge.web.http import RequestPlace

_SEASONS: tuple[Season, ...] = ("winter", "spring", "summer", "autumn")

SOUTHERN = frozenset(
    "AO AR AS AU BI BO BR BW CC CD CK CL CX FJ FK GS ID KI KM LS MG MU MW MZ NA NC NF NR NU NZ PE "  # noqa: SIM905 - 50 lines else
    "PF PG PN PY RE RW SB SC SH SZ TK TL TO TV TZ UY VU WF WS YT ZA ZM ZW".split()
)
"""ISO 3166-1 codes of countries most of whose people live south of the equator."""


class Situation(msgspec.Struct, frozen=True):
    """`country` is ISO 3166-1 alpha-2, `region` ISO 3166-2 without its country, `language` ISO 639-1."""

    country: str
    region: str | None
    season: Season
    language: str


def read_situation(
    place: RequestPlace, market_country: str, locale: str, now: float, *, personal: bool
) -> Situation:
    """Return the situation of a request for `locale` in a market of `market_country`.

    Only a `personal` answer goes by where the person is; all others go by the market, so that the same
    request gets the same bytes wherever it comes from.
    """
    country = (place.country() if personal else None) or market_country
    region = place.region() if personal else None
    return Situation(country, region, season_of(country, now), locale.partition("-")[0])


def season_of(country: str, now: float) -> Season:
    """Return the meteorological season: whole months, the southern half of the world half a year apart."""
    month = datetime.fromtimestamp(now, UTC).month
    return _SEASONS[(month % 12 // 3 + (2 if country in SOUTHERN else 0)) % 4]
