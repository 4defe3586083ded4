"""For whom and when a garment is made, as far as the shop or the fabric says: part of what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from origin.building.facts import main_shares
from selvedge.catalogue.completeness import states_all_shares
from selvedge.catalogue.model import Season

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.catalogue.model import Gender, Product, ProductGroup

_GENDERS: dict[Gender | None, int] = {None: 0, "female": 1, "male": 2, "unisex": 3}
_BITS: dict[str, int] = {season: 1 << at for at, season in enumerate(get_args(Season))}
_UNASKED = 1 << len(_BITS)
"""What a garment of unknown season asks for, and every garment has."""

WARM = ("autumn", "winter")
COOL = ("spring", "summer")
WARM_FIBRES = frozenset(
    {
        *("wool", "alpaca", "llama", "camel", "cashmere", "mohair", "angora", "vicuna", "yak", "guanaco"),
        *("cashgora", "animal_hair", "down"),
    }
)
COOL_FIBRES = frozenset({"linen", "ramie", "hemp"})
HALF = 50
"""From which share of the main component, in percent, a fibre tells the season."""


def gender_bits(group: ProductGroup) -> int:
    """Return whom a style serves as a set of bits; none where nobody says.

    One garment can stand in for another if it serves everybody that the other does.
    """
    return _GENDERS[group.gender]


def stated_season_bits(group: ProductGroup) -> tuple[int, int]:
    """Return when a style is worn as the shop states it: as it offers it, and as it asks for it.

    One garment can stand in for another if what it offers and what the other asks for have a bit in common.
    Where nothing is known it asks for nothing, and offers itself only to those that do not either.
    """
    return _offered_and_asked(group.seasons)


def fabric_season_bits(product: Product) -> tuple[int, int]:
    """Return the same by what the fabric is good for: beside what is stated, so that stating pays."""
    return _offered_and_asked(fabric_seasons(product))


def fabric_seasons(product: Product) -> tuple[str, ...]:
    """Return when a fabric is worn; nothing where that is not told in full."""
    shares = main_shares(product)
    for fibres, told in ((WARM_FIBRES, WARM), (COOL_FIBRES, COOL)):
        if sum(share for fibre, share in shares.items() if fibre in fibres) >= HALF:
            return told
    return tuple(_BITS) if states_all_shares(product.components) else ()


def _offered_and_asked(seasons: Sequence[str]) -> tuple[int, int]:
    bits = sum(_BITS[one] for one in seasons)
    return bits | _UNASKED, bits or _UNASKED
