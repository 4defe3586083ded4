"""How strong the evidence about a product is: an order in which most garments cannot be compared.

What counts are the claims that evidence supports, as a set. Evidence is stronger than other evidence where it
supports all the same claims and one more; there are no points, and no scheme stands in for another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from selvedge.catalogue.derivation import content

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from selvedge.catalogue.derivation import RuleTables
    from selvedge.catalogue.model import Evidence, Level

_LEVELS: dict[Level, tuple[Level, ...]] = {"product": ("product", "material"), "material": ("material",)}
"""The levels at which evidence says something: what holds for the whole garment does for its material."""

_BOUNDED = "organicContent"
"""What a composition may lower: a garment of 80 % cotton is at most 80 % organic."""


def strength(
    evidence: Iterable[Evidence], tables: RuleTables, moment: float, *, told: bool
) -> frozenset[str]:
    """Return the claims that evidence about the garment or its material supports at `moment` (epoch seconds).

    What is about one component alone supports none. A set that includes another is as strong, a greater one
    stronger. What a composition could lower counts only where it is `told` in full: nothing is gained by
    leaving it out.
    """
    return frozenset(
        claim
        for one in evidence
        if one.is_whole and counts(one, moment)
        for claim in _claims(one, tables, told=told)
    )


def counts(evidence: Evidence, moment: float) -> bool:
    """Whether evidence counts at `moment`: from its first whole second up to and without its last."""
    start, end = evidence.valid_from, evidence.valid_to
    if start is not None and moment < int(start.timestamp()):
        return False
    return end is None or moment < int(end.timestamp())


def _claims(evidence: Evidence, tables: RuleTables, *, told: bool) -> Iterator[str]:
    rule = tables.schemes.get(evidence.scheme)
    for scheme in (evidence.scheme, *(rule.lower if rule else ())):
        for level in _LEVELS.get(evidence.level, ()):
            yield f"{level}:{scheme}"
    found = content(evidence, tables)
    if found is not None and (told or found.field != _BOUNDED):
        yield from (f"{found.field}:{value}" for value in found.values)
