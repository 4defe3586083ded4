from __future__ import annotations

from typing import TYPE_CHECKING

from origin.building import build
from selvedge.ranking.affinity import MAX_WEIGHT
from selvedge.ranking.weights import MAX_TERMS, PREFERRED, RECENT_WEIGHTS, weigh
from selvedge.shopper.context import Affinity
from tests.ranking.conftest import index_of
from tests.wardrobe import garment, shell, shop

if TYPE_CHECKING:
    from selvedge.snapshot.index import Index


def wardrobe() -> Index:
    return index_of(
        build(
            shop(
                garment("a", color="red", components=(shell(linen=100),)),
                garment("b", color="blue", components=(shell(cotton=100),)),
                garment("c", color="green", components=()),
                brands={"style-b": "Bolt"},
            ),
            shop="acme",
        )
    )


def rank(index: Index, product: str) -> int:
    ordinal = index.ordinal(product)
    assert ordinal is not None
    found = index.rank(ordinal)
    assert found is not None
    return found


def test_nothing_known_weighs_nothing() -> None:
    assert weigh(wardrobe()) == {}


def test_signals_about_one_value_add_up_to_no_more_than_the_most() -> None:
    index = wardrobe()
    both = weigh(index, affinities=[Affinity("color", "red", 100)], preferred=[("color", "red")])
    assert both == {("color", "red"): MAX_WEIGHT}
    assert weigh(index, preferred=[("color", "red")]) == {("color", "red"): PREFERRED}


def test_the_newest_recent_product_lends_its_values_in_full() -> None:
    index = wardrobe()
    weights = weigh(index, recent=[rank(index, "a")])
    assert weights["color", "red"] == RECENT_WEIGHTS["color"]
    assert weights["brand", "acme"] == RECENT_WEIGHTS["brand"]


def test_older_recent_products_count_less() -> None:
    index = wardrobe()
    weights = weigh(index, recent=[rank(index, "a"), rank(index, "b")])
    assert weights["brand", "acme"] > weights["brand", "bolt"] > 0


def test_what_is_unknown_about_a_recent_product_is_no_taste() -> None:
    index = wardrobe()
    assert ("material", "unknown") not in weigh(index, recent=[rank(index, "c")])


def test_only_the_strongest_terms_enter_an_order() -> None:
    affinities = [Affinity("color", f"c{at:02}", at + 1) for at in range(MAX_TERMS + 5)]
    weights = weigh(wardrobe(), affinities=affinities)
    assert sorted(weights.values()) == list(range(6, MAX_TERMS + 6))
