from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from origin.building import build, build_delta, unknown_to
from origin.building.build import UnusableRules
from origin.building.delta import NewVersionDue
from origin.building.history import Standing
from selvedge.catalogue.query import SORTS, Query
from selvedge.errors import OversizedPart
from selvedge.ranking.rules import NO_RULES, Rule, RuleSet
from selvedge.ranking.weights import RankingWeights, decode_weights
from selvedge.snapshot.container import unpack
from tests.stage import SHOP, Stage
from tests.truth import Truth
from tests.wardrobe import (
    DAY,
    NOW,
    SE,
    catalogues,
    certificate,
    evidences,
    garment,
    moment,
    offer,
    offers,
    shop,
)
from tests.wardrobe import NL as MARKET

if TYPE_CHECKING:
    from origin.building import BuiltSnapshot
    from selvedge.catalogue.model import Catalogue, Market, Product


@st.composite
def changes(draw: st.DrawFn, catalogue: Catalogue) -> Catalogue:
    """The same shop later: prices, stock and evidence have changed, some products are gone."""
    kept = [product for product in catalogue.products if draw(st.integers(0, 4)) > 0]
    products = []
    for product in kept:
        if draw(st.booleans()):
            product = msgspec.structs.replace(product, offers=draw(offers([MARKET])))  # noqa: PLW2901
        if draw(st.booleans()):
            evidence = tuple(draw(st.lists(evidences, max_size=2)))
            product = msgspec.structs.replace(product, evidence=evidence)  # noqa: PLW2901
        products.append(product)
    return msgspec.structs.replace(catalogue, products=tuple(products), taken=moment(0.5))


def base_order_of(catalogue: Catalogue, later: Catalogue, now: int) -> Truth:
    """The truth about `later` in the order of `catalogue`, which a delta keeps."""
    truth = Truth(later, "nl", now)
    present = {product.id: product for product in later.products}
    ranked = Truth(catalogue, "nl", now).ranked
    truth.ranked = tuple(present[product.id] for product in ranked if product.id in present)
    truth.rank = {product.id: rank for rank, product in enumerate(ranked)}
    return truth


@settings(max_examples=30)
@given(catalogues(max_size=8), st.data())
def test_answers_over_base_and_delta_are_those_of_the_changed_shop(
    catalogue: Catalogue, data: st.DataObject
) -> None:
    base = build(catalogue, shop="acme")
    first = build_delta(base, data.draw(changes(catalogue)))
    later = data.draw(changes(catalogue))
    second = build_delta(first, later)
    assert second.release.delta_number == 2
    stage = Stage()
    stage.publish(second)
    stage.clock.time = NOW + data.draw(st.integers(1, 6)) * DAY
    truth = base_order_of(catalogue, later, int(stage.clock.time))
    for sort in SORTS:
        query = "" if sort == "relevance" else f"sort={sort}"
        assert stage.pages(f"/v1/nl/en/products?limit=3&{query}") == truth.whole(Query(sort=sort))
    answer = stage.get("/v1/nl/en/products?facets=certification,size").json
    counts = {field["field"]: {v["value"]: v["count"] for v in field["values"]} for field in answer["facets"]}
    for field in ("certification", "size"):
        expected: dict[str, int] = {}
        for product in truth.matching(Query()):
            for value in truth.values(product, field):
                expected[value] = expected.get(value, 0) + 1
        assert counts[field] == expected
    for product in catalogue.products:
        gone = product.id not in {one.id for one in later.products}
        assert (stage.get(f"/v1/nl/en/products/{product.id}").status == 410) is gone


@pytest.fixture
def stage() -> Stage:
    return Stage(shop(garment("a", published=moment(-1)), garment("b"), garment("c", published=moment(-50))))


def apply(stage: Stage, *products: Product) -> None:
    """Publish a delta that brings the shop to `products`, and let the isolate notice."""
    assert stage.live is not None
    stage.publish(build_delta(stage.live, shop(*products)))
    stage.refresh()


