"""A shop's catalogue as the origin imports it: style, product, offer and evidence.

Names follow schema.org (`ProductGroup`, `Product`, `Offer`, `Certification`) and GS1
(`textileMaterial`). Money is an integer in minor units of an ISO 4217 currency.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Level = Literal["product", "material", "facility", "brand"]
"""What a piece of evidence speaks about; brand and facility never satisfy a product filter."""


Gender = Literal["female", "male", "unisex"]
"""Whom a style is made for, by the values of Google Merchant's `gender`."""

Season = Literal["spring", "summer", "autumn", "winter"]
"""When a style is worn (GS1 `SeasonParameterCode`)."""


class FibreShare(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fibre of a component (GS1 `textileMaterial`).

    `fibre` is a code of the fibre vocabulary, or the shop's own word where `known` is false.
    `percentage` is 0-100, or None where the shop gives no share.
    """

    fibre: str
    percentage: float | None = None
    known: bool = True


class Component(msgspec.Struct, frozen=True, omit_defaults=True):
    """A textile component, such as `shell` or `lining`; the first one of a product is its main one."""

    name: str
    fibres: tuple[FibreShare, ...]


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A certificate or licence that carries a claim (schema.org `Certification`).

    `scheme` is a code of the scheme registry. `share` (percent) is the certified share where the
    scheme has one. The claim counts from `valid_from` up to and without `valid_to`; None is open.
    Both are already what the scheme's registry entry makes of the certificate's dates: goods that were
    `shipped` under a transaction certificate stay certified. That date stays at the origin.
    `component` names the component that it is about, where that is not the whole: then it satisfies no
    filter, makes nothing stronger and is shown with that name alone. `source` says where
    the shop has it from. `bound` is the percentage of the product that it can be about at most, where
    the composition allows less than the certificate says; a build derives it.
    """

    id: str
    scheme: str
    level: Level
    identification: str | None = None
    issuer: str | None = None
    share: float | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    component: str | None = None
    source: str | None = None
    bound: float | None = None
    shipped: datetime | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is about all that its level says, not one component of it."""
        return self.component is None


class DeclaredScore(msgspec.Struct, frozen=True, array_like=True):
    """An official environmental score that the maker has declared: points, per product and per 100 g.

    `source` says where it is declared. It is never one that was computed here (docs/footprint.md).
    """

    points: float
    points_per_100_g: float
    source: str


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A size of a product in one market: the unit that has a price and a stock.

    `price` is what the shopper pays. `regular_price` and `lowest_price_30_days` come together
    and only where the price is a reduction (Directive 98/6/EC, article 6a).
    """

    market: str
    size: str
    price: int
    stock: int
    size_system: str | None = None
    gtin: str | None = None
    regular_price: int | None = None
    lowest_price_30_days: int | None = None


class Product(msgspec.Struct, frozen=True, omit_defaults=True):
    """One colourway of a style: the unit that is indexed, ranked and shown.

    `color` is a code of the colour vocabulary, `color_name` the shop's word. `published` is when
    the shop first offered it (aware, UTC). `image` and `link` are URLs, absolute or rooted,
    `passport` is that of the digital product passport (`gs1:dpp`). `stated` holds what the shop says
    beside facts, such as badges: it is looked through for claims and never served.
    """

    id: str
    group: str
    color: str
    color_name: str
    link: str
    published: datetime
    image: str | None = None
    components: tuple[Component, ...] = ()
    recycled_content_percentage: float | None = None
    country_of_origin: str | None = None
    evidence: tuple[Evidence, ...] = ()
    offers: tuple[Offer, ...] = ()
    declared_score: DeclaredScore | None = None
    passport: str | None = None
    stated: tuple[str, ...] = ()


class ProductGroup(msgspec.Struct, frozen=True, omit_defaults=True):
    """A style (schema.org `ProductGroup`): what its colourways share. Texts are by locale.

    `gender` and `seasons` are None and empty where the shop does not say.
    """

    id: str
    name: dict[str, str]
    brand: str
    category: str
    description: dict[str, str] = {}
    gender: Gender | None = None
    seasons: tuple[Season, ...] = ()


class Market(msgspec.Struct, frozen=True):
    """A country the shop sells in; the first locale is its default. Codes: ISO 3166-1, ISO 4217, BCP 47."""

    code: str
    country: str
    currency: str
    locales: tuple[str, ...]


class Catalogue(msgspec.Struct, frozen=True):
    """Everything one import produced. `taken` is when the feed was taken, not when it was read."""

    markets: tuple[Market, ...]
    groups: tuple[ProductGroup, ...]
    products: tuple[Product, ...]
    taken: datetime
