"""The situation: where and when somebody shops, as far as the request itself says.

Where somebody is, is read for a personal answer alone, and only where the season or a rule goes by it. All
others go by the market, so that the same request gets the same bytes wherever it comes from.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selvedge.catalogue.model import Season
    from selvedge.web.http import RequestPlace

_SEASONS: tuple[Season, ...] = ("winter", "spring", "summer", "autumn")

SOUTHERN = frozenset(
    "AO AR AS AU BI BO BR BW CC CD CK CL CX FJ FK GS ID KI KM LS MG MU MW MZ NA NC NF NR NU NZ PE "  # noqa: SIM905 - 50 lines else
    "PF PG PN PY RE RW SB SC SH SZ TK TL TO TV TZ UY VU WF WS YT ZA ZM ZW".split()
)
"""ISO 3166-1 codes of countries most of whose people live south of the equator."""


def places_of(place: RequestPlace) -> frozenset[str]:
    """Return the ISO 3166-1 code of the country and the ISO 3166-2 code of the region, as far as known."""
    country, region = place.country(), place.region()
    if not country:
        return frozenset()
    return frozenset([country, f"{country}-{region}"] if region else [country])


def season_of(country: str, now: float) -> Season:
    """Return the meteorological season: whole months, the southern half of the world half a year apart."""
    month = datetime.fromtimestamp(now, UTC).month
    return _SEASONS[(month % 12 // 3 + (2 if country in SOUTHERN else 0)) % 4]
