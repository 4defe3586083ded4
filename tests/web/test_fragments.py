from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from origin.building import build
from selvedge.ranking.rules import Rule, RuleSet
from selvedge.shopper.context import Context
from tests.stage import SHOP, Stage
from tests.wardrobe import NL, NOW, SE, certificate, garment, offer, shell, shop

if TYPE_CHECKING:
    from tests.behaviour.case import Answer

PLACE = "/v1/nl/nl"
CATEGORIES = {"style-wool": "coats", "style-lamb": "coats"}


@pytest.fixture(scope="module")
def stage() -> Stage:
    products = [garment(f"p{n}", image=f"/{n}.svg", color_name=f"Blauw {n}") for n in range(20)]
    reduced = offer(price=1995, regular_price=2995, lowest_price_30_days=2195)
    products += [
        garment("wool", components=(shell(wool=100),), evidence=(certificate("GOTS"),)),
        garment("lamb", components=(shell(wool=100),), offers=(reduced,)),
        garment("sold", offers=(offer(stock=0),)),
    ]
    return Stage(shop(*products, markets=(NL, SE), categories=CATEGORIES))


def shown(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return re.findall(r'data-product="([^"]+)"', answer.body.decode())


def person(stage: Stage, *recent: str) -> dict[str, str]:
    assert stage.live is not None
    listed = {item["id"]: item for item in stage.get(f"{PLACE}/products?limit=96").json["items"]}
    assert set(recent) <= {*listed, "sold"}
    loaded = stage.app._edge.store.current
    assert loaded is not None
    ordinals = [loaded.index.ordinal(product) for product in recent]
    assert None not in ordinals
    return stage.cookies(Context(b"x" * 12, NOW, tuple(one for one in ordinals if one is not None)))


def test_the_fragment_shows_what_the_api_recommends(stage: Stage) -> None:
    headers = person(stage, "wool")
    listed = stage.get(f"{PLACE}/recommendations?limit=8", headers).json["items"]
    answer = stage.get(f"{PLACE}/fragments/recommendations", headers)
    assert shown(answer) == [item["id"] for item in listed]
    assert answer.headers["cache-control"] == "private, no-store"
    assert "data-recommendation=" in answer.body.decode()


def test_the_api_and_the_fragment_take_the_same_filters(stage: Stage) -> None:
    assert set(shown(stage.get(f"{PLACE}/fragments/recommendations?material=wool"))) == {"wool", "lamb"}


def test_without_consent_all_people_get_the_same_bytes(stage: Stage) -> None:
    known = person(stage, "wool") | {"sec-gpc": "1"}
    for slot in ("recommendations", "recently-viewed"):
        anyone = stage.get(f"{PLACE}/fragments/{slot}")
        assert stage.get(f"{PLACE}/fragments/{slot}", known) == anyone


def test_recently_viewed_lists_what_was_looked_at_newest_first(stage: Stage) -> None:
    headers = person(stage, "p3", "wool", "p1")
    assert shown(stage.get(f"{PLACE}/fragments/recently-viewed", headers)) == ["p3", "wool", "p1"]
    beside = stage.get(f"{PLACE}/fragments/recently-viewed?item=wool", headers)
    assert shown(beside) == ["p3", "p1"]


def test_what_is_sold_out_is_not_shown_again(stage: Stage) -> None:
    headers = person(stage, "sold", "p1")
    assert shown(stage.get(f"{PLACE}/fragments/recently-viewed", headers)) == ["p1"]


def test_who_has_looked_at_nothing_gets_an_empty_fragment(stage: Stage) -> None:
    answer = stage.get(f"{PLACE}/fragments/recently-viewed")
    assert shown(answer) == []
    assert b" hidden>" in answer.body


def test_what_is_similar_is_public_and_reads_nothing_about_the_person(stage: Stage) -> None:
    target = f"{PLACE}/fragments/similar?item=wool"
    anyone = stage.get(target)
    assert shown(anyone) == ["lamb"]
    assert stage.get(target, person(stage, "p1", "p2")) == anyone
    assert anyone.headers["cache-control"].startswith("public, max-age=")
    assert stage.get(target, {"if-none-match": anyone.headers["etag"]}).status == 304


def test_what_is_similar_has_one_address(stage: Stage) -> None:
    moved = stage.get(f"{PLACE}/fragments/similar?limit=4&item=wool")
    assert (moved.status, moved.headers["location"]) == (
        308,
        f"{PLACE}/fragments/similar?item=wool&limit=4",
    )


def test_beside_a_product_that_is_withdrawn_there_is_nothing_similar_but_recommendations() -> None:
    first = build(shop(garment("a"), garment("gone")), shop=SHOP)
    stage = Stage()
    stage.publish(build(shop(garment("a")), shop=SHOP, previous=first))
    assert stage.get(f"{PLACE}/products/gone").status == 410
    assert shown(stage.get(f"{PLACE}/fragments/similar?item=gone")) == []
    plain = stage.get(f"{PLACE}/fragments/recommendations")
    assert shown(stage.get(f"{PLACE}/fragments/recommendations?item=gone")) == shown(plain) == ["a"]
    headers = stage.cookies(Context(b"x" * 12, NOW, recent=(0,)))
    assert shown(stage.get(f"{PLACE}/fragments/recently-viewed?item=gone", headers)) == ["a"]


def test_rules_exclude_from_what_was_recently_viewed() -> None:
    excluded = Rule(id="recall", kind="exclude", products=("b",), author="Ada", reason="a recall")
    stage = Stage()
    stage.publish(build(shop(garment("a"), garment("b")), shop=SHOP, rules=RuleSet((excluded,))))
    headers = stage.cookies(Context(b"x" * 12, NOW, recent=(0, 1)))
    assert shown(stage.get(f"{PLACE}/fragments/recently-viewed", headers)) == ["a"]


def test_the_number_of_items_is_bounded(stage: Stage) -> None:
    assert len(shown(stage.get(f"{PLACE}/fragments/recommendations"))) == 8
    assert len(shown(stage.get(f"{PLACE}/fragments/recommendations?limit=12"))) == 12


@pytest.mark.parametrize(
    ("target", "parameter"),
    [
        ("recommendations?limit=13", "limit"),
        ("recommendations?cursor=x", "cursor"),
        ("recommendations?explain=true", "explain"),
        ("recommendations?item=nothing", "item"),
        ("recently-viewed?prefer=color:blue", "prefer"),
        ("similar", "item"),
        ("alternatives", "item"),
        ("similar?item=wool&personalise=on", "personalise"),
        ("similar?item=wool&sort=price", "sort"),
    ],
)
def test_what_makes_no_sense_is_named(stage: Stage, target: str, parameter: str) -> None:
    answer = stage.get(f"{PLACE}/fragments/{target}")
    assert (answer.status, answer.json["parameter"]) == (400, parameter)


def test_a_slot_that_is_none_is_not_found(stage: Stage) -> None:
    answer = stage.get(f"{PLACE}/fragments/hero")
    assert answer.status == 404
    assert "recently-viewed" in answer.json["detail"]


def test_words_and_prices_are_in_the_page_s_language(stage: Stage) -> None:
    dutch = stage.get(f"{PLACE}/fragments/similar?item=wool").body.decode()
    assert 'lang="nl"' in dutch
    assert "Laagste prijs van de laatste 30 dagen</dt><dd>€\u00a021,95" in dutch
    english = stage.get("/v1/nl/en/fragments/similar?item=wool").body.decode()
    assert "<s>€29.95</s>" in english


def test_a_fragment_opened_as_a_page_can_do_nothing(stage: Stage) -> None:
    headers = stage.get(f"{PLACE}/fragments/recommendations").headers
    assert "sandbox" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
