"""What is certified of a lining is said of the lining, wherever anything is said."""

from __future__ import annotations

import msgspec
import pytest

from origin.evidence.report import make_report
from selvedge.catalogue.model import Component, Evidence, FibreShare, Product
from tests.stage import Stage
from tests.truth import ids
from tests.wardrobe import TAKEN, certificate, garment, shell, shop

P = "/v1/nl/en/products"
LINED = (shell(linen=100), Component("lining", (FibreShare("cotton", 100),)))
OF_LINING = certificate("GOTS_ORGANIC", component="lining")
OF_PLANT = certificate("SA8000", "facility", component="lining")


def lined(product_id: str = "a", *evidence: Evidence) -> Product:
    return garment(product_id, components=LINED, evidence=evidence or (OF_LINING, OF_PLANT))


@pytest.mark.parametrize(
    "asked", ["certification=GOTS_ORGANIC", "organicContent=at_least_5", "facilityCertification=SA8000"]
)
def test_it_satisfies_no_filter_and_what_is_asked_for_is_unknown(asked: str) -> None:
    stage = Stage(
        shop(lined(), garment("b", evidence=(certificate("GOTS_ORGANIC"), certificate("SA8000", "facility"))))
    )
    assert ids(stage.get(f"{P}?{asked}").json) == ["b"]
    field = asked.partition("=")[0]
    assert ids(stage.get(f"{P}?{field}=unknown").json) == ["a"]


def test_no_facet_counts_it() -> None:
    answer = Stage(shop(lined())).get(f"{P}?facets=certification,facilityCertification,organicContent").json
    counts = {one["field"]: [(v["value"], v["count"]) for v in one["values"]] for one in answer["facets"]}
    assert set(map(str, counts.values())) == {"[('unknown', 1)]"}


@pytest.mark.parametrize("query", ["", "?certification=unknown", "?certification=GOTS_ORGANIC,unknown"])
def test_no_list_shows_it_and_the_product_page_says_of_what_it_is(query: str) -> None:
    stage = Stage(shop(lined(), garment("b", evidence=(certificate("GOTS_ORGANIC"),))))
    item = next(one for one in stage.get(f"{P}{query}").json["items"] if one["id"] == "a")
    assert not {"hasCertification", "relatedCertification"} & set(item)
    page = stage.get(f"{P}/a").json
    proofs = [*page["hasCertification"], *page["relatedCertification"]]
    assert [(one["scheme"], one["component"]) for one in proofs] == [
        ("GOTS_ORGANIC", "lining"),
        ("SA8000", "lining"),
    ]
    assert not any(one["name"] == "organicContent" for one in page["derived"])


def test_where_another_certificate_matched_the_one_of_the_lining_stays_out_of_the_list() -> None:
    stage = Stage(shop(lined("a", OF_LINING, certificate("BLUESIGN"))))
    (item,) = stage.get(f"{P}?certification=BLUESIGN").json["items"]
    assert [one["scheme"] for one in item["hasCertification"]] == ["BLUESIGN"]


def test_its_product_is_not_said_to_have_it_in_terms_of_schema_org() -> None:
    node = Stage(shop(lined("a", OF_LINING, certificate("BLUESIGN")))).get(f"{P}/a/jsonld").json
    assert [one["identifier"] for one in node["hasCertification"]] == ["BLUESIGN"]
    assert len(node["gs1:certification"]) == 1


def test_it_is_no_reason_to_offer_a_garment_instead_of_another() -> None:
    plain = garment("plain", components=LINED)
    stage = Stage(shop(plain, lined("a"), lined("b", certificate("GOTS_ORGANIC"), OF_LINING), names=NAMES))
    items = stage.get(f"{P}/plain/alternatives").json["items"]
    assert [one["id"] for one in items] == ["b"]
    assert items[0]["because"]["text"].count("GOTS") == 1


NAMES = dict.fromkeys(("style-plain", "style-a", "style-b"), "Linen shirt")


def test_the_evidence_report_counts_it_for_its_component() -> None:
    report = make_report(shop(lined()), TAKEN, 90)
    known = {one.fact: one.known for one in report.coverage}
    assert (known["certification"], known["facilityCertification"], known["organicContent"]) == (0, 0, 0)
    assert [one.about for one in report.certificates] == ["product (lining)", "facility (lining)"]
    assert sum(one.products for one in report.endings) == 0


@pytest.mark.parametrize(
    ("components", "whole"), [((shell(cotton=100),), True), (LINED, False), ((), False), ((LINED[1],), False)]
)
def test_what_is_of_the_only_component_is_of_the_whole(
    components: tuple[Component, ...], *, whole: bool
) -> None:
    of_shell = certificate("GOTS_ORGANIC", component="shell")
    product = msgspec.structs.replace(garment("a", evidence=(of_shell,)), components=components)
    stage = Stage(shop(product))
    assert ids(stage.get(f"{P}?certification=GOTS_ORGANIC,unknown").json) == ["a"]
    assert stage.get(f"{P}?certification=unknown").json["numberOfItems"] == (0 if whole else 1)
    assert stage.get(f"{P}/a").json["hasCertification"][0].get("component") == (None if whole else "shell")
