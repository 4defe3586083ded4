from __future__ import annotations

import pytest

from origin.building import build_delta
from origin.building.derivation import NATURAL, content, derived, fibre_mix, natural_share, regions
from origin.building.derivation import _regions_of as regions_of
from origin.building.labels import VocabularyLabels
from origin.importing.schemes import registry
from origin.importing.vocabulary import LOCALES, vocabulary
from selvedge.catalogue.derivation import BANDS, Input
from selvedge.catalogue.model import Component, Evidence, FibreShare, Product
from tests.stage import Stage
from tests.wardrobe import DAY, NOW, certificate, garment, shell, shop

P = "/v1/nl/en/products"


def certified(scheme: str, share: float | None = None, level: str = "product", **shares: float) -> Product:
    evidence = Evidence(f"{scheme}:1", scheme, level, share=share)  # type: ignore[arg-type]
    return garment(components=(shell(**shares),), evidence=(evidence,))


def reached(product: Product) -> tuple[str, ...]:
    found = content(product.evidence[0], product)
    return found.values if found else ()


@pytest.mark.parametrize(
    ("scheme", "share", "values"),
    [
        ("GOTS_ORGANIC", None, ("at_least_5", "at_least_70", "at_least_95")),
        ("GOTS_MADE_WITH_ORGANIC_MATERIALS", None, ("at_least_5", "at_least_70")),
        ("GOTS_MADE_WITH_ORGANIC_MATERIALS", 94.9, ("at_least_5", "at_least_70")),
        ("ORGANIC_CONTENT_STANDARD_BLENDED", None, ("at_least_5",)),
        ("ORGANIC_CONTENT_STANDARD_BLENDED", 70, ("at_least_5", "at_least_70")),
        ("GLOBAL_RECYCLED_STANDARD", None, ("at_least_5", "at_least_20", "at_least_50")),
        ("RECYCLED_CLAIM_STANDARD_BLENDED", 19.9, ("at_least_5",)),
        ("OEKO_TEX_100", 100, ()),
        ("RESPONSIBLE_WOOL_STANDARD", 100, ()),
    ],
)
def test_a_certificate_carries_the_share_it_states_or_the_least_of_its_grade(
    scheme: str, share: float | None, values: tuple[str, ...]
) -> None:
    assert reached(certified(scheme, share, cotton=100)) == values


@pytest.mark.parametrize("level", ["material", "facility", "brand"])
def test_only_a_certificate_of_the_product_itself_says_how_much_of_it(level: str) -> None:
    assert reached(certified("GOTS_ORGANIC", level=level, cotton=100)) == ()


def test_no_more_is_organic_than_grows() -> None:
    product = certified("GOTS_ORGANIC", cotton=80, polyester=20)
    assert reached(product) == ("at_least_5", "at_least_70")
    fact = next(one for one in derived(product) if one.name == "organicContent")
    assert (fact.value, fact.rule) == (80, "composition-bounds-certificate")
    assert Input("naturalFibrePercentage", 80) in fact.inputs


def test_a_composition_that_is_not_told_bounds_nothing() -> None:
    assert "at_least_95" in reached(certified("GOTS_ORGANIC", cotton=80))
    two = garment(
        components=(shell(polyester=100), Component("lining", (FibreShare("cotton", 100),))),
        evidence=(Evidence("x", "GOTS_ORGANIC", "product"),),
    )
    assert "at_least_95" in reached(two)


@pytest.mark.parametrize(
    ("parts", "mix"),
    [
        ((shell(wool=100),), "single_fibre"),
        ((shell(wool=100), Component("lining", (FibreShare("wool", 100),))), "single_fibre"),
        ((shell(wool=100), Component("lining", (FibreShare("silk", 100),))), "several_fibres"),
        ((shell(wool=60, silk=40),), "several_fibres"),
        ((shell(wool=60),), "unknown"),
        ((shell(wool=100), Component("lining", ())), "unknown"),
        ((shell(textile=100),), "unknown"),
        ((shell(other_fibres=100),), "unknown"),
        ((), "unknown"),
    ],
)
def test_one_fibre_throughout_is_known_only_where_nothing_is_open(
    parts: tuple[Component, ...], mix: str
) -> None:
    assert fibre_mix(garment(components=parts)) == mix


def test_the_natural_share_is_of_a_main_component_that_adds_up() -> None:
    assert natural_share(garment(components=(shell(cotton=60, viscose=40),))) == 60
    assert natural_share(garment(components=(shell(cotton=60),))) is None
    assert natural_share(garment(components=(shell(cotton=80, linen=40),))) is None
    assert natural_share(garment(components=())) is None


def test_natural_fibres_are_textile_fibres_of_the_vocabulary() -> None:
    terms = vocabulary("fibres").terms
    assert set(terms) >= NATURAL
    assert all(terms[code].textile for code in NATURAL)


def test_every_country_of_the_vocabulary_lies_on_one_continent() -> None:
    for country in vocabulary("countries").terms:
        assert len(set(regions_of()[country]) - {"eu"}) == 1, country
    assert sum("eu" in of for of in regions_of().values()) == 27


def test_a_country_that_is_not_stated_is_in_no_region() -> None:
    assert regions(garment(country_of_origin=None)) == ("unknown",)
    assert regions(garment(country_of_origin="PT")) == ("europe", "eu")
    assert not any(one.name == "madeInRegion" for one in derived(garment(country_of_origin=None)))


