from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from origin.building import build, build_delta, unknown_to
from selvedge.catalogue.query import SORTS, Query
from tests.stage import Stage
from tests.truth import Truth
from tests.wardrobe import DAY, NOW, catalogues, certificate, evidences, garment, moment, offer, offers, shop
from tests.wardrobe import NL as MARKET

if TYPE_CHECKING:
    from selvedge.catalogue.model import Catalogue, Product


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
    assert stage.get("/v1/nl/en/products?certification=GOTS").status == 400


def test_deltas_are_cumulative_and_a_change_taken_back_is_gone(stage: Stage) -> None:
    apply(stage, garment("a"), garment("b", offers=(offer(price=111),)), garment("c"))
    apply(stage, garment("a"), garment("b"), garment("c", offers=(offer(price=99),)))
    assert stage.get("/v1/nl/en/products/b").json["price"] == 2500
    assert stage.get("/v1/nl/en/products/c").json["price"] == 99
    assert stage.get("/v1/nl/en/products").json["snapshot"]["delta"] == 2


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
