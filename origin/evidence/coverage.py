"""Coverage: of how many products each fact is known, and with which values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from origin.building.derivation import bounded, natural_share
from origin.building.evidence import DATED, held_at
from origin.building.fields import FACETS
from origin.building.labels import VocabularyLabels
from selvedge.catalogue.completeness import states_all_shares
from selvedge.catalogue.filter import UNKNOWN
from selvedge.catalogue.model import Product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.catalogue.model import Catalogue

MOST_VALUES = 6
LOCALE = "en"
_PRODUCT_FACTS = ("material", "countryOfOrigin", "madeInRegion", "fibreMix")


class Value(msgspec.Struct, frozen=True):
    """A value of a fact, and how many products have it."""

    value: str
    label: str
    products: int


class Coverage(msgspec.Struct, frozen=True):
    """A fact, of how many products it is known, and its most frequent values.

    `proven` says that it is known by evidence that counts, not because the shop states it.
    """

    fact: str
    label: str
    products: int
    known: int
    proven: bool
    values: tuple[Value, ...] = ()

    @property
    def share(self) -> float:
        """The share of products of which it is known, 0-1."""
        return self.known / self.products if self.products else 0.0


class _Stated(msgspec.Struct, frozen=True):
    """A fact that has no values to count."""

    fact: str
    label: str
    known: Callable[[Product], bool]


_STATED = (
    _Stated(
        "shares", "All shares of the main component", lambda product: states_all_shares(product.components)
    ),
    _Stated(
        "naturalFibrePercentage",
        "Share of plant and animal fibres",
        lambda product: natural_share(product) is not None,
    ),
    _Stated(
        "recycledContentPercentage",
        "Recycled share, as the shop states it",
        lambda product: product.recycled_content_percentage is not None,
    ),
    _Stated("environmentalCost", "Official declared score", lambda product: bool(product.declared_score)),
    _Stated("digitalProductPassport", "Digital product passport", lambda product: bool(product.passport)),
)


def coverage(catalogue: Catalogue, moment: int) -> tuple[Coverage, ...]:
    """Return the coverage of every fact at `moment` (epoch seconds), what the shop states first."""
    groups = {group.id: group for group in catalogue.groups}
    products = catalogue.products
    plain = [
        _covered(rule.name, (rule.values(one, groups[one.group]) for one in products), products)
        for rule in FACETS
        if rule.name in _PRODUCT_FACTS
    ]
    evidence = [bounded(one) for one in products]
    dated = [
        _covered(name, (held_at(one, name, moment) for one in evidence), products, proven=True)
        for name in DATED
    ]
    stated = [
        Coverage(one.fact, one.label, len(products), sum(map(one.known, products)), proven=False)
        for one in _STATED
    ]
    return (*plain, *stated, *dated)


def _covered(
    field: str, values: Iterable[Iterable[str]], products: Sequence[Product], *, proven: bool = False
) -> Coverage:
    labels, counts, known = VocabularyLabels(), Counter[str](), 0
    for of_product in map(frozenset, values):
        known += UNKNOWN not in of_product
        counts.update(of_product - {UNKNOWN})
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_VALUES]
    frequent = tuple(Value(value, labels.value(field, value, LOCALE), number) for value, number in most)
    return Coverage(field, labels.field(field, LOCALE), len(products), known, proven, frequent)
