"""Rows to a catalogue: styles, their colourways, and the offers of every market."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.model import (
    Catalogue,
    Component,
    DeclaredScore,
    Evidence,
    Gender,
    Market,
    Offer,
    Product,
    ProductGroup,
    Season,
)

if TYPE_CHECKING:
    from origin.importing.report import Row


class Draft(msgspec.Struct, frozen=True):
    """What one row says about a style, a colourway and, mostly, one offer of it in one market."""

    group: str
    product: str
    locale: str
    name: str
    brand: str
    category: str
    color: str
    color_name: str
    link: str
    offer: Offer
    published: datetime | None = None
    description: str = ""
    image: str | None = None
    components: tuple[Component, ...] = ()
    recycled: float | None = None
    country: str | None = None
    evidence: tuple[Evidence, ...] = ()
    declared: DeclaredScore | None = None
    passport: str | None = None
    stated: tuple[str, ...] = ()
    gender: Gender | None = None
    seasons: tuple[Season, ...] = ()


class Style(msgspec.Struct):
    """A style while it is gathered: the first row decides, later ones fill gaps and add locales."""

    first: Draft
    name: dict[str, str] = {}
    description: dict[str, str] = {}
    gender: Gender | None = None
    seasons: tuple[Season, ...] = ()

    def add(self, draft: Draft) -> None:
        """Take the texts of a locale that is still without, and whatever is not known yet."""
        self.gender = self.gender or draft.gender
        self.seasons = self.seasons or draft.seasons
        self.name.setdefault(draft.locale, draft.name)
        if draft.description:
            self.description.setdefault(draft.locale, draft.description)

    def freeze(self) -> ProductGroup:
        """Return the finished style."""
        first = self.first
        return ProductGroup(
            first.group,
            self.name,
            first.brand,
            first.category,
            self.description,
            self.gender,
            self.seasons,
        )


class Colourway(msgspec.Struct):
    """A colourway while gathered: the first row decides, later ones fill gaps and add offers."""

    first: Draft
    published: datetime | None = None
    components: tuple[Component, ...] = ()
    recycled: float | None = None
    country: str | None = None
    image: str | None = None
    evidence: dict[str, Evidence] = {}
    offers: dict[tuple[str, str], Offer] = {}
    declared: DeclaredScore | None = None
    passport: str | None = None
    stated: tuple[str, ...] = ()

    def add(self, draft: Draft, row: Row) -> None:
        """Take an offer and whatever is not known yet."""
        self.published = self.published or draft.published
        self.components = self.components or draft.components
        self.country = self.country or draft.country
        self.image = self.image or draft.image
        self.declared = self.declared or draft.declared
        self.passport = self.passport or draft.passport
        if draft.stated != self.stated:
            self.stated = tuple(dict.fromkeys((*self.stated, *draft.stated)))
        if self.recycled is None:
            self.recycled = draft.recycled
        for evidence in draft.evidence:
            self.evidence.setdefault(evidence.id, evidence)
        offer = draft.offer
        known = self.offers.setdefault((offer.market, offer.size), offer)
        if known != offer:
            detail = f"{draft.product} in {offer.market} was offered before; the first is kept"
            row.repair("size", offer.size, "conflicting-offer", detail)

    def freeze(self, taken: datetime) -> Product:
        """Return the finished product; one without a date counts as first offered when taken."""
        return Product(
            id=self.first.product,
            group=self.first.group,
            color=self.first.color,
            color_name=self.first.color_name,
            link=self.first.link,
            published=self.published or taken,
            image=self.image,
            components=self.components,
            recycled_content_percentage=self.recycled,
            country_of_origin=self.country,
            evidence=tuple(self.evidence.values()),
            offers=tuple(self.offers.values()),
            declared_score=self.declared,
            passport=self.passport,
            stated=self.stated,
        )


class Assembly:
    """Gathers drafts in the order they come; the same rows give the same catalogue."""

    def __init__(self) -> None:
        self._styles: dict[str, Style] = {}
        self._colourways: dict[str, Colourway] = {}

    def __contains__(self, product: str) -> bool:
        return product in self._colourways

    def add(self, draft: Draft, row: Row) -> None:
        """Add what a row said. A product that changes its style keeps the first one."""
        known = self._colourways.get(draft.product)
        if known is not None and known.first.group != draft.group:
            row.repair("group", draft.group, "conflicting-group", f"kept in {known.first.group}")
        else:
            style = self._styles.setdefault(draft.group, Style(draft))
            style.add(draft)
        self._colourways.setdefault(draft.product, Colourway(draft)).add(draft, row)

    def catalogue(self, markets: tuple[Market, ...], taken: datetime) -> Catalogue:
        """Freeze what was gathered."""
        return Catalogue(
            markets=markets,
            groups=tuple(style.freeze() for style in self._styles.values()),
            products=tuple(each.freeze(taken) for each in self._colourways.values()),
            taken=taken,
        )
