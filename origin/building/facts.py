"""Facts about a product as the filter fields see them: the one place that decides what counts as what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.completeness import is_whole
from selvedge.catalogue.filter import UNKNOWN
from selvedge.errors import SelvedgeError
from selvedge.snapshot.facets import FieldInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from selvedge.catalogue.model import Level, Offer, Product, ProductGroup


class UnusableValue(SelvedgeError):
    """A facet value is empty or holds a comma, which separates values in a query."""


def materials(product: Product, _group: ProductGroup) -> set[str]:
    """Return the fibres of all components, and `unknown` where any of them may hide another fibre."""
    found = {fibre.fibre for part in product.components for fibre in part.fibres if fibre.known}
    if not product.components or not all(map(is_whole, product.components)):
        found.add(UNKNOWN)
    return found


def slug(name: str) -> str:
    """Return `name` as a facet value: lower case, words joined by hyphens, safe in a query string."""
    words = re.findall(r"\w+", name.casefold().replace("'", "").replace("\u2019", ""))
    return "-".join(words) or UNKNOWN


def is_reduced(offer: Offer) -> bool:
    """Whether the offer carries all that article 6a of 98/6/EC wants shown beside a reduced price."""
    return (
        offer.regular_price is not None
        and offer.lowest_price_30_days is not None
        and offer.price < offer.regular_price
    )


def as_shown(offer: Offer) -> Offer:
    """Return the offer without prices that make it look like a reduction which it cannot show to be one."""
    if is_reduced(offer):
        return offer
    return msgspec.structs.replace(offer, regular_price=None, lowest_price_30_days=None)


EVIDENCE_FACETS: dict[str, tuple[Level, ...]] = {
    "certification": ("product", "material"),
    "facilityCertification": ("facility",),
    "brandCertification": ("brand",),
}
"""Evidence about a brand or a facility has fields of its own: it never satisfies a product filter."""


def main_shares(product: Product) -> dict[str, int]:
    """Return the share of each known fibre in the main component, whole percent."""
    if not product.components:
        return {}
    shares: dict[str, float] = {}
    for fibre in product.components[0].fibres:
        if fibre.known and fibre.percentage is not None:
            shares[fibre.fibre] = shares.get(fibre.fibre, 0) + fibre.percentage
    return {fibre: int(share) for fibre, share in shares.items()}


def field_info(name: str, values: Iterable[str], *, single: bool = False, dated: bool = False) -> FieldInfo:
    """Return a field with its values sorted. Raises `UnusableValue`."""
    ordered = tuple(sorted(values))
    for value in ordered:
        if "," in value or not value:
            raise UnusableValue(f"{name}: {value!r} cannot be asked for in a query string")
    return FieldInfo(name, ordered, single=single, dated=dated)
