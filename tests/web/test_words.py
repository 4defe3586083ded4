"""Styles of like words are raised, however new they are: nobody need have looked at them before."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from origin.building import build
from origin.training.counts import Counts
from origin.training.model import build_model
from origin.training.sessions import GivenSessions, Session
from origin.training.settings import Settings
from selvedge.ranking.weights import RankingWeights, Recent
from selvedge.shopper.context import Context
from selvedge.snapshot.index import Index
from tests.stage import SHOP, Stage
from tests.truth import ids
from tests.wardrobe import NOW, garment, moment, offer, shell, shop

R = "/v1/nl/en/recommendations?explain=true"
MINUTE = 1 / 1440
OLD = [
    garment("vest", components=(shell(cotton=100),), published=moment(-90), offers=(offer(price=9000),)),
    *(garment(f"p{at:02}", published=moment(-1 - at / 100)) for at in range(40)),
]
FIBRES_UNKNOWN: dict[str, Any] = {
    "group": "style-alike",
    "published": moment(-MINUTE),
    "components": (),
    "offers": (offer(price=9000),),
}
FRESH = [garment("alike", **FIBRES_UNKNOWN), garment("alike-red", color="red", **FIBRES_UNKNOWN)]
NAMES = {"style-vest": "Vest, ribbed", "style-alike": "Ribbed vest"}
BRANDS = {f"style-p{at:02}": "Coop" for at in range(40)} | {"style-alike": "Bolt"}
CATEGORIES = {f"style-p{at:02}": "coats" for at in range(40)} | {
    "style-vest": "vests",
    "style-alike": "knitwear",
}


def built(weights: RankingWeights) -> Any:
    """The version before, and the one that has just brought the fresh style along, which no session knows."""
    before = build(shop(*OLD, names=NAMES, categories=CATEGORIES, brands=BRANDS), shop=SHOP)
    index = Index(before.sections("index"))
    known = {product.id: index.ordinal(product.id) or 0 for product in OLD}
    pairs = [("vest", "p07"), ("p03", "p04")]
    with closing(Counts(None, Settings().tally)) as counts:
        counts.update(GivenSessions([Session(one, 20_000, (one, other)) for one, other in pairs]))
        model = build_model(counts, known, Settings()).part
    now = shop(*OLD, *FRESH, names=NAMES, categories=CATEGORIES, brands=BRANDS)
    return before, build(now, shop=SHOP, previous=before, model=model, weights=weights)


def stage_with(weights: RankingWeights) -> Stage:
    stage = Stage()
    before, now = built(weights)
    stage.publish(before)
    stage.get("/readyz")
    stage.publish(now)
    stage.refresh()
    return stage


@pytest.fixture
def stage() -> Stage:
    return stage_with(RankingWeights())


def person(stage: Stage, *recent: str) -> dict[str, str]:
    assert stage.live is not None
    index = Index(stage.live.sections("index"))
    ordinals = tuple(index.ordinal(one) or 0 for one in recent)
    return stage.cookies(Context(b"x" * 12, NOW, recent=ordinals))


def item(answer: Any, product_id: str) -> Any:
    return next(one for one in answer["items"] if one["id"] == product_id)


def points(found: Any) -> dict[str, int]:
    return {term["name"]: term["points"] for term in found["explain"]}


def test_a_product_published_a_minute_ago_comes_one_click_after_its_like(stage: Stage) -> None:
    before = stage.get(f"{R}&variants=all", person(stage)).json
    assert not {"alike", "alike-red"} & set(ids(before))
    answer = stage.get(f"{R}&variants=all", person(stage, "vest")).json
    fresh = item(answer, "alike")
    assert points(fresh)["text"] == RankingWeights().recent.text
    assert "model" not in points(fresh)
    assert fresh["score"] == sum(term["points"] for term in fresh["explain"])


def test_without_points_for_words_it_would_not_be_there() -> None:
    stage = stage_with(RankingWeights(recent=Recent(text=0)))
    assert "alike" not in ids(stage.get(R, person(stage, "vest")).json)


def test_all_colourways_of_a_style_get_the_points(stage: Stage) -> None:
    answer = stage.get(f"{R}&limit=96&variants=all", person(stage, "vest")).json
    assert points(item(answer, "alike"))["text"] == points(item(answer, "alike-red"))["text"]


def test_it_names_the_look_that_its_words_are_like(stage: Stage) -> None:
    answer = stage.get(f"{R}&limit=96", person(stage, "p03", "vest")).json
    because = item(answer, "alike")["because"]
    assert (because["kind"], because["product"]) == ("looked", "vest")


def test_what_is_like_a_product_goes_by_words_for_everybody(stage: Stage) -> None:
    answer = stage.get("/v1/nl/en/products/alike/similar?explain=true&limit=96")
    assert answer.headers["cache-control"].startswith("public")
    vest = item(answer.json, "vest")
    assert points(vest)["text"] > 0
    assert vest["because"]["kind"] == "similar"


def test_filters_come_first(stage: Stage) -> None:
    answer = stage.get(f"{R}&color=red", person(stage, "vest")).json
    assert ids(answer) == ["alike-red"]
    assert "alike" not in ids(stage.get(f"{R}&category=coats", person(stage, "vest")).json)


def test_without_consent_no_words_count(stage: Stage) -> None:
    answer = stage.get(R).json
    assert all("text" not in points(one) for one in answer["items"])


def test_pages_keep_the_words_of_the_first(stage: Stage) -> None:
    someone = person(stage, "vest")
    whole = ids(stage.get(f"{R}&limit=96", someone).json)
    assert stage.pages(f"{R}&limit=5", someone) == whole
