"""What a manifest counts, so that a publisher sees a truncated feed without reading a part."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from origin.building.derivation import bounded
from origin.building.evidence import DATED, held_at
from origin.building.fields import FACETS
from selvedge.catalogue.filter import size_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from selvedge.catalogue.model import Catalogue, Product


def count(catalogue: Catalogue, products: Sequence[Product]) -> dict[str, int]:
    """Return the counts over `products`, those of `catalogue` that a release shows, at its feed's time."""
    counts = Counter({"products": len(products), "groups": len({product.group for product in products})})
    counts.update(f"facet/{name}" for name in _facets(catalogue, products))
    for market in catalogue.markets:
        available = in_stock = 0
        for product in products:
            sizes = [
                size_value(offer)
                for offer in product.offers
                if offer.market == market.code and offer.stock > 0
            ]
            available += bool(sizes)
            in_stock += len(sizes)
            counts.update(f"facet/size/{market.code}/{size}" for size in set(sizes))
        counts |= Counter({f"available/{market.code}": available, f"inStock/{market.code}": in_stock})
    return dict(counts)


def _facets(catalogue: Catalogue, products: Iterable[Product]) -> Iterable[str]:
    groups = {group.id: group for group in catalogue.groups}
    taken = int(catalogue.taken.timestamp())
    for product in products:
        for rule in FACETS:
            for value in rule.values(product, groups[product.group]):
                yield f"{rule.name}/{value}"
        evidence = bounded(product)
        for name in DATED:
            for value in held_at(evidence, name, taken):
                yield f"{name}/{value}"
