"""The shop that the behaviour cases speak of: the demo's, and five styles made by hand.

Nothing here depends on today's date: evidence is open, or ended in 2020, or ends in 2100.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from origin.building import BuiltSnapshot, build
from origin.demo.catalogue import DEMO_TAKEN, generate
from selvedge.catalogue.model import (
    Catalogue,
    Component,
    Evidence,
    FibreShare,
    Level,
    Offer,
    Product,
    ProductGroup,
)

if TYPE_CHECKING:
    from origin.building.build import Labels

BRAND = "Hand Made"
NEW = DEMO_TAKEN - timedelta(days=1)


def _evidence(scheme: str, level: Level, start: int = 2020, end: int | None = None) -> Evidence:
    return Evidence(
        id=f"{scheme}:{level}:{end}",
        scheme=scheme,
        level=level,
        issuer="Control Body",
        valid_from=datetime(start, 1, 1, tzinfo=UTC),
        valid_to=None if end is None else datetime(end, 1, 1, tzinfo=UTC),
    )


def _product(
    product_id: str, color: str, *evidence: Evidence, offers: tuple[Offer, ...], **fibres: float
) -> Product:
    parts = (Component("shell", tuple(FibreShare(name, share) for name, share in fibres.items())),)
    return Product(
        id=product_id,
        group=product_id.rpartition("-")[0],
        color=color,
        color_name=color.title(),
        link=f"/products/{product_id}",
        published=NEW,
        components=parts if fibres else (),
        evidence=evidence,
        offers=offers,
    )


def _sizes(price: int, *sizes: str, market: str = "nl", stock: int = 5) -> tuple[Offer, ...]:
    return tuple(Offer(market, size, price, stock) for size in sizes)


REDUCED = Offer("nl", "M", 6000, 2, regular_price=8000, lowest_price_30_days=6500)
PRODUCTS = (
    _product("H-LINEN-1", "green", _evidence("GOTS", "product"), offers=_sizes(4900, "S", "M"), linen=100),
    _product(
        "H-LINEN-2",
        "blue",
        _evidence("GOTS", "product", end=2100),
        offers=_sizes(4500, "L"),
        linen=95,
        elastane=5,
    ),
    _product("H-WOOL-1", "black", _evidence("BCORP", "brand"), offers=(REDUCED,), wool=55, cotton=45),
    _product(
        "H-HIDE-1", "brown", _evidence("GOTS", "product", end=2021), offers=_sizes(19900, "M"), leather=100
    ),
    _product("H-BARE-1", "white", _evidence("GOTS", "facility"), offers=_sizes(2900, "M")),
    _product(
        "H-SOLD-1", "red", offers=(*_sizes(3900, "M", stock=0), *_sizes(39900, "M", market="se")), cotton=100
    ),
)
WITHDRAWN = _product("H-GONE-1", "grey", offers=_sizes(1900, "M"), cotton=100)


def catalogue() -> Catalogue:
    """The shop as it is now."""
    demo = generate(200)
    styles = dict.fromkeys(product.group for product in (*PRODUCTS, WITHDRAWN))
    names = {style: style for style in styles} | {"H-SOLD": "H-LINEN, plain"}
    groups = tuple(
        ProductGroup(style, {"en": f"The {name}", "nl": f"De {name}"}, BRAND, "shirts")
        for style, name in names.items()
    )
    return msgspec.structs.replace(demo, groups=(*demo.groups, *groups), products=(*demo.products, *PRODUCTS))


def snapshot(shop: str, labels: Labels | None = None) -> BuiltSnapshot:
    """The version to publish: it follows one that had `WITHDRAWN`."""
    now = catalogue()
    before = msgspec.structs.replace(now, products=(*now.products, WITHDRAWN))
    return build(now, shop=shop, labels=labels, previous=build(before, shop=shop, labels=labels))
