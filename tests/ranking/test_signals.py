from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.building import build
from selvedge.ranking.signals import STEP, Signal, decay_factors, occasion, weigh
from selvedge.ranking.weights import DEFAULTS, MAX_WEIGHT, RankingWeights
from selvedge.shopper.context import MAX_RECENT, Affinity
from tests.ranking.conftest import index_of
from tests.wardrobe import certificate, garment, shell, shop

if TYPE_CHECKING:
    from collections.abc import Iterable

    from selvedge.snapshot.index import Index


def wardrobe() -> Index:
    return index_of(
        build(
            shop(
                garment("a", color="red", components=(shell(linen=100),), evidence=(certificate("GOTS"),)),
                garment("b", color="blue", components=(shell(cotton=100),), evidence=(certificate("GRS"),)),
                garment("c", color="green", components=()),
                brands={"style-b": "Bolt"},
            ),
            shop="acme",
        )
    )


WARDROBE = wardrobe()


def rank(index: Index, product: str) -> int:
    ordinal = index.ordinal(product)
    assert ordinal is not None
    found = index.rank(ordinal)
    assert found is not None
    return found


def points(signals: Iterable[Signal]) -> dict[tuple[str, str], int]:
    total: dict[tuple[str, str], int] = {}
    for one in signals:
        total[one.field, one.value] = total.get((one.field, one.value), 0) + one.points
    return total


def test_nothing_known_weighs_nothing() -> None:
    assert weigh(wardrobe()) == ()


def test_signals_about_one_value_add_up_to_no_more_than_the_most() -> None:
    index = wardrobe()
    both = weigh(index, affinities=[Affinity("color", "red", 100)], preferred=[("color", "red")])
    assert [(one.source, one.points) for one in both] == [("affinity", 104), ("preferred", 16)]
    assert points(both) == {("color", "red"): MAX_WEIGHT // STEP * STEP}
    assert points(weigh(index, preferred=[("color", "red")])) == {("color", "red"): DEFAULTS.preferred}


@given(st.lists(st.tuples(st.sampled_from(["red", "blue"]), st.integers(1, 127)), max_size=6))
def test_what_a_value_adds_is_its_sum_in_whole_steps(told: list[tuple[str, int]]) -> None:
    affinities = [Affinity("color", value, weight) for value, weight in told]
    total = {value: sum(weight for one, weight in told if one == value) for value, _ in told}
    found = points(weigh(WARDROBE, affinities=affinities))
    for value, true in total.items():
        added = found.get(("color", value), 0)
        assert added % STEP == 0
        assert 2 * abs(added - min(true, MAX_WEIGHT // STEP * STEP)) <= STEP


def test_the_newest_recent_product_lends_its_values_in_full() -> None:
    index = wardrobe()
    weights = points(weigh(index, recent=[rank(index, "a")]))
    assert weights["color", "red"] == STEP  # 6, rounded
    assert weights["brand", "acme"] == DEFAULTS.recent.brand


def test_older_recent_products_count_less() -> None:
    index = wardrobe()
    halved = RankingWeights(decay=50)
    weights = points(weigh(index, halved, recent=[rank(index, "a"), rank(index, "b")]))
    assert weights["brand", "acme"] > weights["brand", "bolt"] > 0


def test_the_decay_is_that_of_powers() -> None:
    assert decay_factors(80) == tuple(round(256 * 0.8**age) for age in range(MAX_RECENT))
    assert decay_factors(0) == (256, *[0] * (MAX_RECENT - 1))


def test_what_is_unknown_about_a_recent_product_is_no_taste() -> None:
    index = wardrobe()
    assert ("material", "unknown") not in points(weigh(index, recent=[rank(index, "c")]))


def test_only_the_strongest_values_enter_an_order() -> None:
    index = wardrobe()
    affinities = [Affinity("color", value, 8 + 8 * at) for at, value in enumerate(("red", "blue", "green"))]
    weights = points(weigh(index, RankingWeights(terms=2), affinities=affinities))
    assert weights == {("color", "blue"): 16, ("color", "green"): 24}


def test_values_that_the_snapshot_lacks_take_no_room() -> None:
    affinities = [Affinity("color", "puce", 100), Affinity("smell", "new", 100), Affinity("color", "red", 8)]
    assert points(weigh(wardrobe(), RankingWeights(terms=1), affinities=affinities)) == {("color", "red"): 8}


def test_priorities_on_evidence_share_a_bounded_amount() -> None:
    index, weights = wardrobe(), RankingWeights(priority=24, priorities=32)
    one = weigh(index, weights, preferred=[("certification", "GOTS"), ("color", "red")])
    assert [(signal.source, signal.points) for signal in one] == [("priority", 24), ("preferred", 48)]
    two = weigh(index, weights, preferred=[("certification", "GOTS"), ("certification", "GRS")])
    assert [signal.points for signal in two] == [16, 16]


@pytest.mark.parametrize("bound", [0, 7, 8, 48, 100])
def test_priorities_never_add_more_than_their_bound(bound: int) -> None:
    index, weights = wardrobe(), RankingWeights(priority=24, priorities=min(bound, 127))
    values = [("certification", value) for value in index.facets["certification"].values()]
    for count in range(1, len(values) + 1):
        found = weigh(index, weights, preferred=values[:count])
        assert sum(one.points for one in found) <= bound
    assert bound < 8 or weigh(index, weights, preferred=values[:1])


def test_season_and_market_add_what_the_weights_say() -> None:
    weights = RankingWeights(
        season=12, seasons={"winter": ("category:coats",)}, markets={"nl": {"brand:acme": 5}}
    )
    assert occasion(weights, "nl", "winter") == [
        Signal("season", "category", "coats", 12),
        Signal("market", "brand", "acme", 5),
    ]
    assert occasion(weights, "au", "summer") == []
    assert occasion(DEFAULTS, "nl", "winter") == []
