"""Evidence begins and ends by the clock of the request, also in what caches keep."""

from __future__ import annotations

import re

import msgspec
import pytest

from origin.building import build
from origin.footprint.catalogue import footprints
from origin.footprint.estimate import Estimator
from tests.origin.footprint.conftest import NAME, find_data, load_tables
from tests.stage import SHOP, Stage
from tests.truth import ids
from tests.wardrobe import DAY, NOW, certificate, garment, shell, shop

P = "/v1/nl/en/products"
TARGETS = (
    P,
    f"{P}?certification=GOTS_ORGANIC",
    f"{P}?organicContent=at_least_95",
    f"{P}?certification.not=GOTS_ORGANIC",
    f"{P}?facets=certification,organicContent",
    f"{P}/a",
    f"{P}/a/jsonld",
    f"{P}/b/similar",
    "/v1/nl/en/fragments/alternatives?item=b",
)


def stage() -> Stage:
    """A shop with a certificate that ends a day after the feed was taken and one that begins then."""
    return Stage(
        shop(
            garment("a", evidence=(certificate("GOTS_ORGANIC", end=1),)),
            garment("b", evidence=(certificate("GOTS_ORGANIC", start=1),)),
        )
    )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("before", [1, 7, 90, 4000])
def test_no_lifetime_outlives_a_date_of_evidence(target: str, before: int) -> None:
    shown = stage()
    shown.clock.time = NOW + DAY - before
    answer = shown.get(target)
    assert answer.status == 200
    ages = [int(seconds) for seconds in re.findall(r"=(\d+)", answer.headers["cache-control"])]
    assert sum(ages) < before


@pytest.mark.parametrize("target", [one for one in TARGETS if "fragments" not in one])
def test_what_was_cached_before_is_not_confirmed_after(target: str) -> None:
    shown = stage()
    shown.clock.time = NOW + DAY - 1
    before = shown.get(target)
    tag = {"if-none-match": before.headers["etag"]}
    assert shown.get(target, tag).status == 304
    shown.clock.time = NOW + DAY
    after = shown.get(target, tag)
    assert after.status == 200
    assert after.headers["etag"] != before.headers["etag"]


def test_a_claim_of_one_second_counts_for_that_second() -> None:
    second = 1 / DAY
    shown = Stage(shop(garment("a", evidence=(certificate("GOTS_ORGANIC", start=1, end=1 + second),))))
    for moment, found in ((-1, 0), (0, 1), (0.9, 1), (1, 0)):
        shown.clock.time = NOW + DAY + moment
        assert shown.get(f"{P}?certification=GOTS_ORGANIC").json["numberOfItems"] == found
        assert ("hasCertification" in shown.get(f"{P}/a").json) == bool(found)
        assert shown.get(f"{P}?certification=unknown").json["numberOfItems"] == 1 - found


def test_what_one_query_matched_is_not_told_to_another() -> None:
    shown = Stage(
        shop(garment("a", evidence=(certificate("GOTS_ORGANIC", end=9), certificate("SA8000", "facility"))))
    )
    asked: tuple[tuple[str, list[str]], ...] = (
        ("", []),
        ("?organicContent=at_least_70", ["GOTS_ORGANIC"]),
        ("?facilityCertification=SA8000", ["SA8000"]),
        ("?certification.all=GOTS_ORGANIC&facilityCertification=SA8000", ["GOTS_ORGANIC", "SA8000"]),
        ("", []),
    )
    for query, matched in asked:
        (item,) = shown.get(f"{P}{query}").json["items"]
        proofs = [*item["hasCertification"], *item["relatedCertification"]]
        assert [one["scheme"] for one in proofs if one.get("matched")] == matched
        assert len(proofs) == 2


def tees(*, certified: bool) -> Stage:
    """Two T-shirts in a version with footprints; the certificate of one ends a day later."""
    gots = msgspec.structs.replace(certificate("GOTS_ORGANIC", end=1), share=100.0)
    styles = {"style-b": "t_shirts", "style-c": "t_shirts"}
    made = shop(
        garment("b", components=(shell(cotton=100),)),
        garment("c", components=(shell(cotton=100),), evidence=(gots,) if certified else ()),
        categories=styles,
        names=dict.fromkeys(styles, "Plain shirt"),
    )
    stage = Stage()
    known = footprints(made, Estimator(load_tables(find_data() / NAME)))
    stage.publish(build(made, shop=SHOP, footprints=known))
    return stage


def test_a_certificate_that_ends_has_raised_its_product_in_no_order() -> None:
    plain, certified = tees(certified=False), tees(certified=True)
    for moment in (NOW, NOW + DAY):
        certified.clock.time = plain.clock.time = moment
        assert ids(certified.get(P).json) == ids(plain.get(P).json) == ["b", "c"]


def test_what_stood_in_for_another_by_a_certificate_does_not_by_the_footprint_that_it_gave() -> None:
    stage = tees(certified=True)
    target = f"{P}/b/alternatives"
    assert ids(stage.get(target).json) == ["c"]
    stage.clock.time = NOW + DAY
    assert ids(stage.get(target).json) == []
