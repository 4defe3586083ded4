"""The arrangement of a version: base scores, the base order, and each product's stable ordinal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.model import Product
from selvedge.errors import SelvedgeError
from selvedge.snapshot.index import id_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from selvedge.catalogue.model import Catalogue


class CollidingIds(SelvedgeError):
    """Two product ids have the same 64-bit hash."""


HALF_LIFE_DAYS = 120
FRESHNESS, AVAILABILITY, DOCUMENTATION = 128, 83, 44
"""What each term adds to the base score at most; together they fill its 8 bits."""

MOST = FRESHNESS + AVAILABILITY + DOCUMENTATION

FOOTPRINT = 30
"""What a standing (0-1, see origin/footprint) adds at most; the other terms then share the rest of 255."""


class Arrangement(msgspec.Struct, frozen=True):
    """`products` and `scores` are in rank order; `ordinals` is by the hash of every id ever known."""

    products: tuple[Product, ...]
    scores: tuple[int, ...]
    ordinals: Mapping[int, int]

    def ordinal_by_rank(self) -> list[int]:
        """The ordinal of the product at each rank."""
        return [self.ordinals[id_hash(product.id)] for product in self.products]


def arrange(
    catalogue: Catalogue,
    known: Mapping[int, int] | None = None,
    standings: Mapping[str, float] | None = None,
) -> Arrangement:
    """Order the catalogue by base score, then newest, then id; new ids get the next free ordinals.

    `standings` is 0-1 by product id; without it, as by default, footprints have no part in the order.
    """
    scored = [
        (base_score(product, catalogue.taken, _standing(product, standings)), product)
        for product in catalogue.products
    ]
    scored.sort(key=lambda pair: (-pair[0], -pair[1].published.timestamp(), pair[1].id))
    return Arrangement(
        tuple(product for _, product in scored),
        tuple(score for score, _ in scored),
        assign_ordinals((product.id for product in catalogue.products), known or {}),
    )


def assign_ordinals(ids: Iterable[str], known: Mapping[int, int]) -> dict[int, int]:
    """Return `known` (id hash to ordinal) extended by the new `ids`, numbered in the order of their names.

    Raises `CollidingIds` where two of `ids` have the same hash.
    """
    by_hash: dict[int, str] = {}
    for one in ids:
        if by_hash.setdefault(id_hash(one), one) != one:
            raise CollidingIds(f"{one!r} and {by_hash[id_hash(one)]!r} have the same hash; rename one")
    new = sorted((one, hashed) for hashed, one in by_hash.items() if hashed not in known)
    first = max(known.values(), default=-1) + 1
    return {**known, **{hashed: first + at for at, (_, hashed) in enumerate(new)}}


def _standing(product: Product, standings: Mapping[str, float] | None) -> float | None:
    return None if standings is None else standings.get(product.id, 0.0)


def base_score(product: Product, taken: datetime, standing: float | None = None) -> int:
    """Return 0-255: how new, how available and how well documented a product is, for nobody in particular.

    Where there is a standing (0-1), it has its part too.
    """
    age = max(0.0, (taken - product.published).total_seconds() / 86_400)
    in_stock = sum(offer.stock > 0 for offer in product.offers)
    available = in_stock / len(product.offers) if product.offers else 0.0
    score = (
        FRESHNESS * HALF_LIFE_DAYS / (HALF_LIFE_DAYS + age)
        + AVAILABILITY * available
        + DOCUMENTATION * _documentation(product)
    )
    if standing is None:
        return round(score)
    return round(score * (MOST - FOOTPRINT) / MOST + FOOTPRINT * standing)


def _documentation(product: Product) -> float:
    """Return 0-1: the share of what a shopper may ask about that the shop has an answer to.

    Evidence is no part of it: it ends, and the order stays while a version is served.
    """
    fibres = [fibre for part in product.components for fibre in part.fibres]
    answers: Sequence[bool] = (
        bool(fibres),
        bool(fibres) and all(fibre.known and fibre.percentage is not None for fibre in fibres),
        product.country_of_origin is not None,
        product.image is not None,
    )
    return sum(answers) / len(answers)
