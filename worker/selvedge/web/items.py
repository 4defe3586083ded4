"""What an answer says of a product, in schema.org's words; docs/http-api.md explains each field."""

from __future__ import annotations

from typing import Literal

import msgspec

from selvedge.ranking.affinity import Term
from selvedge.web.certifications import Certification, DerivedFact
from selvedge.web.served import Served


class Material(Served, frozen=True):
    """A fibre of a component (GS1 `textileMaterial`); `percentage` where the shop states it."""

    code: str
    name: str
    percentage: float | None = None


Kind = Literal[
    "again",
    "affinity",
    "arrival",
    "facts",
    "looked",
    "popular",
    "preferred",
    "price",
    "rule",
    "season",
    "similar",
    "sponsored",
    "visits",
]


class Because(Served, frozen=True):
    """What carried a product to its place: the strongest term beyond the base, in the locale's words.

    `product` and `name` are of the product looked at that gave it, `field` and `value` of the facet. Of the
    kind `facts` it is what is known of the product and proven now, whatever carried it.
    """

    kind: Kind
    text: str
    product: str | None = None
    name: str | None = None
    field: str | None = None
    value: str | None = None


class Item(Served, frozen=True):
    """A product in a list. Prices are in minor units of `price_currency`.

    `has_certification` speaks about the product or its material, `related_certification` about a facility
    or the brand; what is about one component alone stands on product pages. `regular_price` and
    `lowest_price_30_days` are there where `price` is a reduction (98/6/EC, article 6a). `rule` names the
    merchandisers' rule that put the product where it is; `sponsored` says that somebody gains by that, and
    must be shown. `derived` is all that follows on a product's page, and in an explained list what mattered.
    """

    id: str
    in_product_group_with_id: str = msgspec.field(name="inProductGroupWithID")
    name: str
    brand: str
    category: str
    color: str
    color_name: str
    url: str
    price: int
    price_currency: str
    image: str | None = None
    regular_price: int | None = None
    lowest_price_30_days: int | None = msgspec.field(default=None, name="lowestPrice30Days")
    material: tuple[Material, ...] = ()
    recycled_content_percentage: float | None = None
    country_of_origin: str | None = None
    has_certification: tuple[Certification, ...] = ()
    related_certification: tuple[Certification, ...] = ()
    sponsored: bool = False
    rule: str | None = None
    score: int | None = None
    explain: tuple[Term, ...] = ()
    because: Because | None = None
    derived: tuple[DerivedFact, ...] = ()


class ComponentMaterials(Served, frozen=True):
    """What one component is made of; `code` is the vocabulary's, or the shop's own word."""

    code: str
    name: str
    material: tuple[Material, ...]


class ServedOffer(Served, frozen=True):
    """A size of the product; `availability` is a schema.org `ItemAvailability` name."""

    size: str
    availability: str
    price: int
    price_currency: str
    size_system: str | None = None
    gtin: str | None = None
    regular_price: int | None = None
    lowest_price_30_days: int | None = msgspec.field(default=None, name="lowestPrice30Days")


class Variant(Served, frozen=True):
    """Another colourway of the same style that is available."""

    id: str
    color: str
    color_name: str
    url: str
    image: str | None = None


class EnvironmentalCost(Served, frozen=True):
    """An official score that the maker has declared: points, for the product and for 100 g of it."""

    points: float
    points_per_100_g: float = msgspec.field(name="pointsPer100g")
    source: str


class ProductPage(Item, frozen=True, kw_only=True):
    """A product with all that a product page shows."""

    description: str = ""
    components: tuple[ComponentMaterials, ...] = ()
    offers: tuple[ServedOffer, ...] = ()
    has_variant: tuple[Variant, ...] = ()
    environmental_cost: EnvironmentalCost | None = None
    digital_product_passport: str | None = None


class Mark(msgspec.Struct, frozen=True):
    """What a list says of a product beside its facts."""

    rule: str | None = None
    sponsored: bool = False
    score: int | None = None
    explain: tuple[Term, ...] = ()


UNMARKED = Mark()


def marked(item: Item, mark: Mark) -> Item:
    """Return the item with what a list says of it."""
    if mark is UNMARKED:
        return item
    return msgspec.structs.replace(
        item, sponsored=mark.sponsored, rule=mark.rule, score=mark.score, explain=mark.explain
    )
