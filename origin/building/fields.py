"""The plain fields of the filter grammar: how the values of each are read off a product."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from origin.building.derivation import fibre_mix, regions
from origin.building.facts import field_info, materials, slug
from selvedge.catalogue.filter import UNKNOWN
from selvedge.catalogue.model import Product, ProductGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selvedge.catalogue.model import Catalogue
    from selvedge.snapshot.facets import FieldInfo


class FacetRule(msgspec.Struct, frozen=True):
    """A field and how its values are read off a product; `row` puts it into the scoring rows."""

    name: str
    values: Callable[[Product, ProductGroup], Iterable[str]]
    single: bool = False
    row: bool = False


FACETS = (
    FacetRule("brand", lambda _, group: (slug(group.brand),), single=True, row=True),
    FacetRule("category", lambda _, group: (group.category,), single=True, row=True),
    FacetRule("color", lambda product, _: (product.color,), single=True, row=True),
    FacetRule(
        "countryOfOrigin",
        lambda product, _: (product.country_of_origin or UNKNOWN,),
        single=True,
        row=True,
    ),
    FacetRule("material", materials, row=True),
    FacetRule("madeInRegion", lambda product, _: regions(product)),
    FacetRule("fibreMix", lambda product, _: (fibre_mix(product),), single=True),
)


def facet_values(catalogue: Catalogue, groups: Mapping[str, ProductGroup], rule: FacetRule) -> FieldInfo:
    """Return the field of `rule` with every value that some product has, sorted."""
    values = {
        value for product in catalogue.products for value in rule.values(product, groups[product.group])
    }
    return field_info(rule.name, values, single=rule.single)