def listed(stage: Stage, query: str = "") -> list[str]:
    return [item["id"] for item in stage.get(f"/v1/nl/en/products{query}").json["items"]]


def test_a_withdrawn_product_is_gone_from_lists_and_from_its_page(stage: Stage) -> None:
    assert listed(stage) == ["a", "b", "c"]
    apply(stage, garment("a"), garment("c"))
    assert listed(stage) == ["a", "c"]
    assert stage.get("/v1/nl/en/products/b").status == 410


def test_a_sold_out_product_leaves_lists_and_keeps_its_page(stage: Stage) -> None:
    apply(stage, garment("a"), garment("b", offers=(offer(stock=0),)), garment("c"))
    assert listed(stage) == ["a", "c"]
    page = stage.get("/v1/nl/en/products/b")
    assert page.status == 200
    assert [one["availability"] for one in page.json["offers"]] == ["OutOfStock"]


def test_a_new_price_is_shown_in_lists_and_on_the_page(stage: Stage) -> None:
    apply(stage, garment("a"), garment("b", offers=(offer(price=111),)), garment("c"))
    assert stage.get("/v1/nl/en/products?price=..200").json["items"][0]["price"] == 111
    assert stage.get("/v1/nl/en/products/b").json["offers"][0]["price"] == 111


def test_evidence_that_is_withdrawn_counts_no_more(stage: Stage) -> None:
    apply(stage, garment("a", evidence=(certificate(),)), garment("b"), garment("c"))
    assert listed(stage, "?certification=GOTS") == ["a"]
    apply(stage, garment("a"), garment("b"), garment("c"))
    assert listed(stage, "?certification=GOTS") == []


def test_deltas_are_cumulative_and_a_change_taken_back_is_gone(stage: Stage) -> None:
    apply(stage, garment("a"), garment("b", offers=(offer(price=111),)), garment("c"))
    apply(stage, garment("a"), garment("b"), garment("c", offers=(offer(price=99),)))
    assert stage.get("/v1/nl/en/products/b").json["price"] == 2500
    assert stage.get("/v1/nl/en/products/c").json["price"] == 99
    assert stage.get("/v1/nl/en/products").json["snapshot"]["delta"] == 2


@settings(max_examples=30)
@given(catalogues(max_size=8), st.data())
def test_a_delta_counts_what_it_shows_as_a_version_would(catalogue: Catalogue, data: st.DataObject) -> None:
    later = data.draw(changes(catalogue))
    release = build_delta(build(catalogue, shop="acme"), later).release
    anew = build(later, shop="acme").release
    assert (release.taken, release.counts) == (anew.taken, anew.counts)


@pytest.mark.parametrize(
    "markets", [(MARKET, SE), (SE,), (msgspec.structs.replace(MARKET, locales=("nl",)),)]
)
def test_other_markets_are_due_a_new_version(markets: tuple[Market, ...]) -> None:
    base = build(shop(garment("a")), shop="acme")
    with pytest.raises(NewVersionDue, match="build a new version"):
        build_delta(base, shop(garment("a"), markets=markets))


def test_a_delta_keeps_to_the_page_size_of_its_base() -> None:
    long = shop(*(garment(f"p{number}") for number in range(9)))
    texts = tuple(
        msgspec.structs.replace(group, description={"en": "linen " * 200_000}) for group in long.groups
    )
    long = msgspec.structs.replace(long, groups=texts)
    base = build(long, shop="acme")
    assert base.release.manifest.pages["details/nl"].products_per_page == 2
    stage = Stage()
    stage.publish(base)
    assert stage.get("/v1/nl/en/products/p8").status == 200
    dearer = tuple(msgspec.structs.replace(one, offers=(offer(price=7),)) for one in long.products[-1:])
    changed = build_delta(base, msgspec.structs.replace(long, products=(*long.products[:-1], *dearer)))
    stage.publish(changed)
    stage.refresh()
    assert stage.get("/v1/nl/en/products/p8").json["offers"][0]["price"] == 7


