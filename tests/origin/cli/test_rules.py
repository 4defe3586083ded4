from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from origin.cli.exits import Exit
from selvedge.ranking.rules import SLOTS
from tests.origin.cli.conftest import CATALOGUE

if TYPE_CHECKING:
    from tests.origin.cli.conftest import Desk

PRODUCT = CATALOGUE.products[5].id
REPLACED = "S000006-02"
"""One that another may stand in for, whenever that is."""

SCOPE = 'author = "Ada"\nreason = "a test"\n'
PIN = f'[[rules]]\nid = "front"\nkind = "pin"\nproducts = ["{PRODUCT}"]\nposition = 1\n{SCOPE}'


def test_a_preview_shows_what_a_rule_does_at_its_time(desk: Desk) -> None:
    market = CATALOGUE.markets[0].code
    rules = desk.folder / "rules.toml"
    rules.write_text(f"{PIN}from = 2030-01-01T00:00:00Z\n", encoding="utf-8")
    desk.build()
    desk.json("snapshot", "build", "--rules", str(rules), str(desk.catalogue))
    for slot in ("products", "recommendations"):
        ask = ("snapshot", "preview", "--market", market, "--slot", slot)
        before = desk.json(*ask, "--at", "2029-12-31")["items"]
        during = desk.json(*ask, "--at", "2030-01-01")["items"]
        assert "front" not in {item.get("rule") for item in before}
        assert (during[0]["id"], during[0]["rule"]) == (PRODUCT, "front")
    assert "front" in desk.run(*ask, "--at", "2030-01-01").stdout


def test_a_preview_shows_the_alternatives_to_a_product_and_an_inspection_how_many_have_one(
    desk: Desk,
) -> None:
    folder = desk.build()["folder"]
    ask = ("snapshot", "preview", "--market", CATALOGUE.markets[0].code, "--slot", "alternatives")
    listed = desk.json(*ask, "--product", REPLACED, "--at", "2026-12-01")
    style = {group.id: group for group in CATALOGUE.groups}
    own = next(style[one.group] for one in CATALOGUE.products if one.id == REPLACED)
    assert {item["category"] for item in listed["items"]} == {own.category}
    assert {item["because"]["kind"] for item in listed["items"]} == {"facts"}
    found = desk.json("snapshot", "inspect", folder)["alternatives"]
    assert 0 < found["products"] < len(CATALOGUE.products)
    assert found == {"products": found["products"], "share": found["products"] / 300, "lower_footprint": 0}
    assert (
        f"{found['products']} of 300 products have an alternative" in desk.run("snapshot", "inspect").stdout
    )


@pytest.mark.parametrize("slot", SLOTS)
def test_every_list_that_rules_may_act_on_can_be_previewed_with_what_they_do(desk: Desk, slot: str) -> None:
    """What an exclusion takes out at its time is there before."""
    desk.build()
    ask: tuple[str, ...] = ("snapshot", "preview", "--market", CATALOGUE.markets[0].code, "--slot", slot)
    ask += () if slot == "products" else ("--product", REPLACED if slot == "alternatives" else PRODUCT)
    ask += ("--product", CATALOGUE.products[9].id) if slot == "recently-viewed" else ()
    last = desk.json(*ask, "--at", "2029-12-31")["items"][-1]["id"]
    rules = desk.folder / "rules.toml"
    rules.write_text(
        f'[[rules]]\nid = "recall"\nkind = "exclude"\nproducts = ["{last}"]\nslots = ["{slot}"]\n'
        f"from = 2030-01-01T00:00:00Z\n{SCOPE}",
        encoding="utf-8",
    )
    desk.json("snapshot", "build", "--rules", str(rules), str(desk.catalogue))
    shown = [
        [one["id"] for one in desk.json(*ask, "--at", at)["items"]] for at in ("2029-12-31", "2030-01-01")
    ]
    assert shown[0][-1] == last
    assert last not in shown[1]


