"""The demo shop's brands and the places that work for them, with their certificates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from origin.importing.certification import FEED
from origin.importing.schemes import registry
from selvedge.catalogue.model import Evidence

if TYPE_CHECKING:
    from origin.demo.chance import Chance

COUNTRIES = (
    "BD", "CN", "TR", "PT", "IN", "IT", "PK", "MA", "VN", "RO", "PL", "KH", "ES", "TN", "LK", "BG",
    "EG", "ID", "MM", "LT", "GR", "PE", "MG", "ET", "NL", "SE", "TH", "JO", "MU", "UA", "RS", "AL",
)  # fmt: skip
FACILITIES = 96
MOST_BRANDS = 150

_BRAND_SCHEMES = (
    ("B_CORPORATION", 12),
    ("FAIR_WEAR_FOUNDATION", 15),
    ("BETTER_COTTON_INITIATIVE", 25),
)
_FACILITY_SCHEMES = (
    ("SA8000", 25), ("STEP_OEKO_TEX", 20), ("WORLDWIDE_RESPONSIBLE_ACCREDITED_PRODUCTION", 15),
)  # fmt: skip
_ISSUERS = ("Certitex", "Norcert", "Textilprov", "Iberaudit", "Labwerk")


class Brand(msgspec.Struct, frozen=True):
    """An invented brand. `care` (0-100) is how much of its range carries certificates."""

    number: int
    name: str
    care: int
    evidence: tuple[Evidence, ...]
    prefers_gots: bool


class Facility(msgspec.Struct, frozen=True):
    """A place of making-up in a country."""

    country: str
    evidence: tuple[Evidence, ...]


class Certifier:
    """Issues certificates; the same holder and scheme share one, as scope certificates do."""

    def __init__(self, chance: Chance, taken: datetime) -> None:
        self._chance = chance
        self._taken = taken
        self._issued: dict[tuple[str, str], Evidence] = {}

    def issue(self, scheme: str, holder: str, share: float | None = None) -> Evidence:
        """Return the holder's certificate of a scheme, about a product that has `share` percent."""
        known = self._issued.get((scheme, holder))
        if known is None:
            known = self._issued[scheme, holder] = self._new(scheme)
        return msgspec.structs.replace(known, share=share) if share is not None else known

    def _new(self, scheme: str) -> Evidence:
        entry = registry()[scheme]
        number = f"{scheme[:3]}-{10000 + len(self._issued) * 7}"
        valid_from = self._taken - timedelta(days=self._chance.between(30, 900))
        return Evidence(
            id=f"{scheme}:{entry.levels[0]}:{number}",
            scheme=scheme,
            level=entry.levels[0],
            identification=number,
            issuer=self._chance.pick(_ISSUERS),
            valid_from=valid_from,
            valid_to=self._end(valid_from) if entry.ends == "licence" else None,
            source=FEED,
        )

    def _end(self, valid_from: datetime) -> datetime | None:
        """Most run for years yet; some end within days, some have ended, some are open."""
        draw = self._chance.unit()
        if draw < 0.12:  # noqa: PLR2004 - shares of certificates
            days = self._chance.between(1, 20)
            return max(self._taken - timedelta(days=days), valid_from + timedelta(days=1))
        if draw < 0.22:  # noqa: PLR2004
            return self._taken + timedelta(hours=self._chance.between(2, 400))
        if draw < 0.32:  # noqa: PLR2004
            return None
        return self._taken + timedelta(days=self._chance.between(60, 900))


def make_brands(count: int, chance: Chance, certifier: Certifier, names: list[str]) -> list[Brand]:
    """Invent brands; the first are the largest."""
    return [
        Brand(
            number=number,
            name=names[number],
            care=chance.between(5, 75),
            evidence=tuple(
                certifier.issue(scheme, f"brand {number}")
                for scheme, percent in _BRAND_SCHEMES
                if chance.one_in(percent)
            ),
            prefers_gots=chance.one_in(50),
        )
        for number in range(count)
    ]


def make_facilities(chance: Chance, certifier: Certifier) -> list[Facility]:
    """Invent facilities, more of them in the countries that sew most."""
    facilities = []
    for number in range(FACILITIES):
        spread = chance.unit() * chance.unit()
        country = COUNTRIES[number if number < len(COUNTRIES) else int(spread * len(COUNTRIES))]
        evidence = tuple(
            certifier.issue(scheme, f"facility {number}")
            for scheme, percent in _FACILITY_SCHEMES
            if chance.one_in(percent)
        )
        facilities.append(Facility(country, evidence))
    return facilities
