from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from selvedge.catalogue.model import Component, Evidence, FibreShare, Product
from selvedge.web.money import plain_amount
from tests.stage import Stage
from tests.wardrobe import DAY, NOW, catalogues, certificate, garment, moment, offer, shell, shop

P = "/v1/nl/en/products"

TYPES: dict[str, frozenset[str]] = {
    "Product": frozenset(
        {
            *(
                "productID",
                "inProductGroupWithID",
                "name",
                "description",
                "brand",
                "color",
                "image",
                "url",
            ),
            *(
                "countryOfOrigin",
                "material",
                "hasCertification",
                "additionalProperty",
                "offers",
                "size",
            ),
        }
    ),
    "Certification": frozenset(
        {
            *(
                "name",
                "identifier",
                "certificationIdentification",
                "certificationStatus",
                "issuedBy",
                "about",
            ),
            *(
                "validFrom",
                "expires",
                "hasMeasurement",
            ),
        }
    ),
    "Brand": frozenset({"name"}),
    "Organization": frozenset({"name", "hasCertification"}),
    "Country": frozenset({"identifier"}),
    "Thing": frozenset({"name"}),
    "QuantitativeValue": frozenset({"value", "unitCode"}),
    "PropertyValue": frozenset({"propertyID", "value", "unitCode"}),
    "Offer": frozenset({"availability", "price", "priceCurrency", "gtin", "itemOffered"}),
    "gs1:TextileMaterialDetails": frozenset(),
    "gs1:CertificationDetails": frozenset(),
}
"""schema.org's properties by type, as https://schema.org/version/latest lists them: those that we may use."""

ENUMERATED = {"https://schema.org/" + name for name in ("CertificationActive", "InStock", "OutOfStock")}
ACTIVE = "gs1:CertificationStatus-ACTIVE"

GS1 = frozenset(
    {
        *(
            "gs1:textileMaterial",
            "gs1:textileMaterialDescription",
        ),
        *(
            "gs1:textileMaterialPercentage",
            "gs1:certification",
            "gs1:certificationStandard",
        ),
        *(
            "gs1:certificationAgency",
            "gs1:certificationIdentification",
            "gs1:certificationStatus",
            "gs1:certificationStartDate",
            "gs1:certificationEndDate",
            "gs1:certificationSubject",
            "gs1:dpp",
        ),
        *(
            "gs1:TextileMaterialDetails",
            "gs1:CertificationDetails",
        ),
    }
)


