"""The report over the real data sets, which are read in place, or skipped."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from click.testing import CliRunner

from origin.cli.commands import jobs

if TYPE_CHECKING:
    from pathlib import Path

SETS = {
    "hm": ("hm-nl-women-materials-2023", "HM_products.csv", "hm-nl"),
    "zara": ("zara-es-certifications-2024", "clean_merge_df.csv", "zara-es"),
}


def report(data: Path, folder: Path, name: str) -> tuple[dict[str, Any], str]:
    """The report as JSON, and as a page."""
    data_set, table, shop = SETS[name]
    path = data / data_set / table
    if not path.is_file():
        pytest.skip(f"{data_set} is absent: set SELVEDGE_DATA to the folder that holds it")
    catalogue, rows, page = (str(folder / file) for file in ("catalogue.selvedge", "rows.json", "page.html"))
    imported = CliRunner().invoke(
        jobs,
        [
            "import",
            "csv",
            str(path),
            "--mapping",
            data_set,
            "--shop",
            shop,
            "-o",
            catalogue,
            "--report",
            rows,
        ],
    )
    assert imported.exit_code == 0
    result = CliRunner().invoke(
        jobs,
        [
            "evidence",
            "report",
            catalogue,
            "--import-report",
            rows,
            "--at",
            "2026-11-23",
            "--html",
            page,
            "--json",
        ],
    )
    assert result.exit_code == 0, result.output
    return msgspec.json.decode(result.stdout), (folder / "page.html").read_text(encoding="utf-8")


def test_hm_tells_its_fibres_and_proves_nothing(data: Path, tmp_path: Path) -> None:
    found, page = report(data, tmp_path, "hm")
    known = {one["fact"]: one["known"] for one in found["coverage"]}
    assert found["products"] == 7_904
    assert known["material"] > 7_800
    assert known["certification"] == known["countryOfOrigin"] == 0
    reasons = Counter(one["reason"] for one in found["contradictions"])
    assert reasons["organic-without-certificate"] > 50  # badges and titles
    assert found["lint"] == []
    assert "has no certificate" in page


def test_zara_has_organic_and_recycled_shares_without_numbers_or_dates(data: Path, tmp_path: Path) -> None:
    found, page = report(data, tmp_path, "zara")
    known = {one["fact"]: one["known"] for one in found["coverage"]}
    assert (found["products"], known["organicContent"], known["recycledContent"]) == (1_285, 361, 440)
    assert known["certification"] == 591
    assert {one["scheme"] for one in found["certificates"]} == {
        "ORGANIC_CONTENT_STANDARD_100",
        "ORGANIC_CONTENT_STANDARD_BLENDED",
        "RECYCLED_CLAIM_STANDARD_100",
        "RECYCLED_CLAIM_STANDARD_BLENDED",
    }
    assert all(one["known"] == 0 for one in found["described"])
    assert all(one["standing"] == "counts" for one in found["certificates"])
    assert Counter(one["reason"] for one in found["contradictions"]) == {"shares-above-100": 5}
    assert found["left_out"] == [{"reason": "certificate-contradicted", "value": "OCS", "rows": 98}]
    assert "certificate-contradicted" in page
    assert page.count("<svg") == 3
