from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from origin.building import build, build_delta
from origin.building.labels import VocabularyLabels
from origin.demo.catalogue import generate
from selvedge.catalogue.model import Component, FibreShare
from selvedge.catalogue.query import SORTS, canonical
from tests.questions import queries, scope_of
from tests.stage import SHOP, Stage
from tests.truth import Truth, ids
from tests.wardrobe import DAY, NOW, catalogues, certificate, garment, moment, offer, shell, shop

if TYPE_CHECKING:
    from selvedge.catalogue.model import Catalogue, Product

P = "/v1/nl/en/products"


@settings(max_examples=50)
@given(catalogues(), st.integers(0, 6), st.data())
def test_pages_give_the_whole_list_in_order_for_any_filter_sort_and_size(
    catalogue: Catalogue, days: int, data: st.DataObject
) -> None:
    stage = Stage(catalogue)
    stage.clock.time = NOW + days * DAY
    truth = Truth(catalogue, "nl", NOW + days * DAY)
    query = msgspec.structs.replace(
        data.draw(queries(scope_of(catalogue))),
        sort=data.draw(st.sampled_from(SORTS)),
        limit=data.draw(st.integers(1, 5)),
        every_colourway=data.draw(st.booleans()),
    )
    target = f"{P}?{canonical(query)}"
    assert stage.pages(target) == truth.whole(query)
    assert stage.get(target).json["numberOfItems"] == len(truth.matching(query))


@given(catalogues(), st.integers(0, 6))
@settings(max_examples=30)
def test_only_evidence_that_counts_now_is_shown(catalogue: Catalogue, days: int) -> None:
    stage = Stage(catalogue)
    stage.clock.time = NOW + days * DAY
    truth = Truth(catalogue, "nl", NOW + days * DAY)
    products = {product.id: product for product in catalogue.products}
    for item in stage.get(f"{P}?limit=96&variants=all").json["items"]:
        shown = [*item.get("hasCertification", []), *item.get("relatedCertification", [])]
        counting = [
            one
            for one in products[item["id"]].evidence
            if truth.counts(one) and truth.is_whole(products[item["id"]], one)
        ]
        assert sorted(one["scheme"] for one in shown) == sorted(one.scheme for one in counting)
        own = {one["level"] for one in item.get("hasCertification", [])}
        assert own <= {"product", "material"}


def test_evidence_that_expires_after_the_snapshot_stops_counting_in_its_very_second() -> None:
    stage = Stage(shop(garment("a", evidence=(certificate(end=1),))))
    target = f"{P}?certification=GOTS"
    stage.clock.time = NOW + DAY - 1
    before = stage.get(target)
    assert ids(before.json) == ["a"]
    assert before.headers["cache-control"] == "public, max-age=0, stale-while-revalidate=0"
    stage.clock.time = NOW + DAY
    after = stage.get(target, {"if-none-match": before.headers["etag"]})
    assert (after.status, ids(after.json)) == (200, [])
    assert "hasCertification" not in stage.get(f"{P}/a").json


def test_a_fraction_of_a_second_tears_nothing_apart() -> None:
    stage = Stage(shop(garment("a", evidence=(certificate(end=1 + 0.5 / DAY),))))
    stage.clock.time = NOW + DAY + 0.25
    found = stage.get(f"{P}?certification=GOTS").json["items"]
    assert all("hasCertification" in item for item in found)
    assert bool(found) == ("hasCertification" in stage.get(f"{P}/a").json)


def test_matched_marks_the_evidence_that_satisfied_the_filter() -> None:
    both = (certificate("GOTS"), certificate("GRS"))
    item = Stage(shop(garment("a", evidence=both))).get(f"{P}?certification=GRS").json["items"][0]
    marked = {one["scheme"]: one.get("matched", False) for one in item["hasCertification"]}
    assert marked == {"GOTS": False, "GRS": True}


# The starter


def whole_and_starter(catalogue: Catalogue, target: str = P) -> None:
    stage = Stage(catalogue)
    first = stage.get(target)
    reads = [key for key in stage.kv.reads if key.startswith("part/")]
    second = stage.get(target)
    assert (second.status, second.body, second.headers) == (first.status, first.body, first.headers)
    starter = build(catalogue, shop=SHOP).release.manifest.groups["starter/nl/en"][0]
    assert reads[0] == starter.key


def test_a_starter_answers_with_the_bytes_of_the_whole() -> None:
    whole_and_starter(generate(450))


def test_a_starter_knows_when_evidence_beyond_it_changes() -> None:
    products = [garment(f"a{number:03}", published=moment(-1)) for number in range(410)]
    last = garment("z", published=moment(-400), evidence=(certificate(end=0.001),))
    whole_and_starter(shop(*products, last))


def test_a_starter_that_is_too_short_gives_way_to_the_whole() -> None:
    whole_and_starter(shop(*(garment(f"c{number}", group="one") for number in range(30)), garment("b")))


def test_a_cold_isolate_reads_pointer_and_starter_before_it_answers() -> None:
    stage = Stage(generate(60))
    stage.kv.fails = lambda key: key.startswith("part/") and bool(stage.kv.reads[1:])
    assert stage.get(P).status == 200
    stage.kv.fails = lambda _key: False


# Deltas and cursors


@pytest.fixture
def stage() -> Stage:
    products = [garment(f"p{number}", published=moment(-number)) for number in range(6)]
    return Stage(shop(*products))


