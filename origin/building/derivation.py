"""Facts that follow from others by a rule: nobody types them in. docs/evidence.md has the rules in words."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from origin.building.facts import CATCH_ALLS, is_whole, states_all_shares
from origin.importing.composition import TOLERANCE
from origin.importing.schemes import registry
from selvedge.catalogue.filter import UNKNOWN
from selvedge.catalogue.model import Derived, Input

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from selvedge.catalogue.model import Component, Evidence, Product

BANDS = {"organicContent": (5, 70, 95), "recycledContent": (5, 20, 50, 95)}
"""From which certified shares (percent) a product has the value `at_least_N`.

5 is where the content standards begin; 70 and 95 are GOTS's grades.
"""

OWN_LEVEL = "product"
"""A certificate of a material says nothing about how much of the product is of that material."""

SINGLE, BLEND = "single_fibre", "several_fibres"

NATURAL = frozenset(
    {
        *("wool", "alpaca", "llama", "camel", "cashmere", "mohair", "angora", "vicuna", "yak", "guanaco"),
        *("cashgora", "animal_hair", "silk", "cotton", "kapok", "linen", "hemp", "jute", "abaca", "alfa"),
        *("coir", "broom", "ramie", "sisal", "sunn", "henequen", "maguey"),
    }
)
"""The animal and plant fibres of Regulation (EU) No 1007/2011, Annex I; viscose and its kin are man-made."""

_VAGUE = CATCH_ALLS | {"textile", "plastic"}
_WHOLE = 100


class Content(NamedTuple):
    """The certified share that a piece of evidence carries, in percent, and what it was read from."""

    field: str
    share: float
    inputs: tuple[Input, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """The values of the field that the share reaches."""
        return tuple(f"at_least_{band}" for band in BANDS[self.field] if self.share >= band)


def derived(product: Product) -> tuple[Derived, ...]:
    """Return what follows from the product's facts, each with its rule and inputs."""
    return (*_contents(product), *_fibre_mix(product), *_natural(product), *_regions(product))


def proving(product: Product) -> Product:
    """Return the product with what its evidence proves beside its schemes' names."""
    if not product.evidence:
        return product
    evidence = tuple(_proving(one, product) for one in product.evidence)
    return msgspec.structs.replace(product, evidence=evidence)


def content(evidence: Evidence, product: Product) -> Content | None:
    """Return the organic or recycled share that a certificate carries, None where it carries none.

    It is the share that the certificate states, else the least its grade allows. An organic share is never
    more than the composition has of fibres that grow.
    """
    scheme = registry().get(evidence.scheme)
    if scheme is None or scheme.content is None or evidence.level != OWN_LEVEL:
        return None
    share = evidence.share if evidence.share is not None else scheme.minimum_share
    inputs = (Input("certification", evidence.scheme), Input("percentage", share))
    grown = grown_share(product)
    if scheme.content == "organic" and grown is not None and grown + TOLERANCE < share:
        return Content("organicContent", grown, (*inputs, Input("naturalFibrePercentage", grown)))
    return Content(f"{scheme.content}Content", share, inputs)


def grown_share(product: Product) -> float | None:
    """Return the natural share of a product of one component that states all its shares."""
    return natural_share(product) if len(product.components) == 1 else None


def natural_share(product: Product) -> float | None:
    """Return the natural percentage of the main component, None where shares are open or above 100."""
    if not states_all_shares(product):
        return None
    shares = [(one.fibre, one.percentage or 0) for one in product.components[0].fibres]
    if sum(share for _, share in shares) > _WHOLE + TOLERANCE:
        return None
    return min(100.0, round(sum(share for fibre, share in shares if fibre in NATURAL), 4))


def natural_percent(product: Product) -> int | None:
    """Return the natural share in whole percent, rounded down as other shares are."""
    share = natural_share(product)
    return None if share is None else int(share)


def fibre_mix(product: Product) -> str:
    """Return whether the product is of one fibre throughout, of several, or nobody knows."""
    named = {
        one.fibre
        for part in product.components
        for one in part.fibres
        if one.known and one.fibre not in _VAGUE
    }
    if len(named) > 1:
        return BLEND
    return SINGLE if named and all(map(_is_told, product.components)) else UNKNOWN


def regions(product: Product) -> tuple[str, ...]:
    """Return the regions that the country of origin lies in."""
    return _regions_of().get(product.country_of_origin or "", ()) or (UNKNOWN,)


def _is_told(part: Component) -> bool:
    return is_whole(part) and not any(one.fibre in _VAGUE for one in part.fibres)


def _proving(evidence: Evidence, product: Product) -> Evidence:
    found = content(evidence, product)
    if found is None or not found.values:
        return evidence
    return msgspec.structs.replace(evidence, proves=tuple(f"{found.field}:{one}" for one in found.values))


def _contents(product: Product) -> Iterator[Derived]:
    for evidence in product.evidence:
        found = content(evidence, product)
        if found:
            start, end = bounds(evidence)
            capped = len(found.inputs) > 2  # noqa: PLR2004 - scheme, share, and what bounds it
            rule = "composition-bounds-certificate" if capped else _certificate_rule(evidence)
            yield Derived(found.field, found.share, rule, found.inputs, start, end)


def _certificate_rule(evidence: Evidence) -> str:
    return "least-of-grade" if evidence.share is None else "certified-share"


def _fibre_mix(product: Product) -> Iterator[Derived]:
    mix = fibre_mix(product)
    if mix != UNKNOWN:
        fibres = sorted({one.fibre for part in product.components for one in part.fibres if one.known})
        yield Derived("fibreMix", mix, "fibres-of-all-components", _inputs("material", fibres))


def _natural(product: Product) -> Iterator[Derived]:
    share = natural_share(product)
    if share is not None:
        inputs = tuple(
            Input(f"share.{one.fibre}", one.percentage or 0)
            for one in product.components[0].fibres
            if one.fibre in NATURAL
        )
        yield Derived("naturalFibrePercentage", share, "sum-of-natural-fibres", inputs)


def _regions(product: Product) -> Iterator[Derived]:
    for region in regions(product):
        if region != UNKNOWN and product.country_of_origin:
            yield Derived(
                "madeInRegion",
                region,
                "region-of-country",
                (Input("countryOfOrigin", product.country_of_origin),),
            )


def _inputs(field: str, values: Sequence[str]) -> tuple[Input, ...]:
    return tuple(Input(field, value) for value in values)


@cache
def _regions_of() -> dict[str, tuple[str, ...]]:
    text = resources.files(__package__).joinpath("regions.toml").read_text(encoding="utf-8")
    table = msgspec.convert(tomllib.loads(text), dict[str, tuple[str, ...]])
    found: dict[str, tuple[str, ...]] = {}
    for region, countries in table.items():
        for country in countries:
            found[country] = (*found.get(country, ()), region)
    return found


NEVER = 0xFFFF_FFFF
"""The last second that the format can name, in 2106; what is later, such as the year 9999, is as good."""


def bounds(evidence: Evidence) -> tuple[int | None, int | None]:
    """Return from when and until when evidence counts, epoch seconds."""
    return _epoch(evidence.valid_from), _epoch(evidence.valid_to)


def _epoch(moment: datetime | None) -> int | None:
    return None if moment is None else min(int(moment.timestamp()), NEVER)
