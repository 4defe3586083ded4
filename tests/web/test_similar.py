"""What is like a product: public, from its row of the session model and its facts, and never of its style."""

from __future__ import annotations

import re
from contextlib import closing

import pytest

from origin.building import build, build_delta
from origin.training.counts import Counts
from origin.training.model import build_model
from origin.training.sessions import GivenSessions, Session
from origin.training.settings import Settings
from selvedge.ranking.rules import Rule, RuleSet
from selvedge.ranking.weights import RankingWeights, Spread
from selvedge.shopper.context import Affinity, Context
from selvedge.snapshot.index import Index
from selvedge.snapshot.loaded import SESSIONS
from selvedge.snapshot.manifest import part_key
from tests.stage import SHOP, Stage
from tests.truth import ids
from tests.wardrobe import DAY, NOW, garment, moment, offer, shell, shop

P = "/v1/nl/en/products"
SIMILAR = f"{P}/wool/similar"
PRODUCTS = [
    garment("wool", components=(shell(wool=100),), offers=(offer(price=4000),)),
    garment("wool-2", group="style-wool", components=(shell(wool=100),), color="red"),
    garment("lamb", components=(shell(wool=100),), published=moment(-40), offers=(offer(price=9000),)),
    garment("sold", components=(shell(wool=100),), offers=(offer(stock=0),)),
    *(garment(f"p{number}", color="red", published=moment(-number)) for number in range(12)),
]
CATALOGUE = shop(*PRODUCTS)
INDEX = Index(build(CATALOGUE, shop=SHOP).sections("index"))
ORDINALS = {product.id: INDEX.ordinal(product.id) or 0 for product in CATALOGUE.products}


def trained(*pairs: tuple[str, str]) -> bytes:
    sessions = [Session(f"{one}{other}", 20_000, (one, other)) for one, other in pairs]
    with closing(Counts(None, Settings().tally)) as counts:
        counts.update(GivenSessions(sessions))
        return build_model(counts, ORDINALS, Settings()).part


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.publish(build(CATALOGUE, shop=SHOP, model=trained(("wool", "p9"), ("p3", "p4"))))
    return stage


def test_it_lists_what_others_looked_at_and_what_has_the_same_facts(stage: Stage) -> None:
    answer = stage.get(f"{SIMILAR}?explain=true")
    names = {item["id"]: {term["name"] for term in item["explain"]} for item in answer.json["items"]}
    assert "model" in names["p9"]
    assert "recent" in names["lamb"]
    assert ids(answer.json)[0] == "p9"
    for item in answer.json["items"]:
        assert item["score"] == sum(term["points"] for term in item["explain"])


def test_neither_the_product_nor_its_style_nor_what_is_sold_out_is_listed(stage: Stage) -> None:
    found = stage.pages(f"{SIMILAR}?limit=5&variants=all")
    assert not {"wool", "wool-2", "sold"} & set(found)
    assert len(found) == len(PRODUCTS) - 3


def test_filters_hold_and_a_narrow_one_still_gives_all_that_match_in_a_full_order(stage: Stage) -> None:
    answer = stage.get(f"{SIMILAR}?material=wool").json
    assert ids(answer) == ["lamb"]
    red = stage.get(f"{SIMILAR}?color=red&explain=true&limit=96").json
    assert sorted(ids(red)) == sorted(f"p{number}" for number in range(12))
    scores = [item["score"] for item in red["items"]]
    assert scores == sorted(scores, reverse=True)


def test_it_is_public_and_reads_nothing_about_the_person(stage: Stage) -> None:
    anyone = stage.get(SIMILAR)
    context = Context(b"x" * 12, NOW, (ORDINALS["p3"],), (Affinity("color", "red", 127),))
    assert stage.get(SIMILAR, stage.cookies(context)) == anyone
    assert anyone.headers["cache-control"].startswith("public, max-age=")
    assert anyone.json["personalised"] is False
    assert stage.get(SIMILAR, {"if-none-match": anyone.headers["etag"]}).status == 304
    head = stage.get(SIMILAR, method="HEAD")
    assert (head.status, head.headers, head.body) == (200, anyone.headers, b"")


def test_pages_neither_repeat_nor_skip(stage: Stage) -> None:
    whole = ids(stage.get(f"{SIMILAR}?limit=96").json)
    assert stage.pages(f"{SIMILAR}?limit=3") == whole
    assert len(whole) == len(set(whole)) == len(PRODUCTS) - 3


def test_a_cursor_belongs_to_the_list_of_one_product(stage: Stage) -> None:
    following = stage.get(f"{SIMILAR}?limit=3").json["next"]
    answer = stage.get(f"{P}/p3/similar?cursor={following}&limit=3")
    assert (answer.status, answer.json["parameter"]) == (400, "cursor")


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        (f"{P}/w%6Fol/similar", SIMILAR),
        (f"{SIMILAR}?limit=24", SIMILAR),
        (f"{SIMILAR}?explain=false&sort=relevance", SIMILAR),
        (f"{P}/w%6Fol/similar?limit=3&color=red", f"{SIMILAR}?color=red&limit=3"),
    ],
)
def test_the_list_has_one_address(stage: Stage, written: str, canonical: str) -> None:
    moved = stage.get(written)
    assert (moved.status, moved.headers["location"]) == (308, canonical)
    assert stage.get(canonical).status == 200


