from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from development import paths
from origin.evidence.plots import nice_ticks
from origin.evidence.report import LEFT_OUT, EvidenceReport, make_report
from origin.importing.report import Issue
from tests.wardrobe import TAKEN, catalogues, moment, shop

if TYPE_CHECKING:
    from selvedge.catalogue.model import Catalogue


@pytest.fixture
def report(catalogue: Catalogue) -> EvidenceReport:
    return make_report(catalogue, TAKEN, 90)


def known(report: EvidenceReport) -> dict[str, int]:
    return {one.fact: one.known for one in report.coverage}


def test_coverage_counts_what_is_known_and_takes_proof_by_the_clock(
    report: EvidenceReport, catalogue: Catalogue
) -> None:
    assert known(report)["countryOfOrigin"] == 9
    assert known(report)["certification"] == 5
    assert known(report)["facilityCertification"] == 1
    assert known(report)["organicContent"] == 2
    later = known(make_report(catalogue, moment(31), 90))
    assert later["certification"] == 5  # one has ended, one begun
    proven = {one.fact for one in report.coverage if one.proven}
    assert proven == {
        "certification",
        "facilityCertification",
        "brandCertification",
        "organicContent",
        "recycledContent",
    }


def test_values_are_named_the_most_frequent_first(report: EvidenceReport) -> None:
    (regions,) = [one for one in report.coverage if one.fact == "madeInRegion"]
    assert [(one.label, one.products) for one in regions.values] == [("European Union", 9), ("Europe", 9)]


def test_a_certificate_has_ended_ends_soon_or_counts(report: EvidenceReport) -> None:
    standing = {
        (one.scheme, one.valid_to): (one.standing, one.days, one.products, one.alone)
        for one in report.certificates
        if one.scheme == "OEKO_TEX_100"
    }
    assert standing == {
        ("OEKO_TEX_100", moment(-1)): ("ended", -1, 1, 1),
        ("OEKO_TEX_100", moment(30)): ("ends-soon", 30, 2, 1),
        ("OEKO_TEX_100", moment(400)): ("counts", 400, 1, 0),
        ("OEKO_TEX_100", None): ("not-begun", None, 1, 1),
    }
    assert report.certificates[0].standing == "ended"
    assert {one.what: one.known for one in report.described}["identification"] == 1


def test_endings_are_counted_by_month(report: EvidenceReport) -> None:
    found = {one.when: one.products for one in report.endings if one.products}
    assert found == {"ended": 1, "2026-12": 2, "2027-12": 1, "open": 4}
    assert len(report.endings) == 27


def test_certified_shares_spread_over_ten_classes(report: EvidenceReport) -> None:
    organic, recycled = report.shares
    assert organic.products == (0, 0, 0, 0, 0, 0, 1, 0, 0, 1)
    assert recycled.products == (0, 0, 0, 0, 0, 0, 0, 0, 1, 0)


def test_what_does_not_fit_together_is_found(report: EvidenceReport) -> None:
    assert {(one.reason, one.place, one.detail) for one in report.contradictions} == {
        ("organic-without-certificate", "said stated", "Organic Cotton"),
        ("recycled-without-certificate", "said", "40 %"),
        ("certificate-beyond-composition", "beyond", "GOTS_ORGANIC: 95 %, natural fibres 60 %"),
        ("recycled-below-certificate", "less", "stated 30 %, certified 80 %"),
        ("shares-above-100", "full", "shell: 120 %"),
    }


def test_texts_that_fail_the_lint_are_apart_from_those_that_want_a_look(report: EvidenceReport) -> None:
    assert [(one.place, one.finding.words) for one in report.lint] == [("said color", "Eco-friendly")]
    assert report.notes == {"organic-unproven": 1}


def test_every_reason_for_which_an_import_leaves_a_certificate_out_is_counted() -> None:
    lines = (paths.ROOT / "docs/importing.md").read_text(encoding="utf-8").splitlines()
    (repaired,) = (line for line in lines if line.startswith("| repaired"))
    reasons = set(re.findall(r"`([a-z0-9-]+)`", repaired))
    assert {one for one in reasons if "certificate" in one or one == "unknown-scheme"} == set(LEFT_OUT)


def test_certificates_that_an_import_left_out_are_counted_by_code(catalogue: Catalogue) -> None:
    one = Issue("f", 2, "certification", "MOON", "repaired", "unknown-scheme")
    other = Issue("f", 3, "size", "XXXL", "noted", "odd")
    (found,) = make_report(catalogue, TAKEN, 90, (one, one, other)).left_out or ()
    assert (found.reason, found.value, found.rows) == ("unknown-scheme", "MOON", 2)
    assert make_report(catalogue, TAKEN, 90).left_out is None


@given(catalogues(max_size=5))
@settings(max_examples=25)
def test_any_catalogue_adds_up(catalogue: Catalogue) -> None:
    report = make_report(catalogue, moment(2), 3)
    assert all(0 <= one.known <= one.products == len(catalogue.products) for one in report.coverage)
    assert all(0 <= one.alone <= one.products for one in report.certificates)
    standing = Counter(one.standing for one in report.certificates)
    assert standing.total() == len(report.certificates)


def test_an_empty_catalogue_has_a_report() -> None:
    report = make_report(shop(), TAKEN, 90)
    assert all(one.share == 0 for one in report.coverage)


@pytest.mark.parametrize(
    ("most", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (7, [0, 2, 4, 6, 8]),
        (119, [0, 50, 100, 150]),
        (7904, [0, 2000, 4000, 6000, 8000]),
    ],
)
def test_ticks_are_round_and_few(most: int, ticks: list[int]) -> None:
    assert nice_ticks(most) == ticks
