"""Derived facts of a catalogue's products: `selvedge.catalogue.derivation` with the registry's figures."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from origin.importing.schemes import lower_grades, registry
from selvedge.catalogue import derivation as rules
from selvedge.catalogue.completeness import TOLERANCE, is_all
from selvedge.catalogue.derivation import Content, Derived, RuleTables, SchemeRule, derive
from selvedge.catalogue.filter import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from selvedge.catalogue.model import Evidence, Product

NATURAL = frozenset(
    {
        *("wool", "alpaca", "llama", "camel", "cashmere", "mohair", "angora", "vicuna", "yak", "guanaco"),
        *("cashgora", "animal_hair", "silk", "cotton", "kapok", "linen", "hemp", "jute", "abaca", "alfa"),
        *("coir", "broom", "ramie", "sisal", "sunn", "henequen", "maguey"),
    }
)
"""The animal and plant fibres of Regulation (EU) No 1007/2011, Annex I; viscose and its kin are man-made."""

NEVER = 0xFFFF_FFFF
"""The last second that the format can name, in 2106; what is later, such as the year 9999, is as good."""


@cache
def tables() -> RuleTables:
    """Return all that the rules may look up."""
    lower = lower_grades()
    schemes = {
        code: SchemeRule(one.content, one.minimum_share, one.ends, lower.get(code, ()))
        for code, one in registry().items()
    }
    return RuleTables(schemes, _regions_of(), tuple(sorted(NATURAL)))


def tables_for(products: Sequence[Product]) -> RuleTables:
    """Return what the rules look up for `products`: schemes, countries and fibres that these have."""
    every = tables()
    schemes = {one.scheme for product in products for one in product.evidence}
    countries = {product.country_of_origin for product in products}
    fibres = {one.fibre for product in products for part in product.components for one in part.fibres}
    return RuleTables(
        {code: rule for code, rule in every.schemes.items() if code in schemes},
        {country: regions for country, regions in every.regions.items() if country in countries},
        tuple(fibre for fibre in every.natural if fibre in fibres),
    )


def derived(product: Product) -> tuple[Derived, ...]:
    """Return what follows from the product's facts, of evidence whatever its dates."""
    return derive(product.components, product.country_of_origin, bounded(product), tables())


def bounded(product: Product) -> tuple[Evidence, ...]:
    """Return the product's evidence, each as what it can be about by the composition.

    It has the `bound` that this sets, and a `component` only where there may be others beside it.
    """
    return tuple(_bounded(one, product) for one in product.evidence)


def content(evidence: Evidence, product: Product) -> Content | None:
    """Return the organic or recycled share that a certificate of the product carries, None for none."""
    return rules.content(_bounded(evidence, product), tables())


def natural_share(product: Product) -> float | None:
    """Return the natural percentage of the main component, None where shares are open or above 100."""
    return rules.natural_share(product.components, tables())


def natural_percent(product: Product) -> int | None:
    """Return the natural share in whole percent, rounded down as other shares are."""
    share = natural_share(product)
    return None if share is None else int(share)


def fibre_mix(product: Product) -> str:
    """Return whether the product is of one fibre throughout, of several, or nobody knows."""
    return rules.fibre_mix(product.components)


def regions(product: Product) -> tuple[str, ...]:
    """Return the regions that the country of origin lies in."""
    return tables().regions.get(product.country_of_origin or "", ()) or (UNKNOWN,)


def bounds(evidence: Evidence) -> tuple[int | None, int | None]:
    """Return from when and until when evidence counts, epoch seconds."""
    return _epoch(evidence.valid_from), _epoch(evidence.valid_to)


def _bounded(evidence: Evidence, product: Product) -> Evidence:
    """Set the bound, where there is one, and let evidence of a product's only component be of the whole.

    A product of one component that states all its shares is no more organic than it has fibres that grow.
    What is certified of one component among others says nothing about how much of the product that is.
    """
    if not is_all(evidence.component, product.components):
        return msgspec.structs.replace(evidence, bound=0)
    if evidence.component is not None:
        evidence = msgspec.structs.replace(evidence, component=None)
    alone = len(product.components) == 1
    scheme = tables().schemes.get(evidence.scheme)
    grown = natural_share(product) if alone and scheme and scheme.content == "organic" else None
    if grown is None or scheme is None:
        return evidence
    share = scheme.minimum_share if evidence.share is None else evidence.share
    return evidence if grown + TOLERANCE >= share else msgspec.structs.replace(evidence, bound=grown)


def _epoch(moment: datetime | None) -> int | None:
    return None if moment is None else min(int(moment.timestamp()), NEVER)


@cache
def _regions_of() -> dict[str, tuple[str, ...]]:
    text = resources.files(__package__).joinpath("regions.toml").read_text(encoding="utf-8")
    table = msgspec.convert(tomllib.loads(text), dict[str, tuple[str, ...]])
    found: dict[str, tuple[str, ...]] = {}
    for region, countries in table.items():
        for country in countries:
            found[country] = (*found.get(country, ()), region)
    return found
