"""What carried a product is told in the page's language: the strongest term beyond the base, by name."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from origin.building import build
from origin.training.counts import Counts
from origin.training.model import build_model
from origin.training.sessions import GivenSessions, Session
from origin.training.settings import Settings
from selvedge.ranking.rules import Rule, RuleSet
from selvedge.ranking.weights import RankingWeights
from selvedge.shopper.context import Affinity, Context
from selvedge.snapshot.index import Index
from tests.stage import SHOP, Stage
from tests.wardrobe import NOW, garment, moment, offer, shell, shop

R = "/v1/nl/en/recommendations?explain=true"
PRODUCTS = [
    garment("wool", components=(shell(wool=100),), offers=(offer(price=90_000),), color="black"),
    garment("lamb", components=(shell(wool=100),), published=moment(-40), color="white"),
    garment("ewe", components=(shell(wool=100),), published=moment(-50)),
    *(garment(f"p{number}", published=moment(-number)) for number in range(12)),
]
CATALOGUE = shop(
    *PRODUCTS,
    brands={"style-wool": "Bolt", "style-lamb": "Coop"},
    categories=dict.fromkeys(("style-wool", "style-lamb", "style-ewe"), "coats"),
)
INDEX = Index(build(CATALOGUE, shop=SHOP).sections("index"))
ORDINALS = {product.id: INDEX.ordinal(product.id) or 0 for product in CATALOGUE.products}


def trained() -> bytes:
    pairs = [("wool", "p9"), ("lamb", "p7")]
    sessions = [Session(one, 20_000, (one, other)) for one, other in pairs for _ in range(2)]
    with closing(Counts(None, Settings().tally)) as counts:
        counts.update(GivenSessions(sessions))
        return build_model(counts, ORDINALS, Settings()).part


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.publish(build(CATALOGUE, shop=SHOP, model=trained()))
    return stage


def person(stage: Stage, *recent: str, **more: Any) -> dict[str, str]:
    context = Context(b"x" * 12, NOW, recent=tuple(ORDINALS[one] for one in recent), **more)
    return stage.cookies(context)


def reasons(stage: Stage, target: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    answer = stage.get(target, headers)
    assert answer.status == 200, answer.body
    return {item["id"]: item.get("because") for item in answer.json["items"]}


def test_a_model_s_product_names_the_look_whose_row_carried_it(stage: Stage) -> None:
    found = reasons(stage, R, person(stage, "lamb", "wool"))
    assert found["p9"] == {
        "kind": "looked",
        "text": "Because you looked at Shirt style-wool",
        "product": "wool",
        "name": "Shirt style-wool",
    }
    assert found["p7"]["product"] == "lamb"


def test_a_shared_fact_names_the_product_looked_at(stage: Stage) -> None:
    found = reasons(stage, "/v1/nl/en/products/wool/similar?explain=true")["ewe"]
    assert (found["kind"], found["text"]) == ("similar", "Similar to Shirt style-wool")
    assert (found["field"], found["value"]) == ("category", "coats")


def test_what_was_looked_at_itself_is_told_as_that(stage: Stage) -> None:
    found = reasons(stage, R, person(stage, "p9", "lamb"))["lamb"]
    assert found == {"kind": "again", "text": "You looked at this before"}


@pytest.mark.parametrize(
    ("locale", "text"), [("en", "Because you prefer wool"), ("nl", "Omdat je voorkeur hebt voor wool")]
)
def test_a_preference_is_named_in_the_page_s_language(stage: Stage, locale: str, text: str) -> None:
    found = reasons(stage, f"/v1/nl/{locale}/recommendations?explain=true&prefer=material:wool")["wool"]
    assert found == {"kind": "preferred", "text": text, "field": "material", "value": "wool"}


def test_a_leaning_is_named(stage: Stage) -> None:
    headers = person(stage, affinities=(Affinity("color", "white", 90),))
    assert reasons(stage, R, headers)["lamb"]["text"] == "Because you often choose white"


def test_what_only_the_base_carries_has_no_reason_and_without_explain_there_is_none(stage: Stage) -> None:
    assert set(reasons(stage, R).values()) == {None}
    plain = reasons(stage, "/v1/nl/en/recommendations?prefer=material:wool")
    assert set(plain.values()) == {None}


def test_a_rule_and_a_paid_place_are_named_as_such_before_all_else() -> None:
    common: dict[str, Any] = {"kind": "pin", "author": "A", "reason": "R"}
    rules = RuleSet(
        (
            Rule(id="own", products=("lamb",), position=1, **common),
            Rule(id="paid", products=("wool",), position=2, sponsored=True, **common),
        )
    )
    stage = Stage()
    stage.publish(build(CATALOGUE, shop=SHOP, rules=rules))
    found = reasons(stage, f"{R}&prefer=material:wool")
    assert found["lamb"] == {"kind": "rule", "text": "Chosen by the shop"}
    assert found["wool"] == {"kind": "sponsored", "text": "Promoted"}


def test_later_pages_name_the_looks_that_their_list_began_with(stage: Stage) -> None:
    whole = reasons(stage, f"{R}&limit=96", person(stage, "lamb", "wool"))
    first = stage.get(f"{R}&limit=2", person(stage, "lamb", "wool")).json
    answer = stage.get(f"{R}&cursor={first['next']}&limit=2", person(stage, "p1", "lamb", "wool"))
    assert {one["id"]: one.get("because") for one in answer.json["items"]}.items() <= whole.items()


def test_a_fragment_says_it_in_a_line_and_escapes_names() -> None:
    evil = [garment("a", group="<b>&a"), garment("b")]
    stage = Stage()
    stage.publish(build(shop(*evil), shop=SHOP, weights=RankingWeights()))
    body = stage.get("/v1/nl/nl/fragments/similar?item=a").body.decode()
    assert '<p class="selvedge-because">Lijkt op Hemd &lt;b&gt;&amp;a</p>' in body


def test_what_is_merely_popular_is_said_to_be(stage: Stage) -> None:
    found = reasons(stage, "/v1/nl/en/products/wool/similar?explain=true")["p7"]
    assert found == {"kind": "popular", "text": "Often looked at"}
