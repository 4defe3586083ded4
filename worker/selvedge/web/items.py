"""What an answer says of a product, in schema.org's words; docs/http-api.md explains each field."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import msgspec

from selvedge.catalogue.model import Evidence, Level
from selvedge.ranking.affinity import Term
from selvedge.web.shelf import MAX_CLAIMS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from selvedge.catalogue.filter import Scope
    from selvedge.catalogue.model import DeclaredScore, Derived, FibreShare, Market, Offer
    from selvedge.catalogue.query import Query
    from selvedge.snapshot.cards import Card, Detail
    from selvedge.snapshot.loaded import Labels
    from selvedge.web.edge import CardSource
    from selvedge.web.shelf import Shelf

OWN_LEVELS = frozenset({"product", "material"})

_EVIDENCE_FIELDS = {
    "certification": ("product", "material"),
    "facilityCertification": ("facility",),
    "brandCertification": ("brand",),
}

_FIELDS_OF_EVIDENCE = frozenset({*_EVIDENCE_FIELDS, "organicContent", "recycledContent"})
"""What evidence can satisfy: by its scheme, or by what it proves."""


class Served(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The base of what is served: camelCase names, absent instead of null."""


class Material(Served, frozen=True):
    """A fibre of a component (GS1 `textileMaterial`); `percentage` where the shop states it."""

    code: str
    name: str
    percentage: float | None = None


class Certification(Served, frozen=True):
    """Evidence that counts now (schema.org `Certification`); times are UTC.

    `matched` says that the request's filter was satisfied by this evidence.
    """

    scheme: str
    name: str
    level: Level
    certification_identification: str | None = None
    issued_by: str | None = None
    percentage: float | None = None
    valid_from: str | None = None
    valid_through: str | None = None
    matched: bool = False


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
    or the brand. `regular_price` and `lowest_price_30_days` are there where `price` is a reduction
    (98/6/EC, article 6a). `rule` names the merchandisers' rule that put the product where it is; `sponsored`
    says that somebody gains by that, and must be shown.
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


class ComponentMaterials(Served, frozen=True):
    """What one component is made of."""

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


class DerivedFrom(Served, frozen=True):
    """A fact that another follows from: a field of the filter grammar, or `percentage` of a certificate."""

    field: str
    value: str | float


class DerivedFact(Served, frozen=True):
    """A fact that was computed, not stated: by which rule (docs/evidence.md) and from what."""

    name: str
    value: str | float
    rule: str
    inputs: tuple[DerivedFrom, ...]


class ProductPage(Item, frozen=True, kw_only=True):
    """A product with all that a product page shows."""

    description: str = ""
    components: tuple[ComponentMaterials, ...] = ()
    offers: tuple[ServedOffer, ...] = ()
    has_variant: tuple[Variant, ...] = ()
    environmental_cost: EnvironmentalCost | None = None
    derived: tuple[DerivedFact, ...] = ()
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


class Claim(msgspec.Struct, frozen=True):
    """Evidence made ready to be served: it counts from `start` up to and without `end`.

    `satisfies` holds the values that it gives a product, as `field:value`. Both times are whole epoch
    seconds, as in the facets: what is shown and what is found never differ.
    """

    satisfies: frozenset[str]
    own: bool
    start: float
    end: float
    plain: Certification
    matched: Certification


def make_claim(evidence: Evidence, labels: Labels) -> Claim:
    """Return `evidence` in the words of `labels`."""
    field = _FIELD_OF_LEVEL[evidence.level]
    plain = Certification(
        scheme=evidence.scheme,
        name=labels.value(field, evidence.scheme),
        level=evidence.level,
        certification_identification=evidence.identification,
        issued_by=evidence.issuer,
        percentage=evidence.share,
        valid_from=_text(evidence.valid_from),
        valid_through=_text(evidence.valid_to),
    )
    return Claim(
        satisfies=frozenset({f"{field}:{evidence.scheme}", *evidence.proves}),
        own=evidence.level in OWN_LEVELS,
        start=-math.inf if evidence.valid_from is None else int(evidence.valid_from.timestamp()),
        end=math.inf if evidence.valid_to is None else int(evidence.valid_to.timestamp()),
        plain=plain,
        matched=msgspec.structs.replace(plain, matched=True),
    )


def _declared(score: DeclaredScore | None) -> EnvironmentalCost | None:
    if score is None:
        return None
    return EnvironmentalCost(
        points=score.points, points_per_100_g=score.points_per_100_g, source=score.source
    )


def _derived(facts: Sequence[Derived], now: float) -> tuple[DerivedFact, ...]:
    """Return the facts that hold at `now`."""
    return tuple(
        DerivedFact(
            one.name, one.value, one.rule, tuple(DerivedFrom(each.field, each.value) for each in one.inputs)
        )
        for one in facts
        if (one.start is None or one.start <= now) and (one.end is None or now < one.end)
    )


