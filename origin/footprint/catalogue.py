"""From a catalogue to estimates, and from them to what the base order takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from origin.footprint.comparison import Comparison, compare
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


class Footprints(msgspec.Struct, frozen=True):
    """What footprints say about a catalogue's products, for the order and for alternatives alone.

    `standings` are 0-1 by product id, higher for a lower cautious footprint within its category; 0 for what
    the method does not cover: nothing is gained where nothing is known. `comparison` is in the catalogue's
    order.
    Neither must be shown (docs/footprint.md).
    """

    standings: dict[str, float]
    comparison: Comparison


def footprints(
    catalogue: Catalogue, estimator: Estimator, progress: Progress = lambda _done: None
) -> Footprints:
    """Estimate and compare a catalogue's products; those that are known alike are computed once."""
    found = list(garments(catalogue))
    numbers = {one: at for at, one in enumerate(dict.fromkeys(found))}
    of_each = np.array([numbers[one] for one in found], np.intp)
    standing = estimator.estimate(list(numbers), progress).standing()[of_each]
    by_id = {product.id: float(one) for product, one in zip(catalogue.products, standing, strict=True)}
    return Footprints(by_id, compare(list(numbers), estimator).of(of_each))
