"""For whom and when a garment is made, as far as the shop or the fabric says: part of what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from origin.building.facts import main_shares, states_all_shares
from selvedge.catalogue.model import Season

if TYPE_CHECKING:
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


def seasons(product: Product, group: ProductGroup) -> frozenset[str]:
    """Return when a product is worn: as stated, else by its fabric; empty where that is not told in full."""
    if group.seasons:
        return frozenset(group.seasons)
    shares = main_shares(product)
    for fibres, told in ((WARM_FIBRES, WARM), (COOL_FIBRES, COOL)):
        if sum(share for fibre, share in shares.items() if fibre in fibres) >= HALF:
            return frozenset(told)
    return frozenset(_BITS) if states_all_shares(product) else frozenset()


def season_bits(product: Product, group: ProductGroup) -> tuple[int, int]:
    """Return a product's seasons as it offers them, and as it asks for them; they are to have one in common.

    Where nothing is known it asks for nothing, and offers itself only to those that do not either.
    """
    bits = sum(_BITS[one] for one in seasons(product, group))
    return bits | _UNASKED, bits or _UNASKED