class Presenter:
    """Turns cards into what is served, in one market and locale, for one query; `shelf` keeps it ready."""

    def __init__(
        self,
        scope: Scope,
        labels: Labels,
        market: Market,
        locale: str,
        shelf: Shelf,
        query: Query | None = None,
    ) -> None:
        self._scope = scope
        self._labels = labels
        self._fibres = labels.values.get("material", {})
        self._market = market.code
        self._currency = market.currency
        self._locale = locale
        self._shelf = shelf
        self._claims = shelf.claims(locale)
        self._wanted = _wanted_values(query) if query else frozenset()

    async def items(self, cards: CardSource, ranks: Sequence[int]) -> list[Item]:
        """Return the list items of the products at `ranks`, which must be available."""
        found = [self._ready(rank) for rank in ranks]
        missing = [rank for rank, item in zip(ranks, found, strict=True) if item is None]
        if not missing:
            return [item for item in found if item is not None]
        decoded = await cards.cards(self._locale, missing)
        made = iter([self.item(rank, card) for rank, card in zip(missing, decoded, strict=True)])
        return [next(made) if item is None else item for item in found]

    def item(self, rank: int, card: Card) -> Item:
        """Return the list item of the product at `rank`, which must be available."""
        market = self._scope.market
        reduction = market.reduction(rank)
        regular, lowest = (reduction.regular, reduction.lowest_30_days) if reduction else (None, None)
        item = self._item(rank, card, market.price.value(rank), regular, lowest)
        if not self._wanted:
            self._shelf.keep_item((self._market, self._locale, rank), item)
        return item

    def _ready(self, rank: int) -> Item | None:
        """Return the item kept; where a query asks for evidence, items say what it matched: of its own."""
        return None if self._wanted else self._shelf.item((self._market, self._locale, rank))

    def page(self, rank: int, card: Card, detail: Detail, variants: tuple[Variant, ...]) -> ProductPage:
        """Return the product page of the product at `rank`; it may be sold out."""
        shown = [offer for offer in detail.offers if offer.stock > 0] or list(detail.offers)
        one = min(shown, key=lambda offer: offer.price)
        item = self._item(rank, card, one.price, one.regular_price, one.lowest_price_30_days)
        return ProductPage(
            **msgspec.structs.asdict(item),
            description=detail.description.get(self._locale, ""),
            components=tuple(
                ComponentMaterials(part.name, self._materials(part.fibres)) for part in detail.components
            ),
            offers=tuple(self._offer(offer) for offer in detail.offers),
            has_variant=variants,
            environmental_cost=_declared(detail.declared_score),
            derived=_derived(detail.derived, self._scope.now),
            digital_product_passport=detail.passport,
        )

    def _item(self, rank: int, card: Card, price: int, regular: int | None, lowest: int | None) -> Item:
        own, related = self._certifications(rank)
        return Item(
            id=card.id,
            in_product_group_with_id=card.group,
            name=card.name,
            brand=card.brand,
            category=card.category,
            color=card.color,
            color_name=card.color_name,
            url=card.link,
            price=price,
            price_currency=self._currency,
            image=card.image,
            regular_price=regular,
            lowest_price_30_days=lowest,
            material=self._materials(card.fibres),
            recycled_content_percentage=card.recycled_content_percentage,
            country_of_origin=card.country_of_origin,
            has_certification=own,
            related_certification=related,
        )

    def _certifications(self, rank: int) -> tuple[tuple[Certification, ...], tuple[Certification, ...]]:
        """Return the evidence that counts now: about the product itself, and about who made or sells it."""
        own: list[Certification] = []
        related: list[Certification] = []
        now = self._scope.now
        for ref in self._scope.index.evidence_refs(rank):
            claim = self._claims.get(ref) or self._remember(ref)
            if claim.start <= now < claim.end:
                (own if claim.own else related).append(
                    claim.plain if claim.satisfies.isdisjoint(self._wanted) else claim.matched
                )
        return tuple(own), tuple(related)

    def _remember(self, ref: int) -> Claim:
        if len(self._claims) >= MAX_CLAIMS:
            self._claims.clear()
        claim = self._claims[ref] = make_claim(self._scope.index.evidence(ref), self._labels)
        return claim

    def _materials(self, fibres: tuple[FibreShare, ...]) -> tuple[Material, ...]:
        name_of = self._fibres.get
        return tuple([Material(one.fibre, name_of(one.fibre, one.fibre), one.percentage) for one in fibres])

    def _offer(self, offer: Offer) -> ServedOffer:
        return ServedOffer(
            size=offer.size,
            availability="InStock" if offer.stock > 0 else "OutOfStock",
            price=offer.price,
            price_currency=self._currency,
            size_system=offer.size_system,
            gtin=offer.gtin,
            regular_price=offer.regular_price,
            lowest_price_30_days=offer.lowest_price_30_days,
        )


_FIELD_OF_LEVEL = {level: field for field, levels in _EVIDENCE_FIELDS.items() for level in levels}


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _wanted_values(query: Query) -> frozenset[str]:
    """Return what `query` asks of evidence, as `field:value`."""
    return frozenset(
        f"{one.field}:{value}"
        for one in query.facet_filters
        if one.field in _FIELDS_OF_EVIDENCE and one.mode != "not"
        for value in one.values
    )