def test_a_record_that_fits_into_no_part_is_named_by_its_page_set() -> None:
    one = shop(garment("a"))
    texts = tuple(msgspec.structs.replace(group, description={"en": "x" * 5_100_000}) for group in one.groups)
    with pytest.raises(OversizedPart, match="details/nl: a single record"):
        build(msgspec.structs.replace(one, groups=texts), shop="acme")


def test_products_that_a_delta_cannot_carry_are_named() -> None:
    first = build(shop(garment("a"), garment("b")), shop="acme")
    second = build(shop(garment("a")), shop="acme", previous=first)
    assert unknown_to(second, shop(garment("a"), garment("b"), garment("new"))) == ["b", "new"]


def test_a_product_that_comes_back_waits_for_the_next_version() -> None:
    first = build(shop(garment("a"), garment("b")), shop="acme")
    second = build(shop(garment("a")), shop="acme", previous=first)
    stage = Stage()
    stage.publish(build_delta(second, shop(garment("a"), garment("b"))))
    assert stage.get("/v1/nl/en/products/b").status == 410
    assert listed(stage) == ["a"]


def standing(built: BuiltSnapshot, group: str) -> dict[str, memoryview]:
    """The sections of a group as the edge has them."""
    assert built.release.delta is not None
    over = unpack(built.parts[built.release.delta.digest])
    prefix = f"{group}:"
    mine = {name.removeprefix(prefix): data for name, data in over.items() if name.startswith(prefix)}
    return {**built.sections(group), **mine}


BURY = RuleSet((Rule(id="low", kind="bury", products=("a",), points=127, author="Ada", reason="a test"),))
HIDE = RuleSet((Rule(id="hidden", kind="exclude", products=("b",), author="Ada", reason="a test"),))


def apply_rules(stage: Stage, rules: RuleSet | None, *products: Product) -> None:
    assert stage.live is not None
    stage.publish(build_delta(stage.live, shop(*products), rules))
    stage.refresh()


def test_a_delta_brings_rules_and_takes_them_away_again(stage: Stage) -> None:
    three = garment("a"), garment("b"), garment("c")
    plain = stage.get("/v1/nl/en/products")
    apply_rules(stage, BURY, *three)
    ruled = stage.get("/v1/nl/en/products")
    assert [item["id"] for item in ruled.json["items"]] == ["b", "c", "a"]
    assert (plain.headers["etag"] == ruled.headers["etag"]) is False
    apply_rules(stage, HIDE, *three)
    assert listed(stage) == ["a", "c"]
    apply_rules(stage, NO_RULES, *three)
    assert listed(stage) == ["a", "b", "c"]


def test_rules_of_a_delta_stay_until_others_come(stage: Stage) -> None:
    apply_rules(stage, HIDE, garment("a"), garment("b"), garment("c"))
    apply_rules(stage, None, garment("a"), garment("b"), garment("c", offers=(offer(price=111),)))
    assert listed(stage) == ["a", "c"]


def test_a_delta_with_its_version_s_own_rules_carries_none() -> None:
    catalogue = shop(garment("a"), garment("b"))
    base = build(catalogue, shop=SHOP, rules=HIDE)
    stage = Stage()
    stage.publish(build_delta(build_delta(base, catalogue, BURY), catalogue, HIDE))
    assert listed(stage) == ["a"]
    stage.publish(build_delta(build_delta(base, catalogue, HIDE), catalogue, NO_RULES))
    stage.refresh()
    assert listed(stage) == ["a", "b"]


def test_rules_of_a_delta_begin_and_end_by_the_clock(stage: Stage) -> None:
    later = moment(1)
    rule = msgspec.structs.replace(HIDE.rules[0], start=later)
    apply_rules(stage, RuleSet((rule,)), garment("a"), garment("b"), garment("c"))
    before = stage.get("/v1/nl/en/products")
    stage.clock.time = later.timestamp()
    after = stage.get("/v1/nl/en/products")
    assert [len(answer.json["items"]) for answer in (before, after)] == [3, 2]
    assert before.headers["etag"] != after.headers["etag"]


