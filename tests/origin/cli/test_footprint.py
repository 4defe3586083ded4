from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from origin.cli.commands import jobs
from origin.cli.exits import Exit
from origin.importing.archive import save_catalogue
from tests.origin.cli.conftest import CATALOGUE

if TYPE_CHECKING:
    from click.testing import Result

QUERY = {
    "mass": 0.17,
    "product": "tshirt",
    "materials": [{"id": "ei-coton", "share": 1}],
    "countryFabric": "FR",
    "countryDyeing": "FR",
    "countryMaking": "FR",
}


@pytest.fixture
def published() -> str:
    beside = Path(__file__).parents[3].parent / "shared" / "data"
    folder = Path(os.environ.get("SELVEDGE_DATA", beside)) / "ecobalyse-textile-2025-02"
    if not folder.is_dir():
        pytest.skip("the method's published files are absent: set SELVEDGE_DATA to their folder")
    return str(folder)


def run(*arguments: str, given: object = None) -> Result:
    return CliRunner().invoke(jobs, ["footprint", *arguments], input=json.dumps(given))


def test_a_query_is_computed_and_several_at_once(published: str) -> None:
    one = json.loads(run("query", "--json", "--data", published, given=QUERY).stdout)
    # the first of the method's published cases
    assert one["ecs"] == pytest.approx(1286.16, rel=1e-5)
    assert one["pef"] == pytest.approx(734.536, rel=1e-5)
    assert one["ecs_per_100g"] == pytest.approx(one["ecs"] / 1.7)
    assert json.loads(run("query", "--json", "--data", published, given=[QUERY, QUERY]).stdout) == [one, one]
    assert "1286.16" in run("query", "--data", published, given=QUERY).stdout


def test_a_bad_field_is_named_with_what_is_allowed(published: str) -> None:
    result = run("query", "--json", "--data", published, given={**QUERY, "product": "hat"})
    assert result.exit_code == Exit.USAGE
    error = json.loads(result.stdout)
    assert error["error"] == "bad-query"
    assert error["detail"].startswith("product: 'hat' is unknown; allowed: calecon")


def test_without_the_methods_files_the_setting_is_named() -> None:
    result = run("query", given=QUERY)
    assert result.exit_code == Exit.USAGE
    assert "SELVEDGE_FOOTPRINT_DATA" in result.stderr


def test_a_catalogue_is_summed_up_or_listed(published: str, tmp_path: Path) -> None:
    path = tmp_path / "catalogue.selvedge"
    save_catalogue(CATALOGUE, path)
    summary = json.loads(run("catalogue", str(path), "--json", "--data", published).stdout)
    assert summary["method"].startswith("ecobalyse-textile-2025-02-19")
    assert sum(row["products"] for row in summary["rows"]) == len(CATALOGUE.products)
    rows = json.loads(run("catalogue", str(path), "--products", "--json", "--data", published).stdout)["rows"]
    assert [row["id"] for row in rows] == [product.id for product in CATALOGUE.products]
    assert all(row["low"] <= row["expected"] <= row["high"] for row in rows if row["low"] is not None)
