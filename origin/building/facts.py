"""Facts about a product as the filter fields see them: the one place that decides what counts as what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from origin.importing.composition import TOLERANCE
from selvedge.catalogue.filter import UNKNOWN
from selvedge.errors import SelvedgeError
from selvedge.snapshot.facets import FieldInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from selvedge.catalogue.model import Component, Level, Offer, Product, ProductGroup


CATCH_ALLS = frozenset({"other_fibres", "other_materials"})
"""Codes of the fibre vocabulary that name no fibre, so that any may be behind them."""

_WHOLE = 100


class UnusableValue(SelvedgeError):
    """A facet value is empty or holds a comma, which separates values in a query."""


def materials(product: Product, _group: ProductGroup) -> set[str]:
    """Return the fibres of all components, and `unknown` where any of them may hide another fibre."""
    found = {fibre.fibre for part in product.components for fibre in part.fibres if fibre.known}
    if not product.components or not all(map(is_whole, product.components)):
        found.add(UNKNOWN)
    return found


def is_whole(part: Component) -> bool:
    """Whether the fibres stated are all that the component has.

    Shares that end below 100 leave a rest that may be anything; where a fibre has no share, the rest is its.
    """
    if not part.fibres or any(not one.known or one.fibre in CATCH_ALLS for one in part.fibres):
        return False
    shares = [one.percentage for one in part.fibres if one.percentage is not None]
    return len(shares) < len(part.fibres) or sum(shares) >= _WHOLE - TOLERANCE


def states_all_shares(product: Product) -> bool:
    """Whether every share in the main component is known, so that a fibre it does not name has none of it."""
    if not product.components:
        return False
    main = product.components[0]
    return is_whole(main) and all(one.percentage is not None for one in main.fibres)


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
