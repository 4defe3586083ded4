from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from click.testing import CliRunner, Result

from origin.cli.commands import jobs
from origin.cli.exits import Exit
from origin.demo import generate
from origin.importing.archive import save_catalogue

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.selvedge"
    save_catalogue(generate(60, seed=3), path)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(jobs, ["evidence", "report", *map(str, arguments)])


def test_tables_tell_coverage_certificates_contradictions_and_the_lint(catalogue: Path) -> None:
    result = run(catalogue, "--at", "2026-11-23")
    assert result.exit_code == Exit.DONE
    for words in ("Coverage", "certificates:", "contradictions", "claims that may not be shown"):
        assert words in result.stdout


def test_json_is_the_whole_report(catalogue: Path) -> None:
    found = msgspec.json.decode(run(catalogue, "--at", "2026-11-23", "--within", 30, "--json").stdout)
    assert (found["products"], found["within_days"], found["at"]) == (60, 30, "2026-11-23T00:00:00Z")
    assert found["left_out"] is None
    assert found["certificates"]


def test_a_page_is_written_beside(catalogue: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run(catalogue, "--html", page).exit_code == Exit.DONE
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_what_is_no_import_report_is_named(catalogue: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("[]")
    result = run(catalogue, "--import-report", other)
    assert result.exit_code != Exit.DONE
    assert "other.json is no import report" in result.stderr