def test_a_preview_of_what_is_similar_is_what_the_worker_answers(desk: Desk) -> None:
    rules = desk.folder / "rules.toml"
    other = next(one.id for one in CATALOGUE.products if one.group != CATALOGUE.products[5].group)
    rules.write_text(PIN.replace(PRODUCT, other) + 'slots = ["similar"]\n', encoding="utf-8")
    desk.build()
    desk.json("snapshot", "build", "--rules", str(rules), str(desk.catalogue))
    ask = ("snapshot", "preview", "--market", CATALOGUE.markets[0].code, "--slot")
    page = desk.json(*ask, "similar", "--product", PRODUCT)
    assert (page["items"][0]["id"], page["items"][0]["rule"]) == (other, "front")
    assert page["recommendationId"]
    assert "no product 'zzz'" in desk.run(*ask, "similar", "--product", "zzz", exits=1).stderr
    assert "needs --product" in desk.run(*ask, "similar", exits=Exit.USAGE).stderr
    assert "at most 0 times" in desk.run(*ask, "products", "--product", PRODUCT, exits=Exit.USAGE).stderr


def test_a_delta_brings_rules(desk: Desk) -> None:
    rules = desk.folder / "rules.toml"
    rules.write_text(PIN, encoding="utf-8")
    base = desk.build()
    ask = ("snapshot", "build", "--delta-on", base["folder"], "--rules", str(rules), str(desk.catalogue))
    built = desk.json(*ask)
    assert (built["version"], built["delta_number"]) == (base["version"], 1)
    market = CATALOGUE.markets[0].code
    first = desk.json("snapshot", "preview", built["folder"], "--market", market)["items"][0]
    assert (first["id"], first["rule"]) == (PRODUCT, "front")


def test_a_preview_of_a_category_shows_that_category(desk: Desk) -> None:
    desk.build()
    style = {group.id: group for group in CATALOGUE.groups}
    category = style[CATALOGUE.products[0].group].category
    market = CATALOGUE.markets[0].code
    items = desk.json("snapshot", "preview", "--market", market, "--category", category)["items"]
    assert {item["category"] for item in items} == {category}


def test_the_check_names_what_is_wrong_and_its_exit_code_says_so(desk: Desk) -> None:
    rules = desk.folder / "rules.toml"
    rules.write_text(PIN + PIN.replace("front", "fringe"), encoding="utf-8")
    found = desk.json("snapshot", "rules", "check", str(rules), exits=Exit.FAILED)
    assert found["error"] == "unusable-rules"
    assert any("front, fringe: both take place 1" in one for one in found["findings"])
    rules.write_text(PIN, encoding="utf-8")
    assert "1 rule and 0 experiments hold" in desk.run("snapshot", "rules", "check", str(rules)).stdout


def test_a_build_says_what_it_lets_pass(desk: Desk) -> None:
    """A delta as well: what does not stop them may still be a slip."""
    base = desk.build()
    rules = desk.folder / "rules.toml"
    rules.write_text(
        PIN + PIN.replace("front", "fringe").replace("position = 1", "position = 2"), encoding="utf-8"
    )
    for more in ((), ("--delta-on", base["folder"])):
        said = desk.run("snapshot", "build", *more, "--rules", str(rules), str(desk.catalogue)).stderr
        assert f"warning: front, fringe: both pin '{PRODUCT}'" in said


def test_rules_may_be_json(desk: Desk) -> None:
    rules = desk.folder / "rules.json"
    rules.write_text('{"rules": [{"id": "front", "kind": "pin"}]}', encoding="utf-8")
    result = desk.run("snapshot", "rules", "check", str(rules), exits=Exit.FAILED)
    assert "`author`" in result.stderr


def test_a_key_that_does_not_exist_is_refused_by_name(desk: Desk) -> None:
    desk.build()
    weights = desk.folder / "weights.toml"
    weights.write_text("[recent]\ncolour = 3\n", encoding="utf-8")
    build = ("snapshot", "build", "--weights", str(weights), str(desk.catalogue))
    assert "no key recent.colour" in desk.run(*build, exits=Exit.FAILED).stderr
    weights.write_text("preferred = 900\n", encoding="utf-8")
    assert "preferred" in desk.run(*build, exits=Exit.FAILED).stderr


def test_weights_travel_in_the_snapshot(desk: Desk) -> None:
    desk.build()
    weights = desk.folder / "weights.toml"
    weights.write_text("preferred = 8\n", encoding="utf-8")
    desk.json("snapshot", "build", "--weights", str(weights), str(desk.catalogue))
    colour, market = CATALOGUE.products[0].color, CATALOGUE.markets[0].code
    query = f"prefer=color:{colour}&explain=true"
    ask = ("snapshot", "preview", "--market", market, "--slot", "recommendations", "--query", query)
    terms = [term for item in desk.json(*ask)["items"] for term in item["explain"]]
    assert {term["points"] for term in terms if term["name"] == "preferred"} == {8}
