"""How strong the evidence about a product is: an order in which most garments cannot be compared.

What counts are the claims that evidence supports, as a set. Evidence is stronger than other evidence where it
supports all the same claims and one more; there are no points, and no scheme stands in for another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from selvedge.catalogue.model import Evidence, Level

_LEVELS: dict[Level, tuple[Level, ...]] = {"product": ("product", "material"), "material": ("material",)}
"""The levels at which evidence says something: what holds for the whole garment does for its material."""


_BOUNDED = "organicContent:"
"""Claims that a composition may lower: a garment of 80 % cotton is at most 80 % organic."""


def strength(
    evidence: Iterable[Evidence], grades: Mapping[str, Sequence[str]], moment: float, *, told: bool
) -> frozenset[str]:
    """Return the claims that evidence about the garment or its material supports at `moment` (epoch seconds).

    A set that includes another is as strong, a greater one stronger. `grades` names by scheme the lower
    grades of the same standard, which it includes. What a composition could lower counts only where it is
    `told` in full: nothing is gained by leaving it out.
    """
    claims: set[str] = set()
    for one in evidence:
        levels = _LEVELS.get(one.level, ())
        if levels and counts(one, moment):
            schemes = (one.scheme, *grades.get(one.scheme, ()))
            claims.update(f"{level}:{scheme}" for level in levels for scheme in schemes)
            claims.update(claim for claim in one.proves if told or not claim.startswith(_BOUNDED))
    return frozenset(claims)


def counts(evidence: Evidence, moment: float) -> bool:
    """Whether evidence counts at `moment`: from its first whole second up to and without its last."""
    start, end = evidence.valid_from, evidence.valid_to
    if start is not None and moment < int(start.timestamp()):
        return False
    return end is None or moment < int(end.timestamp())