def test_a_list_that_went_by_rules_starts_again_under_others(stage: Stage) -> None:
    apply_rules(stage, BURY, garment("a"), garment("b"), garment("c"))
    following = stage.get("/v1/nl/en/products?limit=1").json["next"]
    apply_rules(stage, HIDE, garment("a"), garment("b"), garment("c"))
    stale = stage.get(f"/v1/nl/en/products?cursor={following}&limit=1")
    assert (stale.status, stale.json["start"]) == (410, "/v1/nl/en/products?limit=1")


def test_rules_that_cannot_hold_stop_a_delta(stage: Stage) -> None:
    nowhere = msgspec.structs.replace(HIDE.rules[0], products=("nowhere",))
    assert stage.live is not None
    with pytest.raises(UnusableRules, match="no product 'nowhere'"):
        build_delta(stage.live, shop(garment("a")), RuleSet((nowhere,)))


def test_a_delta_knows_which_delta_changed_a_product_last() -> None:
    sold = offer(stock=0)
    steps = [
        shop(garment("a"), garment("b", offers=(sold,)), garment("c")),
        shop(garment("a"), garment("b", offers=(sold,)), garment("c", evidence=(certificate(),))),
        shop(garment("a"), garment("b"), garment("c", evidence=(certificate(),), offers=(offer(stock=9),))),
    ]
    built = build(shop(garment("a"), garment("b"), garment("c")), shop=SHOP)
    history = []
    for later in steps:
        built = build_delta(built, later)
        history.append(Standing(standing(built, "index"), standing(built, "market/nl")).changed)
    assert history == [{1: 1}, {1: 1, 2: 2}, {1: 3, 2: 2}]


COLOURS = (("a-1", 0), ("b", -1), ("c", -2), ("a-2", -60))


@pytest.mark.parametrize(
    ("path", "later"),
    [("products", ["c", "a-2"]), ("recommendations", ["a-1", "c"])],  # the latter's block is in progress
)
def test_a_colourway_that_comes_back_hides_no_other_of_its_style_from_later_pages(
    path: str, later: list[str]
) -> None:
    def at(stock: int) -> Catalogue:
        return shop(
            *(
                garment(
                    name,
                    group=name[0],
                    published=moment(days),
                    offers=(offer(stock=stock if name == "a-1" else 3),),
                )
                for name, days in COLOURS
            )
        )

    path = f"/v1/nl/en/{path}"
    stage = Stage(at(3))
    assert stage.live is not None
    stage.publish(build_delta(stage.live, at(0)))
    stage.refresh()
    first = stage.get(f"{path}?limit=1").json
    assert stage.pages(f"{path}?limit=1") == ["b", "c", "a-2"]
    stage.publish(build_delta(stage.live, at(3)))
    stage.refresh()
    assert stage.pages(f"{path}?limit=1") == ["a-1", "b", "c"]
    second = stage.get(f"{path}?cursor={first['next']}&limit=1").json
    third = stage.get(f"{path}?cursor={second['next']}&limit=1").json
    assert [page["items"][0]["id"] for page in (first, second, third)] == ["b", *later]


def test_a_delta_carries_weights_and_the_next_one_keeps_them() -> None:
    catalogue = shop(garment("a"), garment("b"))
    base = build(catalogue, shop=SHOP)
    heavier = RankingWeights(model=10, band=50)
    first = build_delta(base, catalogue, weights=heavier)
    second = build_delta(first, catalogue)
    back = build_delta(second, catalogue, weights=RankingWeights())
    for built, expected in ((first, heavier), (second, heavier), (back, RankingWeights())):
        assert built.release.delta is not None
        sections = unpack(built.parts[built.release.delta.digest])
        assert decode_weights(sections.get("index:weights")) == expected
