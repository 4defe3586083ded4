"""From cards to what is served: the items of a list and the page of a product, in one market and locale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.web.certifications import Claim, Judged, derived_facts, make_claim, wanted_values
from selvedge.web.items import (
    ComponentMaterials,
    EnvironmentalCost,
    Item,
    Material,
    ProductPage,
    ServedOffer,
    Variant,
)
from selvedge.web.shelf import MAX_CLAIMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.catalogue.filter import Scope
    from selvedge.catalogue.model import Component, DeclaredScore, FibreShare, Market, Offer
    from selvedge.catalogue.query import Query
    from selvedge.snapshot.cards import Card, Detail
    from selvedge.snapshot.loaded import Labels
    from selvedge.web.certifications import Certification, DerivedFact
    from selvedge.web.shelf import Shelf
    from selvedge.web.view import CardSource


def _declared(score: DeclaredScore | None) -> EnvironmentalCost | None:
    if score is None:
        return None
    return EnvironmentalCost(
        points=score.points, points_per_100_g=score.points_per_100_g, source=score.source
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
        self._evidence = scope.index.evidence
        self._wanted = wanted_values(query) if query else frozenset()
        self._judged: dict[int, Judged] = {}

    async def items(self, cards: CardSource, ranks: Sequence[int]) -> list[Item]:
        """Return the list items of the products at `ranks`, which must be available.

        Where the query asks for evidence, they say which of theirs it matched.
        """
        found = await self._plain(cards, ranks)
        if not self._wanted:
            return found
        return [self._matched(rank, item) for rank, item in zip(ranks, found, strict=True)]

    async def _plain(self, cards: CardSource, ranks: Sequence[int]) -> list[Item]:
        found = [self._shelf.item((self._market, self._locale, rank)) for rank in ranks]
        missing = [rank for rank, item in zip(ranks, found, strict=True) if item is None]
        if not missing:
            return [item for item in found if item is not None]
        decoded = await cards.cards(self._locale, missing)
        made = iter([self.item(rank, card) for rank, card in zip(missing, decoded, strict=True)])
        return [next(made) if item is None else item for item in found]

    def item(self, rank: int, card: Card) -> Item:
        """Return what the list item of the product at `rank`, which must be available, says to everybody."""
        market = self._scope.market
        reduction = market.reduction(rank)
        regular, lowest = (reduction.regular, reduction.lowest_30_days) if reduction else (None, None)
        item = self._item(rank, card, market.price.value(rank), regular, lowest)
        self._shelf.keep_item((self._market, self._locale, rank), item)
        return item

    def _matched(self, rank: int, item: Item) -> Item:
        """Return the item with its evidence that the query asked for marked."""
        judged = self._judged
        own: list[Certification] = []
        related: list[Certification] = []
        found = False
        for ref in self._evidence.refs(rank):
            one = judged.get(ref)
            if one is None:
                one = judged[ref] = self._judge(ref)
            if one.counts:
                (own if one.own else related).append(one.served)
                found = found or one.served.matched
        if not found:
            return item
        return msgspec.structs.replace(
            item, has_certification=tuple(own), related_certification=tuple(related)
        )

    def _judge(self, ref: int) -> Judged:
        claim = self._claims.get(ref) or self._remember(ref)
        served = claim.plain if claim.satisfies.isdisjoint(self._wanted) else claim.matched
        counts = claim.evidence.is_whole and claim.start <= self._scope.now < claim.end
        return Judged(counts, claim.own, served)

    def page(self, rank: int, card: Card, detail: Detail, variants: tuple[Variant, ...]) -> ProductPage:
        """Return the product page of the product at `rank`; it may be sold out."""
        shown = [offer for offer in detail.offers if offer.stock > 0] or list(detail.offers)
        one = min(shown, key=lambda offer: offer.price)
        item = self._item(rank, card, one.price, one.regular_price, one.lowest_price_30_days)
        claims, tables = self._counting(rank), self._evidence.tables
        told = msgspec.structs.replace(
            item,
            has_certification=tuple(claim.told(tables) for claim in claims if claim.own),
            related_certification=tuple(claim.told(tables) for claim in claims if not claim.own),
            derived=self.derived(rank, detail.components, card.country_of_origin),
        )
        return ProductPage(
            **msgspec.structs.asdict(told),
            description=detail.description.get(self._locale, ""),
            components=tuple(map(self._component, detail.components)),
            offers=tuple(self._offer(offer) for offer in detail.offers),
            has_variant=variants,
            environmental_cost=_declared(detail.declared_score),
            digital_product_passport=detail.passport,
        )

    def derived(
        self, rank: int, components: Sequence[Component], country: str | None
    ) -> tuple[DerivedFact, ...]:
        """Return what follows from these facts of a product and from its evidence that counts now."""
        return derived_facts(components, country, self._counting(rank), self._evidence.tables)

    def _item(self, rank: int, card: Card, price: int, regular: int | None, lowest: int | None) -> Item:
        claims = [claim for claim in self._counting(rank) if claim.evidence.is_whole]
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
            has_certification=tuple([claim.plain for claim in claims if claim.own]),
            related_certification=tuple([claim.plain for claim in claims if not claim.own]),
        )

    def _counting(self, rank: int) -> list[Claim]:
        """Return the evidence about the product that counts now."""
        now, ready = self._scope.now, self._claims.get
        claims = [ready(ref) or self._remember(ref) for ref in self._evidence.refs(rank)]
        return [claim for claim in claims if claim.start <= now < claim.end]

    def _remember(self, ref: int) -> Claim:
        if len(self._claims) >= MAX_CLAIMS:
            self._claims.clear()
        claim = self._claims[ref] = make_claim(self._evidence[ref], self._labels, self._evidence.tables)
        return claim

    def _component(self, part: Component) -> ComponentMaterials:
        return ComponentMaterials(
            part.name, self._labels.value("component", part.name), self._materials(part.fibres)
        )

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