def test_its_lifetime_ends_with_the_day(stage: Stage) -> None:
    stage.clock.time = NOW - NOW % DAY + DAY - 10
    answer = stage.get(SIMILAR)
    found = re.fullmatch(r"public, max-age=(\d+), stale-while-revalidate=0", answer.headers["cache-control"])
    assert found is not None
    assert int(found[1]) <= 9
    stage.clock.time += 20
    assert stage.get(SIMILAR).headers["etag"] != answer.headers["etag"]


def test_a_withdrawn_product_is_gone_and_an_unknown_one_not_found(stage: Stage) -> None:
    assert stage.live is not None
    left = shop(*PRODUCTS[1:])
    stage.publish(build(left, shop=SHOP, previous=stage.live))
    stage.refresh()
    assert stage.get(SIMILAR).status == 410
    answer = stage.get(f"{P}/nothing/similar")
    assert (answer.status, answer.json["type"]) == (404, "/problems/not-found")


def test_rules_know_it_by_its_slot() -> None:
    recall = Rule(id="recall", kind="exclude", products=("lamb",), slots=("similar",), author="A", reason="R")
    paid = Rule(
        id="paid", kind="pin", products=("p7",), position=1, sponsored=True, slots=("similar",),
        author="A", reason="R",
    )  # fmt: skip
    stage = Stage()
    stage.publish(build(CATALOGUE, shop=SHOP, rules=RuleSet((recall, paid))))
    answer = stage.get(SIMILAR).json
    assert "lamb" not in ids(answer)
    assert (answer["items"][0]["id"], answer["items"][0]["sponsored"]) == ("p7", True)
    assert "lamb" in ids(stage.get("/v1/nl/en/recommendations?item=wool").json)


def test_without_its_model_it_is_kept_for_seconds_only_and_is_another_answer(stage: Stage) -> None:
    assert stage.live is not None
    whole = stage.get(SIMILAR)
    key = part_key(stage.live.release.manifest.groups[SESSIONS][0].digest)
    stage.kv.fails = lambda asked: asked == key
    stage.arrive()
    without = stage.get(SIMILAR)
    assert without.status == 200
    assert without.headers["etag"] != whole.headers["etag"]
    assert without.headers["cache-control"] == "public, max-age=5, stale-while-revalidate=0"
    assert ids(without.json) != ids(whole.json)


PRICED = [
    garment("asked", offers=(offer(price=4000),), published=moment(-30)),
    *(garment(f"at-{price}", offers=(offer(price=price),)) for price in (3199, 3200, 5000, 5001)),
]


def carried_by(answer: object, term: str) -> set[str]:
    assert isinstance(answer, dict)
    return {item["id"] for item in answer["items"] if any(one["name"] == term for one in item["explain"])}


def test_a_like_price_is_within_the_stated_ratio_upwards_as_downwards() -> None:
    stage = Stage(shop(*PRICED))
    answer = stage.get(f"{P}/asked/similar?explain=true").json
    assert carried_by(answer, "price") == {"at-3200", "at-5000"}


def test_a_price_that_a_delta_changes_moves_no_product_between_two_pages() -> None:
    base = build(shop(*PRICED), shop=SHOP, weights=RankingWeights(spread=Spread(window=1)))
    stage = Stage()
    stage.publish(base)
    stage.refresh()
    target = f"{P}/asked/similar?explain=true&limit=2"
    whole = ids(stage.get(f"{P}/asked/similar?explain=true&limit=96").json)
    first = stage.get(target).json
    cheaper = [garment(one.id, offers=(offer(price=4000),), published=one.published) for one in PRICED]
    stage.publish(build_delta(base, shop(*cheaper)))
    stage.refresh()
    second = stage.get(f"{P}/asked/similar?cursor={first['next']}&explain=true&limit=2").json
    assert second["snapshot"]["delta"] == 1
    assert ids(first) + ids(second) == whole


def test_a_product_that_nobody_has_clicked_yet_is_recommended_by_its_facts() -> None:
    old = shop(*PRODUCTS[:-1], categories={f"style-p{number}": "coats" for number in range(12)})
    fresh = garment("fresh", components=(shell(wool=100),), published=moment(0), offers=(offer(price=4100),))
    first = build(old, shop=SHOP, model=trained(("wool", "p9"), ("wool", "p3")))
    now = shop(*PRODUCTS[:-1], fresh, categories={f"style-p{number}": "coats" for number in range(12)})
    stage = Stage()
    stage.publish(
        build(now, shop=SHOP, previous=first, model=trained(("wool", "p9")), weights=RankingWeights(model=24))
    )
    assert ids(stage.get(f"{SIMILAR}?limit=2").json)[0] == "fresh"
    context = Context(b"x" * 12, NOW, recent=(ORDINALS["lamb"],))
    personal = stage.get("/v1/nl/en/recommendations?explain=true&limit=6", stage.cookies(context)).json
    assert "fresh" in ids(personal)
    found = next(item for item in personal["items"] if item["id"] == "fresh")
    assert {"category", "material"} <= {term.get("field") for term in found["explain"]}
    assert "fresh" not in carried_by(personal, "model")
