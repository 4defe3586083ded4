"""Where a catalogue contradicts itself: what it says, what it proves, and what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from origin.building.derivation import bounded, bounds, tables
from origin.claims.contradictions import REASON as ORGANIC
from origin.claims.contradictions import contradictions as unproven_words
from selvedge.catalogue.completeness import TOLERANCE, adds_up
from selvedge.catalogue.derivation import content

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from selvedge.catalogue.derivation import Content
    from selvedge.catalogue.model import Catalogue, Product

MEANING = {
    ORGANIC: "A text calls a fibre organic, and not all its products have a certificate that counts",
    "certificate-beyond-composition": "An organic certificate states more than there are natural fibres",
    "recycled-without-certificate": "A recycled share is stated; no certificate of the product proves one",
    "recycled-below-certificate": "The recycled share that is stated is lower than the certified one",
    "shares-above-100": "The shares of a component add up to more than the whole",
}
"""The reasons, in words."""


class Contradiction(msgspec.Struct, frozen=True):
    """What does not fit together, and where: a product, or a text of a style."""

    reason: str
    place: str
    detail: str


def contradictions(catalogue: Catalogue, at: datetime) -> Iterator[Contradiction]:
    """Yield what does not fit together at that time."""
    for one in unproven_words(msgspec.structs.replace(catalogue, taken=at)):
        yield Contradiction(ORGANIC, one.field, one.value)
    moment = int(at.timestamp())
    for product in catalogue.products:
        found = list(_contents(product, moment))
        yield from _beyond_composition(product, found)
        yield from _recycled(product, found)
        yield from _overfull(product)


def _contents(product: Product, moment: int) -> Iterator[Content]:
    for one in bounded(product):
        start, end = bounds(one)
        carried = content(one, tables())
        if carried and (start or 0) <= moment and (end is None or moment < end):
            yield carried


def _beyond_composition(product: Product, found: list[Content]) -> Iterator[Contradiction]:
    for one in found:
        if one.rule == "composition-bounds-certificate":
            scheme, stated, *_ = (each.value for each in one.inputs)
            detail = f"{scheme}: {stated:g} %, natural fibres {one.share:g} %"
            yield Contradiction("certificate-beyond-composition", product.id, detail)


def _recycled(product: Product, found: list[Content]) -> Iterator[Contradiction]:
    stated = product.recycled_content_percentage
    certified = max((one.share for one in found if one.field == "recycledContent"), default=None)
    if stated and certified is None:
        yield Contradiction("recycled-without-certificate", product.id, f"{stated:g} %")
    elif stated is not None and certified is not None and stated + TOLERANCE < certified:
        detail = f"stated {stated:g} %, certified {certified:g} %"
        yield Contradiction("recycled-below-certificate", product.id, detail)


def _overfull(product: Product) -> Iterator[Contradiction]:
    for part in product.components:
        if not adds_up(part):
            total = sum(one.percentage or 0 for one in part.fibres)
            yield Contradiction("shares-above-100", product.id, f"{part.name}: {total:g} %")
