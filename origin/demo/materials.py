"""What a demo garment is made of, and which certificates go with that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from origin.demo.words import Fabric, Garment, words
from selvedge.catalogue.model import Component, Evidence, FibreShare

if TYPE_CHECKING:
    from origin.demo.chance import Chance
    from origin.demo.makers import Brand, Certifier

_ORGANIC = ("cotton", "linen", "hemp")
_RECYCLABLE = {
    "recycled": ("polyester", "polyamide"),
    "recycled_cotton": ("cotton",),
    "recycled_wool": ("wool",),
}
_SCHEMES_OF_CLAIM = {
    "wood": "FOREST_STEWARDSHIP_COUNCIL",
    "wool": "RESPONSIBLE_WOOL_STANDARD",
    "cashmere": "GOOD_CASHMERE_STANDARD",
    "leather": "LEATHER_STANDARD_OEKO_TEX",
    "outdoor": "BLUESIGN_PRODUCT",
    "cotton": "FAIRTRADE_COTTON",
}
_PRODUCT_LABELS = (
    ("OEKO_TEX_100", 60), ("EU_ECOLABEL_TEXTILES", 10), ("NORDIC_ECOLABEL_TEXTILES", 7),
    ("BLUE_ANGEL_TEXTILES", 5), ("CRADLE_TO_CRADLE", 3),
)  # fmt: skip


class Make(msgspec.Struct, frozen=True):
    """How a style is made: all its colourways share this."""

    components: tuple[Component, ...]
    recycled: float | None
    evidence: tuple[Evidence, ...]


def make_up(garment: Garment, brand: Brand, chance: Chance, certifier: Certifier) -> Make:
    """Choose fabric, lining and filling, and the certificates the brand has for them."""
    fabric = words().fabrics[chance.pick(garment.fabrics)]
    shell = _blend(fabric, chance)
    components = (Component(fabric.part, shell), *_inner(garment, fabric, chance))
    if chance.one_in(4):
        components = ()  # a shop does not state every composition
    evidence, recycled = _claims(fabric, shell, brand, chance, certifier)
    if "down" in {fibre.fibre for component in components for fibre in component.fibres}:
        evidence.append(certifier.issue("RESPONSIBLE_DOWN_STANDARD", brand.name))
    for scheme, percent in _PRODUCT_LABELS:
        if chance.one_in(brand.care * percent / 100):
            evidence.append(certifier.issue(scheme, f"{brand.name} {chance.below(3)}"))
    return Make(components, recycled if components else None, tuple(evidence))


def _blend(fabric: Fabric, chance: Chance) -> tuple[FibreShare, ...]:
    """Draw the shares; the first fibre takes what the others leave, so they add up to 100."""
    (main, _, _), *others = fabric.fibres
    drawn = [(fibre, chance.between(low, high)) for fibre, low, high in others]
    rest = 100 - sum(share for _, share in drawn)
    shares = [(main, rest), *((fibre, share) for fibre, share in drawn if share)]
    return tuple(FibreShare(fibre, float(share)) for fibre, share in shares)


def _inner(garment: Garment, fabric: Fabric, chance: Chance) -> list[Component]:
    found = []
    if fabric.part == "upper":
        found.append(_plain("sole", chance.pick(("rubber", "thermoplastic_rubber"))))
        found.append(_plain("lining", chance.pick(("polyester", "leather", "cotton"))))
    if chance.one_in(garment.lined):
        found.append(_plain("lining", chance.pick(("polyester", "polyester", "viscose", "cupro"))))
    if chance.one_in(garment.filled):
        if chance.one_in(35):
            fill = (FibreShare("down", 90.0), FibreShare("feathers", 10.0))
            found.append(Component("filling", fill))
        else:
            found.append(_plain("filling", "polyester"))
    if garment.pockets and chance.one_in(40):
        shares = (FibreShare("polyester", 65.0), FibreShare("cotton", 35.0))
        found.append(Component("pocket_lining", shares))
    return found


def _plain(name: str, fibre: str) -> Component:
    return Component(name, (FibreShare(fibre, 100.0),))


def _claims(
    fabric: Fabric,
    shell: tuple[FibreShare, ...],
    brand: Brand,
    chance: Chance,
    certifier: Certifier,
) -> tuple[list[Evidence], float | None]:
    """Draw certificates that the fabric can carry, and the recycled content."""
    evidence: list[Evidence] = []
    recycled = None
    for claim in fabric.claims:
        if not chance.one_in(brand.care):
            continue
        if claim == "organic":
            evidence += _organic(_total(shell, _ORGANIC), brand, certifier)
        elif claim in _RECYCLABLE:
            percent = chance.pick((20, 50, 50, 100, 100))
            recycled = _total(shell, _RECYCLABLE[claim]) * percent / 100
            evidence += _recycled(recycled, brand, certifier)
        elif chance.one_in(50):
            evidence.append(certifier.issue(_SCHEMES_OF_CLAIM[claim], brand.name))
    return evidence, recycled


def _total(shell: tuple[FibreShare, ...], fibres: tuple[str, ...]) -> float:
    return sum(f.percentage or 0.0 for f in shell if f.fibre in fibres)


def _organic(share: float, brand: Brand, certifier: Certifier) -> list[Evidence]:
    """Return the grade that a share reaches (GOTS: 95 and 70; OCS: 95 and 5 percent)."""
    if brand.prefers_gots and share >= 70:  # noqa: PLR2004
        scheme = "GOTS_ORGANIC" if share >= 95 else "GOTS_MADE_WITH_ORGANIC_MATERIALS"  # noqa: PLR2004
    elif share >= 5:  # noqa: PLR2004
        grade = "100" if share >= 95 else "BLENDED"  # noqa: PLR2004
        scheme = f"ORGANIC_CONTENT_STANDARD_{grade}"
    else:
        return []
    return [certifier.issue(scheme, brand.name, share)]


def _recycled(share: float, brand: Brand, certifier: Certifier) -> list[Evidence]:
    """Return the standard that a recycled share reaches (GRS: 50; RCS: 95 and 5 percent)."""
    if share >= 50 and brand.prefers_gots:  # noqa: PLR2004
        scheme = "GLOBAL_RECYCLED_STANDARD"
    elif share >= 5:  # noqa: PLR2004
        scheme = f"RECYCLED_CLAIM_STANDARD_{'100' if share >= 95 else 'BLENDED'}"  # noqa: PLR2004
    else:
        return []
    return [certifier.issue(scheme, brand.name, share)]