def change(stage: Stage, *, without: str = "", **prices: int) -> None:
    """Publish a delta with other prices and without one product."""
    assert stage.live is not None
    products: list[Product] = [
        garment(f"p{n}", published=moment(-n), offers=(offer(price=prices.get(f"p{n}", 2500)),))
        for n in range(6)
        if f"p{n}" != without
    ]
    stage.publish(build_delta(stage.live, shop(*products)))
    stage.refresh()


def page_two(stage: Stage, query: str) -> tuple[str, str]:
    """The target of the second page, and of the first."""
    first = stage.get(f"{P}?limit=2{query}").json
    return f"{P}?cursor={first['next']}&limit=2{query}", f"{P}?limit=2{query}"


@pytest.mark.parametrize("query", ["", "&sort=newest"])
def test_a_cursor_goes_on_across_a_delta_without_what_was_withdrawn(stage: Stage, query: str) -> None:
    target, _ = page_two(stage, query)
    change(stage, without="p2", p3=1)
    assert ids(stage.get(target).json) == ["p3", "p4"]


def test_a_cursor_goes_on_when_its_own_product_is_withdrawn(stage: Stage) -> None:
    target, _ = page_two(stage, "")
    change(stage, without="p1")
    assert ids(stage.get(target).json) == ["p2", "p3"]


@pytest.mark.parametrize("query", ["&sort=price", "&sort=-price"])
def test_a_cursor_through_prices_starts_afresh_once_prices_change(stage: Stage, query: str) -> None:
    target, start = page_two(stage, query)
    change(stage, p5=1)
    answer = stage.get(target)
    assert (answer.status, answer.json["start"]) == (410, start)
    assert answer.json["type"] == "/problems/stale-cursor"
    assert stage.get(start).status == 200


def test_a_cursor_of_another_version_starts_afresh(stage: Stage) -> None:
    target, start = page_two(stage, "")
    stage.publish(build(shop(garment("q")), shop=SHOP, previous=stage.live))
    stage.refresh()
    answer = stage.get(target)
    assert (answer.status, answer.json["start"]) == (410, start)
    assert answer.headers["cache-control"] == "no-store"


def test_a_cursor_of_a_version_that_is_rolled_back_to_holds_again(stage: Stage) -> None:
    target, _ = page_two(stage, "")
    old = stage.live
    assert old is not None
    stage.publish(build(shop(garment("q")), shop=SHOP, previous=old))
    stage.refresh()
    stage.publish(old)
    stage.refresh()
    assert stage.get(target).status == 200


def test_a_delta_gives_every_public_answer_a_new_tag(stage: Stage) -> None:
    before = stage.get(P).headers["etag"]
    change(stage, p0=1)
    assert stage.get(P, {"if-none-match": before}).status == 200


def test_a_colourway_that_counted_at_first_and_again_at_last_does_not_hide_its_style() -> None:
    """Its certificate ends before its place goes by, and another begins after that."""
    whole = certificate(start=-9)
    first, last = certificate(start=-9, end=1), certificate(start=2)
    products = [garment(f"p{at}", published=moment(-at), evidence=(whole,)) for at in (1, 2, 4, 5, 7)]
    style = [
        garment("s-a", group="s", published=moment(-3), evidence=(first, last)),
        garment("s-b", group="s", color="red", published=moment(-6), evidence=(whole,)),
    ]
    stage = Stage(shop(*products, *style))
    target = f"{P}?certification=GOTS&{{}}limit=2&sort=newest"
    shown: list[str] = []
    cursor = ""
    for _page in range(3):
        answer = stage.get(target.format(cursor)).json
        shown += ids(answer)
        cursor = f"cursor={answer['next']}&"
        stage.clock.time += DAY
    assert shown == ["p1", "p2", "p4", "p5", "s-b", "p7"]


def test_a_list_that_outlives_many_changes_of_evidence_starts_again() -> None:
    dated = [certificate(end=day) for day in range(1, 7)]
    products = [garment(f"p{at}", published=moment(-at), evidence=(one,)) for at, one in enumerate(dated)]
    stage = Stage(shop(*products, *(garment(f"q{at}", published=moment(-9 - at)) for at in range(9))))
    target = f"{P}?limit=1&sort=newest"
    answer, statuses = stage.get(target), []
    while answer.status == 200:
        stage.clock.time += DAY
        answer = stage.get(f"{P}?cursor={answer.json['next']}&limit=1&sort=newest")
        statuses.append(answer.status)
    assert statuses == [200, 200, 200, 200, 410]
    assert answer.json["start"] == target


@pytest.mark.parametrize(("locale", "name"), [("en", "pocket lining"), ("nl", "voering zak")])
def test_a_product_page_names_components_in_its_language(locale: str, name: str) -> None:
    pocket = Component("pocket_lining", (FibreShare("cotton", 100.0),))
    own = Component("Achterkant kap", (FibreShare("linen", 100.0),))
    stage = Stage()
    made = shop(garment("a", components=(shell(linen=100), pocket, own)))
    stage.publish(build(made, shop=SHOP, labels=VocabularyLabels()))
    _, *inner = stage.get(f"/v1/nl/{locale}/products/a").json["components"]
    assert [(one["code"], one["name"]) for one in inner] == [
        ("pocket_lining", name),
        ("Achterkant kap", "Achterkant kap"),
    ]
