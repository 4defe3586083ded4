from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest
from click.testing import CliRunner

from origin.cli.commands import jobs
from origin.cli.exits import Exit
from origin.importing.archive import save_catalogue
from selvedge.catalogue.model import Evidence
from tests.origin.cli.conftest import CATALOGUE

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

HEAD = "id\ttitle\tdescription\tcertification\tlink\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(jobs, ["claims", "lint", *map(str, arguments)])


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.tsv"
    rows = (
        "1\tEco tee\t<b>Duurzame</b> jurk\t\thttps://shop/eco\n",
        "2\tOrganic cotton tee\tgr&oacute;en\t\tx\n",
    )
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return path


def test_a_feed_is_told_what_it_may_not_say(feed: Path) -> None:
    result = run(feed, "--locale", "nl")
    assert result.exit_code == Exit.FAILED
    for said in ("generic-claim", "duurzame", "organic cotton", "Annex I", "2 breaches, 1 note"):
        assert said in result.stdout


def test_json_has_every_place(feed: Path) -> None:
    answer = json.loads(run(feed, "--locale", "nl", "--json").stdout)
    assert (answer["breaches"], answer["notes"]) == (2, 1)
    assert [one["place"] for one in answer["findings"]] == [
        "feed.tsv:2 title", "feed.tsv:2 description", "feed.tsv:3 title",
    ]  # fmt: skip
    one = answer["findings"][1]
    assert one["text"][one["finding"]["start"] : one["finding"]["end"]] == "Duurzame"


def test_a_certificate_in_the_row_proves_organic_cotton(tmp_path: Path) -> None:
    path = tmp_path / "feed.tsv"
    path.write_text(HEAD + "1\tOrganic cotton tee\t\tControl Union:GOTS organic:1\tx\n", encoding="utf-8")
    result = run(path, "--json")
    assert result.exit_code == Exit.DONE
    assert json.loads(result.stdout)["findings"] == []


def test_a_shop_file_brings_its_feeds_in_their_languages(feed: Path) -> None:
    shop = feed.parent / "shop.toml"
    shop.write_text(
        'name = "Green Park"\n'
        'markets = [{ code = "nl", country = "NL", currency = "EUR", locales = ["nl"] }]\n'
        'feeds = [{ path = "feed.tsv", market = "nl", locale = "nl" }]\n',
        encoding="utf-8",
    )
    found = json.loads(run(shop, "--json").stdout)["findings"]
    assert {one["finding"]["language"] for one in found} == {"nl"}
    assert len(found) == 3


def test_rules_are_read_with_their_reasons(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rules]]\nid = "spring"\nreason = "Our sustainable spring line"\n', encoding="utf-8")
    (found,) = json.loads(run(path, "--json").stdout)["findings"]
    assert found["place"] == "rules.toml.rules[0].reason"


def test_a_catalogue_is_read_with_its_evidence(tmp_path: Path) -> None:
    product = msgspec.structs.replace(CATALOGUE.products[0], evidence=())
    group = next(one for one in CATALOGUE.groups if one.id == product.group)
    group = msgspec.structs.replace(group, name={"nl": "Trui van biologisch katoen"}, description={})
    proof = Evidence("g", "GOTS_ORGANIC", "product")
    for evidence, rules in (((), {"organic-unproven": 1}), ((proof,), {})):
        with_ = msgspec.structs.replace(product, evidence=evidence)
        path = tmp_path / "catalogue.selvedge"
        save_catalogue(msgspec.structs.replace(CATALOGUE, groups=(group,), products=(with_,)), path)
        assert json.loads(run(path, "--json").stdout)["rules"] == rules


def test_who_certifies_and_where_that_is_known_from_are_read_as_well(tmp_path: Path) -> None:
    proof = Evidence("g", "GOTS_ORGANIC", "product", issuer="Eco-friendly Board", source="sustainable.csv")
    products = tuple(msgspec.structs.replace(one, evidence=(proof,)) for one in CATALOGUE.products)
    path = tmp_path / "catalogue.selvedge"
    save_catalogue(msgspec.structs.replace(CATALOGUE, products=products), path)
    found = json.loads(run(path, "--json").stdout)["findings"]
    told = {one["finding"]["words"].lower() for one in found if one["place"].endswith("evidence")}
    assert told == {"eco-friendly", "sustainable"}


def test_a_page_is_read_with_its_attributes_and_language(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html lang='es'><img alt='Moda sostenible'><style>.eco {}</style>", encoding="utf-8")
    (found,) = json.loads(run(path, "--json").stdout)["findings"]
    assert (found["finding"]["words"], found["finding"]["language"]) == ("sostenible", "es")


def test_our_own_strings_pass() -> None:
    result = run("--ourselves")
    assert result.exit_code == Exit.DONE
    assert " 0 breaches" in result.stdout


def test_the_demo_shops_feeds_pass(tmp_path: Path) -> None:
    assert CliRunner().invoke(jobs, ["demo", str(tmp_path), "--products", "40"]).exit_code == Exit.DONE
    answer = json.loads(run(tmp_path / "shop.toml", "--json").stdout)
    assert answer["texts"] > 1000
    assert (answer["breaches"], answer["notes"]) == (0, 0)


def test_an_unknown_kind_of_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.docx"
    path.write_text("x", encoding="utf-8")
    result = run(path)
    assert result.exit_code == Exit.FAILED
    assert "notes.docx" in result.stderr


def test_without_a_file_the_usage_is_told() -> None:
    assert run().exit_code == Exit.USAGE
