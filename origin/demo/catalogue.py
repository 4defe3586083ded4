"""The demo catalogue: realistic, and the same bytes for the same arguments on every Python."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from origin.demo.chance import Chance, Weighted, zipf
from origin.demo.makers import (
    MOST_BRANDS,
    Brand,
    Certifier,
    Facility,
    make_brands,
    make_facilities,
)
from origin.demo.materials import Make, make_up
from origin.demo.stock import (
    Price,
    choose_sizes,
    draw_price,
    draw_stock,
    gtin,
    make_offer,
    points_between,
    price_in,
    size_system,
)
from origin.demo.words import Garment, words
from selvedge.catalogue.model import Catalogue, Market, Offer, Product, ProductGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

DEMO_MARKETS = (
    Market("nl", "NL", "EUR", ("nl", "en")),
    Market("es", "ES", "EUR", ("es", "en")),
    Market("se", "SE", "SEK", ("sv", "en")),
    Market("pl", "PL", "PLN", ("pl", "en")),
)
DEMO_TAKEN = datetime(2026, 11, 1, tzinfo=UTC)
DEMO_SEED = 1007_2011
HOURS_ON_SALE = 2 * 365 * 24
_COLOURWAYS = Weighted([45, 25, 14, 8, 4, 3, 1])


class Style(msgspec.Struct, frozen=True):
    """What the colourways of a style share. `cents` is its regular price in euro."""

    id: str
    brand: Brand
    garment: Garment
    make: Make
    facility: Facility
    cents: int
    hours_ago: int


def generate(products: int = 1000, seed: int = DEMO_SEED, taken: datetime = DEMO_TAKEN) -> Catalogue:
    """Generate a catalogue of exactly `products` colourways, taken at an aware UTC time."""
    shop = _Shop(products, seed, taken)
    groups: list[ProductGroup] = []
    made: list[Product] = []
    while len(made) < products:
        style = shop.style(len(groups))
        groups.append(shop.describe(style, len(groups)))
        made += shop.colourways(style, len(made), products)
    return Catalogue(DEMO_MARKETS, tuple(groups), tuple(made), taken)


_WARM = frozenset({"coats", "jackets", "knitwear", "scarves", "hats", "sweatshirts"})
_WIPED = frozenset({"shoes", "bags", "belts"})


def _texts(category: str) -> tuple[int, ...]:
    """Return the descriptions that suit a category: a coat is not for warm days."""
    return (0, 1, 3, 4) if category in _WARM else (0, 1, 2, 4)


class _Shop:
    """The brands and places of work of one catalogue, and the chance that draws from them."""

    def __init__(self, products: int, seed: int, taken: datetime) -> None:
        self._chance = Chance(seed)
        self._taken = taken
        self._certifier = Certifier(self._chance, taken)
        count = min(MOST_BRANDS, 12 + products // 70)
        names = [words().brands.name(number) for number in range(count)]
        self._brands = make_brands(count, self._chance, self._certifier, names)
        self._brand_sizes = zipf(count)
        self._facilities = make_facilities(self._chance, self._certifier)
        self._garments = Weighted([garment.weight for garment in words().garments])

    def style(self, number: int) -> Style:
        """Draw a style."""
        chance = self._chance
        brand = self._brands[self._brand_sizes.draw(chance)]
        garment = words().garments[self._garments.draw(chance)]
        return Style(
            id=f"S{number:06d}",
            brand=brand,
            garment=garment,
            make=make_up(garment, brand, chance, self._certifier),
            facility=chance.pick(self._facilities),
            cents=chance.pick(points_between(*garment.price)),
            hours_ago=int(chance.unit() * (0.3 + 0.7 * chance.unit()) * HOURS_ON_SALE),
        )

    def describe(self, style: Style, number: int) -> ProductGroup:
        """Name and describe a style in every locale of the demo's markets."""
        chance = self._chance
        all_words = words()
        suited = all_words.features.get(style.garment.category, (10, 11))
        feature, text = chance.pick(suited), chance.pick(_texts(style.garment.category))
        care = 3 if style.garment.category in _WIPED else chance.below(3)
        model = all_words.models.name(number * 7 + number // 240)
        name, description = {}, {}
        for locale, texts in all_words.texts.items():
            noun = style.garment.noun[locale]
            name[locale] = f"{noun} {model} {texts.features[feature]}".strip()
            description[locale] = f"{texts.descriptions[text]} {texts.care[care]}"
        brand = style.brand.name
        return ProductGroup(style.id, name, brand, style.garment.category, description, "unisex")

    def colourways(self, style: Style, done: int, wanted: int) -> Iterator[Product]:
        """Draw a style's colourways, no more than are still wanted."""
        chance = self._chance
        palette = words().palette.colours
        count = min(1 + _COLOURWAYS.draw(chance), wanted - done)
        first = chance.below(len(palette))
        evidence = (*style.make.evidence, *style.facility.evidence, *style.brand.evidence)
        country = style.facility.country if chance.one_in(92) else None
        for number in range(count):
            # 8 and the palette's length have no common divisor: colours of a style never repeat
            code, word, _ = palette[(first + number * 8) % len(palette)]
            identity = f"{style.id}-{number + 1:02d}"
            later = number and chance.below(max(1, style.hours_ago))
            yield Product(
                id=identity,
                group=style.id,
                color=code,
                color_name=word,
                link=f"/products/{identity}",
                published=self._taken - timedelta(hours=style.hours_ago - later),
                image=f"/pictures/{identity}.svg",
                components=style.make.components,
                recycled_content_percentage=style.make.recycled,
                country_of_origin=country,
                evidence=evidence,
                offers=tuple(self._offers(style, done + number)),
            )

    def _offers(self, style: Style, serial: int) -> Iterator[Offer]:
        """Draw the sizes of a product, and its price and stock in each market that has it."""
        chance = self._chance
        kind = style.garment.sizes
        all_sizes = words().sizes[kind]
        first, last = choose_sizes(all_sizes, chance)
        system = size_system(kind)
        sizes = [(all_sizes[n], system, gtin(serial, n)) for n in range(first, last)]
        reduction = draw_price(style.cents, chance)
        absent = chance.below(len(DEMO_MARKETS) * 4)  # a quarter is not sold in some market
        for number, market in enumerate(DEMO_MARKETS):
            if number == absent:
                continue
            price: Price = price_in(market, style.cents, reduction)
            for size, stock in zip(sizes, draw_stock(len(sizes), chance), strict=True):
                yield make_offer(market.code, size, price, stock)