def linked(product: Product, *, now: int = NOW) -> dict[str, Any]:
    stage = Stage(shop(product))
    stage.clock.time = now
    answer = stage.get(f"{P}/{product.id}/jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    found: dict[str, Any] = json.loads(answer.body)
    return found


def check(node: Any) -> None:
    """Assert that every node has a type of ours, and only properties of its types."""
    if isinstance(node, list):
        for one in node:
            check(one)
    if not isinstance(node, dict) or "@value" in node:
        return
    if set(node) == {"@id"}:
        assert (
            re.match(r"_:certificate\d+$|_:product$|_:brand$|https?://|/", node["@id"])
            or node["@id"] == ACTIVE
        )
        assert not node["@id"].startswith("https://schema.org/") or node["@id"] in ENUMERATED
        return
    types = [node["@type"]] if isinstance(node["@type"], str) else node["@type"]
    known = frozenset().union(*(TYPES[one] for one in types))
    for name, value in node.items():
        if not name.startswith("@"):
            assert name in (GS1 if name.startswith("gs1:") else known), f"{types}: {name}"
            assert value not in (None, "", [])
            check(value)


FULL = garment(
    "a",
    components=(
        Component("shell", (FibreShare("cotton", 80.0), FibreShare("linen", 20.0))),
        Component("lining", (FibreShare("silk", 100),)),
    ),
    recycled_content_percentage=12.0,
    evidence=(
        Evidence("1", "GOTS_ORGANIC", "product", "CU 1", "Control Body", 97.0, moment(-9), moment(9)),
        Evidence("2", "GOOD_CASHMERE_STANDARD", "material"),
        Evidence("3", "SA8000", "facility"),
        Evidence("4", "B_CORPORATION", "brand"),
    ),
    offers=(offer(size="M", gtin="4006381333931"), offer(size="L", stock=0)),
    passport="https://id.example.org/01/04006381333931",
)


def test_a_product_is_told_in_terms_of_schema_org_and_gs1() -> None:
    node = linked(FULL)
    check({name: value for name, value in node.items() if name != "@context"})
    assert node["@context"] == {
        "@vocab": "https://schema.org/",
        "gs1": "https://ref.gs1.org/voc/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
    assert node["countryOfOrigin"] == {"@type": "Country", "identifier": "PT"}
    assert node["gs1:dpp"] == {"@id": "https://id.example.org/01/04006381333931"}
    assert [one["gs1:textileMaterialPercentage"] for one in node["gs1:textileMaterial"]] == [80, 20]
    assert len(node["material"]) == 2
    shares = {one["propertyID"]: one["value"] for one in node["additionalProperty"]}
    assert shares == {"naturalFibrePercentage": 100, "organicContent": 97, "recycledContentPercentage": 12}
    assert [(one["price"], one["availability"]["@id"][-10:]) for one in node["offers"]] == [
        ("25.00", "rg/InStock"),
        ("25.00", "OutOfStock"),
    ]


def test_a_products_answer_links_to_it() -> None:
    stage = Stage(shop(garment("a/b")))
    link = stage.get(f"{P}/a%2Fb").headers["link"]
    assert link == f'<{P}/a%2Fb/jsonld>; rel="alternate"; type="application/ld+json"'
    assert stage.get(link[1 : link.index(">")]).json["productID"] == "a/b"


def test_certificates_stand_with_what_they_speak_of() -> None:
    node = linked(FULL)
    own = {one["identifier"]: one for one in node["hasCertification"]}
    assert set(own) == {"GOTS_ORGANIC", "GOOD_CASHMERE_STANDARD"}
    assert own["GOOD_CASHMERE_STANDARD"]["about"]["name"] == "material"
    assert "about" not in own["GOTS_ORGANIC"]
    assert own["GOTS_ORGANIC"]["expires"] == moment(9).isoformat()
    assert own["GOTS_ORGANIC"]["hasMeasurement"]["value"] == 97
    days = [own["GOTS_ORGANIC"][f"gs1:certification{end}Date"]["@value"] for end in ("Start", "End")]
    assert days == ["2026-10-23", "2026-11-09"]  # the last day, as the end itself no longer counts
    assert own["GOTS_ORGANIC"]["gs1:certificationSubject"] == {"@id": node["@id"]}
    assert "gs1:certificationSubject" not in own["GOOD_CASHMERE_STANDARD"]
    assert [one["@id"] for one in node["gs1:certification"]] == [one["@id"] for one in own.values()]
    (of_brand,) = node["brand"]["hasCertification"]
    assert of_brand["identifier"] == "B_CORPORATION"
    assert of_brand["gs1:certificationSubject"] == {"@id": node["brand"]["@id"]}
    assert of_brand["@id"] not in {one["@id"] for one in own.values()}
    assert "SA8000" not in json.dumps(node)


def test_a_certificate_that_has_lapsed_is_in_no_term() -> None:
    product = garment("a", evidence=(certificate("GOTS_ORGANIC", end=1),))
    assert "hasCertification" in linked(product, now=NOW + DAY - 1)
    lapsed = linked(product, now=NOW + DAY)
    assert not {"hasCertification", "gs1:certification"} & set(lapsed)
    assert "organicContent" not in json.dumps(lapsed)


def test_no_cache_keeps_it_longer_than_its_evidence() -> None:
    stage = Stage(shop(garment("a", evidence=(certificate(end=1),))))
    stage.clock.time = NOW + DAY - 7
    cached = stage.get(f"{P}/a/jsonld").headers["cache-control"]
    ages = [int(seconds) for seconds in re.findall(r"=(\d+)", cached)]
    assert 0 < sum(ages) <= 7
    page, tagged = stage.get(f"{P}/a").headers["etag"], stage.get(f"{P}/a/jsonld").headers["etag"]
    assert page != tagged
    assert stage.get(f"{P}/a/jsonld", {"if-none-match": tagged}).status == 304


def test_no_text_ends_the_script_element_it_is_put_into() -> None:
    product = garment("a", color_name="</script><script>alert(1)//")
    body = Stage(shop(product)).get(f"{P}/a/jsonld").body
    assert b"<" not in body
    assert json.loads(body)["color"] == product.color_name


def test_a_path_that_is_written_otherwise_is_redirected_to_json_ld() -> None:
    answer = Stage(shop(garment("a"))).get("/v1/nl/en/products/%61/jsonld")
    assert (answer.status, answer.headers["location"]) == (308, f"{P}/a/jsonld")


def test_what_is_not_there_is_a_problem() -> None:
    stage = Stage(shop(garment("a")))
    assert stage.get(f"{P}/b/jsonld").status == 404
    assert stage.get(f"{P}/a/jsonld?x=1").status == 400


@given(catalogues(max_size=4))
@settings(max_examples=25)
def test_whatever_is_unknown_of_a_product_its_terms_are_sound(catalogue: Any) -> None:
    stage = Stage(catalogue)
    for product in catalogue.products:
        answer = stage.get(f"{P}/{product.id}/jsonld")
        if answer.status == 200:
            check({name: value for name, value in json.loads(answer.body).items() if name != "@context"})


@pytest.mark.parametrize(
    ("minor", "currency", "text"), [(2599, "EUR", "25.99"), (5, "EUR", "0.05"), (300, "JPY", "300")]
)
def test_an_amount_is_written_as_data(minor: int, currency: str, text: str) -> None:
    assert plain_amount(minor, currency) == text


def test_every_gs1_term_is_in_the_gs1_web_vocabulary() -> None:
    beside = Path(__file__).parents[2].parent / "shared" / "data"
    file = Path(os.environ.get("SELVEDGE_DATA", beside)) / "gs1-webvoc-1.16" / "gs1Voc.ttl"
    if not file.is_file():
        pytest.skip("real data are absent: set SELVEDGE_DATA to their folder")
    defined = set(re.findall(r"^(gs1:[\w-]+)\s*$", file.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert defined >= GS1 | {ACTIVE}


def test_a_passport_is_on_the_page_as_well() -> None:
    page = Stage(shop(FULL)).get(f"{P}/a").json
    assert page["digitalProductPassport"] == FULL.passport
    bare = msgspec.structs.replace(FULL, passport=None, components=(shell(linen=100),))
    assert "digitalProductPassport" not in Stage(shop(bare)).get(f"{P}/a").json
