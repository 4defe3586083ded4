"""Estimates over the real data sets, and what stands in for what by them; read in place, or skipped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import origin.importing
from origin.building.alternatives import alternative_rows
from origin.building.arrangement import arrange
from origin.footprint.catalogue import estimate_catalogue, footprints
from origin.footprint.estimate import Estimator
from origin.importing import load_shop, read_csv

if TYPE_CHECKING:
    from origin.footprint.tables import Tables
    from selvedge.catalogue.model import Catalogue

HOME = Path(origin.importing.__file__).parent
SETS = {
    "hm": ("hm-nl-women-materials-2023", "HM_products.csv", "hm-nl"),
    "zara": ("zara-es-certifications-2024", "clean_merge_df.csv", "zara-es"),
}


@cache
def load(data: Path, name: str) -> Catalogue:
    folder, file, shop = SETS[name]
    path = data / folder / file
    if not path.is_file():
        pytest.skip(f"{folder} is absent")
    mapping = HOME / "mappings" / f"{folder}.toml"
    return read_csv(path, mapping, load_shop(HOME / "shops" / f"{shop}.toml")).catalogue


@pytest.mark.parametrize(("name", "products"), [("hm", 7_904), ("zara", 1_285)])
def test_every_garment_gets_a_sensible_estimate(data: Path, tables: Tables, name: str, products: int) -> None:
    catalogue = load(data, name)
    found = estimate_catalogue(catalogue, Estimator(tables))
    garment = found.covered
    assert len(found.known) == products
    for column in (found.low, found.expected, found.high):
        assert np.isfinite(column[garment]).all()
    assert garment.mean() > 0.9  # shoes, bags and jewellery are not
    assert np.isnan(found.expected[~garment]).all()
    expected = found.expected[garment, 0]
    # The method's own examples lie between 320 and 10,400 points.
    assert expected.min() > 100
    assert expected.max() < 15_000
    assert (found.low[garment] <= found.expected[garment]).all()
    assert (found.expected[garment] <= found.high[garment]).all()
    assert np.median(found.high[garment, 0] / expected) < 3
    assert 0.2 < np.median(found.known) < 0.6


@pytest.mark.parametrize(("name", "least", "most"), [("hm", 0.15, 0.30), ("zara", 0.65, 0.85)])
def test_the_share_with_an_alternative_stays_within_its_band(
    data: Path, tables: Tables, name: str, least: float, most: float
) -> None:
    """Fewer would be a filter that has grown too strict; more, one that takes for better what is not."""
    catalogue = load(data, name)
    found = footprints(catalogue, Estimator(tables))
    rows = alternative_rows(catalogue, arrange(catalogue, None, found.standings), found.comparison)
    assert least < len(rows) / len(catalogue.products) < most  # 17.4 % and 72.9 % when this was written


def test_categories_come_in_the_order_of_what_they_take(data: Path, tables: Tables) -> None:
    catalogue = load(data, "hm")
    found = estimate_catalogue(catalogue, Estimator(tables))
    categories = {group.id: group.category for group in catalogue.groups}
    of_row = np.array([categories[product.group] for product in catalogue.products])
    medians = [
        np.median(found.expected[of_row == category, 0])
        for category in ("underwear", "t_shirts", "trousers", "coats")
    ]
    assert medians == sorted(medians)


@pytest.mark.parametrize("name", ["hm", "zara"])
def test_standings_tell_garments_of_a_category_apart(data: Path, tables: Tables, name: str) -> None:
    catalogue = load(data, name)
    found = footprints(catalogue, Estimator(tables)).standings
    assert found.keys() == {product.id for product in catalogue.products}
    assert all(0 <= one < 1 for one in found.values())
    categories = {group.id: group.category for group in catalogue.groups}
    tees = [found[one.id] for one in catalogue.products if categories[one.group] == "t_shirts"]
    assert max(tees) - min(tees) > 0.1
