from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from origin.importing import Import, SettingsError, Shop, load_mapping, read_csv

MAPPING = r"""
    market = "nl"
    locale = "nl"
    columns = { name = "titel", color = "kleur", published = "gezien", country = "land" }
    product = { columns = ["url"], pattern = 'p/(\d+)' }
    group = { columns = ["url"], pattern = 'p/(\d+)', length = 3 }
    price = [{ column = "prijs", decimal = "," }]
    composition = { column = "stof", separators = ["\n", " / "] }
    certificates = [{ column = "keurmerk", share = ["deel"], unit = "percent" }]

    [category]
    column = "titel"
    cut_at = ["met"]
    keywords = [{ category = "dresses", words = ["jurk"] }]
"""
HEADER = "titel,prijs,kleur,gezien,land,url,stof,keurmerk,deel\n"
ROW = 'Overhemdjurk met top,"€ 79,99",Roomwit,1679340312,Turkije,x/p/12345,"Katoen 100%",GOTS,97\n'


def read(folder: Path, shop: Shop, rows: str, mapping: str = MAPPING) -> Import:
    (folder / "map.toml").write_text(dedent(mapping))
    (folder / "rows.csv").write_text(HEADER + rows, encoding="utf-8")
    return read_csv(folder / "rows.csv", folder / "map.toml", shop)


def test_a_mapping_turns_columns_into_a_product(tmp_path: Path, shop: Shop) -> None:
    result = read(tmp_path, shop, ROW)
    (group,), (product,) = result.catalogue.groups, result.catalogue.products
    assert (group.id, group.category, group.brand) == ("123", "dresses", "Test shop")
    assert (product.id, product.color, product.country_of_origin) == ("12345", "white", "TR")
    assert product.published == result.catalogue.taken == datetime(2023, 3, 20, 19, 25, 12, tzinfo=UTC)
    assert product.components[0].fibres[0].fibre == "cotton"
    assert product.evidence[0].scheme == "GOTS_ORGANIC"
    (offer,) = product.offers
    assert (offer.price, offer.size, offer.stock) == (7999, "ONE SIZE", 1)
    assert result.report.issues == ()


def test_a_mapping_says_which_columns_tell_of_a_certificates_component_and_source(
    tmp_path: Path, shop: Shop
) -> None:
    named = MAPPING.replace('unit = "percent" }', 'unit = "percent", component = "stof", source = "url" }')
    rows = ROW.replace("Katoen 100%", "Voering")
    (proof,) = read(tmp_path, shop, rows, named).catalogue.products[0].evidence
    assert (proof.component, proof.source) == ("lining", "x/p/12345")
    (plain,) = read(tmp_path, shop, ROW).catalogue.products[0].evidence
    assert (plain.component, plain.source) == (None, "table:keurmerk")


@pytest.mark.parametrize(("other", "schemes"), [("GOTS", ["GOTS_ORGANIC"]), ("", []), ("OCS", [])])
def test_a_certificate_that_another_column_has_to_confirm_proves_nothing_without(
    tmp_path: Path, shop: Shop, other: str, schemes: list[str]
) -> None:
    mapping = MAPPING.replace('column = "keurmerk"', 'column = "keurmerk", confirmed_by = "land"')
    result = read(tmp_path, shop, ROW.replace("Turkije", other), mapping)
    assert [one.scheme for one in result.catalogue.products[0].evidence] == schemes
    reasons = [one.reason for one in result.report.issues if one.field == "keurmerk"]
    assert reasons == ([] if schemes else ["certificate-contradicted"])


@pytest.mark.parametrize(("which", "price", "line"), [("first", 7999, 3), ("last", 4999, 2)])
def test_a_duplicate_row_is_reported_and_the_mapping_says_which_counts(
    tmp_path: Path, shop: Shop, which: str, price: int, line: int
) -> None:
    mapping = f'    duplicates = "{which}"\n{MAPPING}'
    result = read(tmp_path, shop, ROW + ROW.replace("79,99", "49,99"), mapping)
    assert result.catalogue.products[0].offers[0].price == price
    (issue,) = result.report.issues
    assert (issue.line, issue.action, issue.reason) == (line, "rejected", "duplicate")


def test_a_row_without_an_id_is_rejected(tmp_path: Path, shop: Shop) -> None:
    result = read(tmp_path, shop, ROW.replace("x/p/12345", "x/q") + ROW)
    assert result.report.accepted == 1
    assert result.report.issues[0].reason == "no-id"


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('market = "nl"\n', "", "", "missing required field `market`"),
        ('name = "titel"', "name = 3", "columns.name", "Expected `str`"),
        ('"prijs"', '""', r"price\[0\]\.column", "length >= 1"),
        ("decimal", "comma", r"price\[0\]", "unknown field `comma`"),
        ('"dresses"', '"frocks"', r"category\.keywords\[0\]\.category", "no category 'frocks'"),
        (r"p/(\d+)' }", "p/(' }", r"product\.pattern", "not a regular"),
        ('share = ["deel"]', 'scheme = "Moon"', r"certificates\[0\]\.scheme", "no scheme 'Moon'"),
        ("price =", "price", "", "not TOML"),
    ],
)
def test_a_mapping_error_names_the_key(tmp_path: Path, old: str, new: str, key: str, words: str) -> None:
    text = MAPPING.replace(old, new)
    assert text != MAPPING
    (tmp_path / "map.toml").write_text(dedent(text))
    with pytest.raises(SettingsError, match=f"^map.toml: .*{key}.*{words}"):
        load_mapping(tmp_path / "map.toml")


def test_a_column_the_file_lacks_is_named(tmp_path: Path, shop: Shop) -> None:
    with pytest.raises(Exception, match="no column colour"):
        read(tmp_path, shop, ROW, MAPPING.replace('"kleur"', '"colour"'))


def test_a_report_can_be_written_as_json(tmp_path: Path, shop: Shop) -> None:
    report = read(tmp_path, shop, ROW + ROW).report
    assert b'"reason":"duplicate"' in msgspec.json.encode(report)
    assert report.summary()["rejected"] == {"duplicate": 1}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=80))
def test_one_bad_row_never_loses_the_others(tmp_path: Path, shop: Shop, junk: str) -> None:
    good = [ROW.replace("12345", f"1000{n}") for n in range(3)]
    result = read(tmp_path, shop, f"{good[0]}{junk}\n{good[1]}{good[2]}")
    assert {"10000", "10001", "10002"} <= {product.id for product in result.catalogue.products}
