"""The shipped mappings over the real data sets, which are read in place, or skipped."""

from collections import Counter
from pathlib import Path

import pytest

import origin.importing
from origin.importing import Import, load_shop, read_csv

HOME = Path(origin.importing.__file__).parent


@pytest.fixture
def hm(data: Path) -> Import:
    name = "hm-nl-women-materials-2023"
    shop = load_shop(HOME / "shops" / "hm-nl.toml")
    return read_csv(data / name / "HM_products.csv", HOME / "mappings" / f"{name}.toml", shop)


@pytest.fixture
def zara(data: Path) -> Import:
    name = "zara-es-certifications-2024"
    shop = load_shop(HOME / "shops" / "zara-es.toml")
    return read_csv(data / name / "clean_merge_df.csv", HOME / "mappings" / f"{name}.toml", shop)


def test_hm_rows_are_articles_and_styles(hm: Import) -> None:
    assert hm.report.rows == 13_628
    assert len(hm.catalogue.products) == hm.report.accepted == 7_904
    assert len(hm.catalogue.groups) == 4_774
    # every row beyond an article's last is reported, and no other is lost
    assert hm.report.summary()["rejected"] == {"duplicate": 13_628 - 7_904}


def test_hm_compositions_are_understood(hm: Import) -> None:
    components = [part for product in hm.catalogue.products for part in product.components]
    totals = [sum(fibre.percentage or 0 for fibre in part.fibres) for part in components]
    whole = sum(total == 100 for total in totals)
    # 11,607 lines: 19 fewer components, as lines were merged or repeated
    assert len(components) == 11_588
    assert whole / len(components) > 0.994
    fibres = Counter(f.fibre for part in components for f in part.fibres if not f.known)
    assert set(fibres) == {"Synthetisch", "unknown"}  # which fibre that is, the shop does not say
    assert fibres["unknown"] == 17
    assert all(product.components for product in hm.catalogue.products)


def test_hm_categories_and_colours_come_from_names(hm: Import) -> None:
    categories = Counter(group.category for group in hm.catalogue.groups)
    assert categories["other"] / len(hm.catalogue.groups) < 0.025
    assert categories.most_common(1)[0][0] == "dresses"
    colours = Counter(product.color for product in hm.catalogue.products)
    assert colours["unknown"] == 44
    assert colours.most_common(1)[0][0] == "black"


def test_hm_brands_of_others_are_told_apart(hm: Import) -> None:
    brands = Counter(group.brand for group in hm.catalogue.groups)
    assert brands["H&M"] == 3_508
    assert all("\n" not in name for group in hm.catalogue.groups for name in group.name.values())


def test_zara_rows_are_products_with_stable_ids(zara: Import) -> None:
    assert zara.report.rows == len(zara.catalogue.products) == 1_285
    assert zara.report.summary()["rejected"] == {}
    assert len({product.id for product in zara.catalogue.products}) == 1_285


def test_zara_certificates_are_graded_by_share(zara: Import) -> None:
    evidence = [each for product in zara.catalogue.products for each in product.evidence]
    schemes = Counter(each.scheme for each in evidence)
    # 361 OCS in its own column, 406 RCS in its own and 34 in another alone
    assert schemes["ORGANIC_CONTENT_STANDARD_100"] + schemes["ORGANIC_CONTENT_STANDARD_BLENDED"] == 361
    assert schemes["RECYCLED_CLAIM_STANDARD_100"] + schemes["RECYCLED_CLAIM_STANDARD_BLENDED"] == 440
    assert all((each.share or 0) >= 95 for each in evidence if each.scheme.endswith("_100"))
    # all but that whose share, 200 %, is left out
    assert sum(each.share is None for each in evidence) == 1


def test_zara_certificates_that_the_set_itself_contradicts_prove_nothing(zara: Import) -> None:
    contradicted = [one for one in zara.report.issues if one.reason == "certificate-contradicted"]
    assert len(contradicted) == 98
    assert {(one.field, one.value) for one in contradicted} == {("certificacion", "OCS")}


def test_zara_countries_and_fibres_are_understood(zara: Import) -> None:
    countries = Counter(product.country_of_origin for product in zara.catalogue.products)
    assert len(countries) == 14
    assert None not in countries
    unknown = {i.value for i in zara.report.issues if i.reason == "unknown-fibre"}
    assert unknown == {"fibra"}


def test_zara_reductions_without_a_30_day_price_are_not_shown(zara: Import) -> None:
    assert zara.report.summary()["repaired"]["reduction-without-30-day-price"] == 178
    offers = [offer for product in zara.catalogue.products for offer in product.offers]
    assert all(offer.regular_price is None for offer in offers)
