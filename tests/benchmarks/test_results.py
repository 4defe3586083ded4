from __future__ import annotations

import pytest

from benchmarks.results import FOOTPRINTS, Figure, Results, ShopResults, Timing, by_name

PLAIN = Timing("filtered list", 1.0, 2.0, 1.5, None, 2.0, 1.6)
PROVEN = Timing("filtered list with evidence", 1.1, 2.0, 1.6, None, 2.4, 1.9)
RATIO = "filtered list with evidence / filtered list"


def results(*timings: Timing, footprints: tuple[Figure, ...] = ()) -> Results:
    return Results("a machine", 1, (ShopResults("10000", 10_000, 500, timings, ()),), footprints)


def test_a_filter_on_evidence_is_compared_with_a_plain_one() -> None:
    found = by_name(results(PLAIN, PROVEN))
    assert found[RATIO, "10000"] == pytest.approx(1.1)
    assert found[f"{RATIO}, CPU", "10000"] == pytest.approx(1.2)


def test_a_shop_without_evidence_has_no_such_figure() -> None:
    assert (RATIO, "10000") not in by_name(results(PLAIN))


def test_footprints_are_found_by_what_they_are_computed_from() -> None:
    found = by_name(results(PLAIN, footprints=(Figure("JSON rows", 20_001.0, "a second"),)))
    assert found[FOOTPRINTS, "JSON rows"] == 20_001.0
