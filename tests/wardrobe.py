"""Garments made by hand, and Hypothesis strategies that make them at random."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from selvedge.catalogue.model import (
    Catalogue,
    Component,
    Evidence,
    FibreShare,
    Level,
    Market,
    Offer,
    Product,
    ProductGroup,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

TAKEN = datetime(2026, 11, 1, tzinfo=UTC)
NOW = int(TAKEN.timestamp())
DAY = 86_400
NL = Market("nl", "NL", "EUR", ("nl", "en"))
SE = Market("se", "SE", "SEK", ("sv",))


def moment(days: float) -> datetime:
    """So many days after the feed was taken."""
    return TAKEN + timedelta(days=days)


def offer(market: str = "nl", size: str = "M", price: int = 2500, stock: int = 3, **more: Any) -> Offer:
    return Offer(market, size, price, stock, **more)


def shell(**shares: float) -> Component:
    return Component("shell", tuple(FibreShare(fibre, share) for fibre, share in shares.items()))


def certificate(
    scheme: str = "GOTS",
    level: Level = "product",
    start: float | None = None,
    end: float | None = None,
    component: str | None = None,
) -> Evidence:
    """Evidence from `start` to `end`, in days after the feed was taken."""
    return Evidence(
        id=f"{scheme}:{start}:{end}",
        scheme=scheme,
        level=level,
        issuer="Control Body",
        valid_from=None if start is None else moment(start),
        valid_to=None if end is None else moment(end),
        component=component,
    )


def garment(product_id: str = "a", *, group: str = "", **facts: Any) -> Product:
    """A product that is on sale, with `facts` over the plainest ones."""
    plain = {
        "color": "blue",
        "color_name": "Blue",
        "link": f"/p/{product_id}",
        "published": moment(-10),
        "components": (shell(linen=100),),
        "country_of_origin": "PT",
        "offers": (offer(),),
    }
    return Product(id=product_id, group=group or f"style-{product_id}", **{**plain, **facts})


def shop(
    *products: Product,
    markets: tuple[Market, ...] = (NL,),
    brands: dict[str, str] | None = None,
    categories: dict[str, str] | None = None,
    names: dict[str, str] | None = None,
    taken: datetime = TAKEN,
) -> Catalogue:
    """A catalogue of `products`; `brands`, `categories` and `names` (in all languages) are by style."""
    styles = dict.fromkeys(product.group for product in products)
    groups = tuple(
        ProductGroup(
            id=style,
            name=dict.fromkeys(("en", "nl"), names[style])
            if names and style in names
            else {"en": f"Shirt {style}", "nl": f"Hemd {style}"},
            brand=(brands or {}).get(style, "Acme"),
            category=(categories or {}).get(style, "shirts"),
            description={"en": "A shirt."},
        )
        for style in styles
    )
    return Catalogue(markets, groups, products, taken)


FIBRES = ("linen", "cotton", "leather", "polyester")
SCHEMES = ("GOTS", "GRS", "BCORP", "GOTS_ORGANIC", "GLOBAL_RECYCLED_STANDARD")
COLOURS = ("blue", "red", "green")
BRANDS = ("Acme", "Bolt & Sons", "Cœur")
SIZES = ("S", "M", "L")

_bounds = st.none() | st.integers(-5, 5)


@st.composite
def components(draw: st.DrawFn) -> tuple[Component, ...]:
    """Up to two components; they may be empty, and fibres may lack a share or be unknown words."""

    def fibre() -> FibreShare:
        share = draw(st.none() | st.sampled_from([0.5, 20.0, 49.9, 50.0, 100.0]))
        known = draw(st.integers(0, 4)) > 0
        return FibreShare(draw(st.sampled_from(FIBRES)) if known else "moonwool", share, known)

    parts = draw(st.integers(0, 2))
    return tuple(
        Component(name, tuple(fibre() for _ in range(draw(st.integers(0, 3)))))
        for name in ("shell", "lining")[:parts]
    )


evidences = st.builds(
    certificate,
    scheme=st.sampled_from(SCHEMES),
    level=st.sampled_from(["product", "material", "facility", "brand"]),
    start=_bounds,
    end=_bounds,
    component=st.sampled_from([None, None, None, "shell", "lining"]),
)


@st.composite
def offers(draw: st.DrawFn, markets: Iterable[Market]) -> tuple[Offer, ...]:
    made = []
    for market in markets:
        for size in draw(st.lists(st.sampled_from(SIZES), unique=True, max_size=3)):
            price = draw(st.sampled_from([1000, 1999, 2000, 5000]))
            made.append(Offer(market.code, size, price, draw(st.sampled_from([0, 1, 1, 7]))))
    return tuple(made)


@st.composite
def catalogues(draw: st.DrawFn, max_size: int = 14, markets: tuple[Market, ...] = (NL,)) -> Catalogue:
    """A small shop in which everything that can be known may be unknown."""
    count = draw(st.integers(0, max_size))
    products = [
        garment(
            f"p{number}",
            group=f"s{draw(st.integers(0, max(0, count // 2)))}",
            color=draw(st.sampled_from(COLOURS)),
            published=moment(-draw(st.integers(0, 4))),
            components=draw(components()),
            recycled_content_percentage=draw(st.none() | st.sampled_from([0.0, 30.0, 99.5])),
            country_of_origin=draw(st.none() | st.sampled_from(["PT", "TR"])),
            evidence=tuple(draw(st.lists(evidences, max_size=3))),
            offers=draw(offers(markets)),
        )
        for number in range(count)
    ]
    styles = sorted({product.group for product in products})
    brands = {style: draw(st.sampled_from(BRANDS)) for style in styles}
    categories = {style: draw(st.sampled_from(["shirts", "coats"])) for style in styles}
    return shop(*products, markets=markets, brands=brands, categories=categories)
