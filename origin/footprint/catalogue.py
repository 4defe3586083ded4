"""From a catalogue to estimates, and from them to what the base order takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from origin.footprint.estimate import Estimates, Estimator
from origin.footprint.garment import garments
from origin.footprint.published import read_published
from origin.footprint.tables import tabulate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from origin.footprint.seller import Seller
    from selvedge.catalogue.model import Catalogue

    Progress = Callable[[int], None]


def open_estimator(folder: Path, seller: Seller) -> Estimator:
    """Make an estimator from the method's files in `folder`. Raises MethodDataUnusable."""
    return Estimator(tabulate(read_published(folder)), seller)


def estimate_catalogue(
    catalogue: Catalogue, estimator: Estimator, progress: Progress = lambda _done: None
) -> Estimates:
    """Estimate every product, in the catalogue's order."""
    return estimator.estimate(list(garments(catalogue)), progress)


def standings(
    catalogue: Catalogue, estimator: Estimator, progress: Progress = lambda _done: None
) -> dict[str, float]:
    """Return 0-1 by product id, higher for a lower cautious footprint within its category.

    0 for what the method does not cover: nothing is gained where nothing is known. This is for the order
    alone and must not be shown (docs/footprint.md).
    """
    found = estimate_catalogue(catalogue, estimator, progress).standing()
    return {product.id: float(one) for product, one in zip(catalogue.products, found, strict=True)}