@pytest.mark.parametrize("locale", LOCALES)
def test_every_value_of_a_derived_field_has_words(locale: str) -> None:
    labels = VocabularyLabels()
    values = {
        **{field: [f"at_least_{band}" for band in bands] for field, bands in BANDS.items()},
        "fibreMix": ["single_fibre", "several_fibres"],
        "madeInRegion": list({region for of in regions_of().values() for region in of}),
    }
    for field, names in values.items():
        assert labels.field(field, locale) != field
        assert all(labels.value(field, name, locale) != name for name in [*names, "unknown"])
    assert labels.field("naturalFibrePercentage", locale) != "naturalFibrePercentage"


def test_what_has_content_in_the_registry_has_a_least_share_of_it() -> None:
    of_content = [scheme for scheme in registry().values() if scheme.content]
    assert len(of_content) == 8
    assert all(scheme.minimum_share >= min(BANDS["organicContent"]) for scheme in of_content)


def test_a_product_page_says_by_which_rule_and_from_what() -> None:
    product = certified("GOTS_ORGANIC", share=97, cotton=100)
    facts = {(one["name"], one["value"]): one for one in Stage(shop(product)).get(f"{P}/a").json["derived"]}
    assert facts["organicContent", 97] == {
        "name": "organicContent",
        "value": 97,
        "rule": "certified-share",
        "inputs": [
            {"field": "certification", "value": "GOTS_ORGANIC"},
            {"field": "percentage", "value": 97},
        ],
    }
    assert facts["madeInRegion", "eu"]["inputs"] == [{"field": "countryOfOrigin", "value": "PT"}]
    assert facts["fibreMix", "single_fibre"]["inputs"] == [{"field": "material", "value": "cotton"}]
    assert facts["naturalFibrePercentage", 100]["inputs"] == [{"field": "share.cotton", "value": 100}]


def test_what_a_certificate_proves_ends_with_it_in_lists_and_on_the_page() -> None:
    stage = Stage(shop(garment("a", evidence=(certificate("GOTS_ORGANIC", end=1),))))
    target = f"{P}?organicContent=at_least_95"
    stage.clock.time = NOW + DAY - 1
    item = stage.get(target).json["items"][0]
    assert item["hasCertification"][0]["matched"] is True
    assert any(one["name"] == "organicContent" for one in stage.get(f"{P}/a").json["derived"])
    stage.clock.time = NOW + DAY
    assert stage.get(target).json["items"] == []
    assert stage.get(f"{P}?organicContent=unknown").json["numberOfItems"] == 1
    assert not any(one["name"] == "organicContent" for one in stage.get(f"{P}/a").json["derived"])


def test_what_is_certified_of_one_component_among_others_makes_no_content_of_the_product() -> None:
    lining = Evidence("x", "GLOBAL_RECYCLED_STANDARD", "product", share=100, component="lining")
    inside = Component("lining", (FibreShare("polyester", 100),))
    stage = Stage(
        shop(
            garment(components=(shell(linen=100), inside), evidence=(lining,)),
            garment("b", components=(inside,), evidence=(lining,)),
        )
    )
    assert [one["id"] for one in stage.get(f"{P}?recycledContent=at_least_5").json["items"]] == ["b"]
    assert stage.get(f"{P}?certification=GLOBAL_RECYCLED_STANDARD").json["numberOfItems"] == 1
    page = stage.get(f"{P}/a").json
    assert page["hasCertification"][0]["component"] == "lining"
    assert not any(one["name"] == "recycledContent" for one in page["derived"])


def test_a_delta_keeps_what_certificates_prove() -> None:
    before = shop(garment("a", evidence=(certificate("GOTS_ORGANIC", end=1),)), garment("b"))
    after = shop(
        garment("a", evidence=(certificate("GOTS_ORGANIC", end=5),)),
        garment("b", evidence=(Evidence("x", "RECYCLED_CLAIM_STANDARD_100", "product"),)),
    )
    stage = Stage(before)
    assert stage.live is not None
    stage.publish(build_delta(stage.live, after))
    stage.clock.time = NOW + 2 * DAY
    for target, found in (("organicContent=at_least_95", "a"), ("recycledContent=at_least_95", "b")):
        items = stage.get(f"{P}?{target}").json["items"]
        assert [one["id"] for one in items] == [found]
        assert items[0]["hasCertification"][0]["matched"] is True
    (content_of_b,) = [one for one in stage.get(f"{P}/b").json["derived"] if one["name"] == "recycledContent"]
    assert content_of_b["rule"] == "least-of-grade"


def test_a_product_page_says_which_date_ends_a_claim_and_where_the_shop_has_it_from() -> None:
    proof = Evidence("x", "GOTS_ORGANIC", "product", source="feed:certification")
    (told,) = Stage(shop(garment("a", evidence=(proof,)))).get(f"{P}/a").json["hasCertification"]
    assert (told["endsWith"], told["source"]) == ("transaction", "feed:certification")
    (listed,) = Stage(shop(garment("a", evidence=(proof,)))).get(P).json["items"][0]["hasCertification"]
    assert "endsWith" not in listed
    assert "source" not in listed
