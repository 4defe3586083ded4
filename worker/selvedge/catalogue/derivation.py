"""Facts that follow from others by a rule: nobody types them in. docs/evidence.md has the rules in words.

The same code makes the filters at the origin and, at the edge, tells them of a single product. So no record
of a product holds them: it has the facts that they follow from, and the version what the rules look up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from selvedge.catalogue.completeness import adds_up, fibres_named, is_told, states_all_shares
from selvedge.catalogue.filter import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from selvedge.catalogue.model import Component, Evidence

BANDS = {"organicContent": (5, 70, 95), "recycledContent": (5, 20, 50, 95)}
"""From which certified shares (percent) a product has the value `at_least_N`.

5 is where the content standards begin; 70 and 95 are GOTS's grades.
"""

FROM_COMPONENTS = frozenset({"fibreMix", "naturalFibrePercentage"})
NAMES = frozenset({*BANDS, *FROM_COMPONENTS, "madeInRegion"})
"""What derived facts are called."""

OWN_LEVEL = "product"
"""A certificate of a material says nothing about how much of the product is of that material."""

SINGLE, BLEND = "single_fibre", "several_fibres"


class SchemeRule(msgspec.Struct, frozen=True, array_like=True):
    """What the rules look up of a scheme; `minimum_share` in percent, `ends`: which date ends a claim.

    `lower` names the lower grades of the same standard, which it includes.
    """

    content: Literal["organic", "recycled"] | None
    minimum_share: float
    ends: Literal["transaction", "licence"]
    lower: tuple[str, ...] = ()


class RuleTables(msgspec.Struct, frozen=True, array_like=True):
    """What the rules look up: schemes by code, the regions that a country lies in, natural fibres."""

    schemes: dict[str, SchemeRule] = {}
    regions: dict[str, tuple[str, ...]] = {}
    natural: tuple[str, ...] = ()


class Input(NamedTuple):
    """A fact that another was derived from, by its name in the filter grammar."""

    field: str
    value: str | float


class Derived(NamedTuple):
    """A fact and how it was derived; a share in percent is a number."""

    name: str
    value: str | float
    rule: str
    inputs: tuple[Input, ...]


class Content(NamedTuple):
    """The certified share that a piece of evidence carries, in percent, by which rule and from what."""

    field: str
    share: float
    rule: str
    inputs: tuple[Input, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """The values of the field that the share reaches."""
        return reached(self.field, self.share)


def reached(field: str, share: float) -> tuple[str, ...]:
    """Return the values of a field that a certified share (percent) reaches; none of one without bands."""
    return tuple(f"at_least_{band}" for band in BANDS.get(field, ()) if share >= band)


def derive(
    components: Sequence[Component], country: str | None, evidence: Iterable[Evidence], tables: RuleTables
) -> tuple[Derived, ...]:
    """Return what follows from a product's facts; `evidence` is what counts at the time in question."""
    contents = (content(one, tables) for one in evidence)
    return (
        *(Derived(*one) for one in contents if one),
        *_fibre_mix(components),
        *_natural(components, tables),
        *_regions(country, tables),
    )


def content(evidence: Evidence, tables: RuleTables) -> Content | None:
    """Return the organic or recycled share that a certificate carries, None where it carries none.

    It is the share that the certificate states, else the least its grade allows; never more than its `bound`.
    """
    scheme = tables.schemes.get(evidence.scheme)
    if scheme is None or scheme.content is None or evidence.level != OWN_LEVEL or evidence.bound == 0:
        return None
    share = scheme.minimum_share if evidence.share is None else evidence.share
    inputs = (Input("certification", evidence.scheme), Input("percentage", share))
    field = f"{scheme.content}Content"
    if evidence.bound is not None and evidence.bound < share:
        grown = Input("naturalFibrePercentage", evidence.bound)
        return Content(field, evidence.bound, "composition-bounds-certificate", (*inputs, grown))
    return Content(field, share, "least-of-grade" if evidence.share is None else "certified-share", inputs)


def natural_share(components: Sequence[Component], tables: RuleTables) -> float | None:
    """Return the natural percentage of the main component, None where shares are open or above 100."""
    if not states_all_shares(components) or not adds_up(components[0]):
        return None
    grown = (one.percentage or 0 for one in components[0].fibres if one.fibre in tables.natural)
    return min(100.0, round(sum(grown), 4))


def fibre_mix(components: Sequence[Component]) -> str:
    """Return whether a product is of one fibre throughout, of several, or nobody knows."""
    named = fibres_named(components)
    if len(named) > 1:
        return BLEND
    return SINGLE if named and all(map(is_told, components)) else UNKNOWN


def _fibre_mix(components: Sequence[Component]) -> Iterator[Derived]:
    mix = fibre_mix(components)
    if mix != UNKNOWN:
        inputs = tuple(Input("material", fibre) for fibre in sorted(fibres_named(components)))
        yield Derived("fibreMix", mix, "fibres-of-all-components", inputs)


def _natural(components: Sequence[Component], tables: RuleTables) -> Iterator[Derived]:
    share = natural_share(components, tables)
    if share is not None:
        inputs = tuple(
            Input(f"share.{one.fibre}", one.percentage or 0)
            for one in components[0].fibres
            if one.fibre in tables.natural
        )
        yield Derived("naturalFibrePercentage", share, "sum-of-natural-fibres", inputs)


def _regions(country: str | None, tables: RuleTables) -> Iterator[Derived]:
    if country is not None:
        for region in tables.regions.get(country, ()):
            yield Derived("madeInRegion", region, "region-of-country", (Input("countryOfOrigin", country),))
