from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from selvedge.ranking.affinity import NO_BONUSES
from selvedge.ranking.models import MAX_NAME, MAX_SCORED, Prediction, bonuses
from selvedge.ranking.weights import DEFAULTS, RankingWeights

if TYPE_CHECKING:
    from selvedge.snapshot.index import Index

ONE = Prediction("als", "7", ((1, 10.0), (2, 5.0), (3, 1.0)))
TWO = Prediction("sessions", "2", ((2, 0.2), (4, 0.1)))


def points(index: Index, *predictions: Prediction | None) -> dict[int, int]:
    """What products get, by their stable ordinals."""
    found = bonuses(index, DEFAULTS, *predictions).points
    return {index.ordinals[rank]: number for rank, number in found.items()}


def test_the_best_product_gets_the_whole_weight_and_others_their_share(index: Index) -> None:
    assert points(index, ONE) == {1: 96, 2: 48, 3: 10}


def test_several_models_are_measured_each_by_its_own_best_and_added_up(index: Index) -> None:
    # 1: 1; 2: 0.5 + 1; 3: 0.1; 4: 0.5; the best of these gets the whole weight.
    assert points(index, ONE, TWO) == {1: 64, 2: 96, 3: 7, 4: 32}
    assert bonuses(index, DEFAULTS, ONE, TWO).model == "als@7+sessions@2"


def test_what_a_model_names_gets_what_priorities_may_add_besides(index: Index) -> None:
    found = bonuses(index, DEFAULTS, ONE, start=24).points
    assert found == {rank: number + 24 for rank, number in bonuses(index, DEFAULTS, ONE).points.items()}
    filling = Prediction("rows", "1", ((1, 0.9), (2, 0.45)), 1)
    assert sorted(bonuses(index, DEFAULTS, filling, start=24).points.values()) == [12, 96 + 24]
    assert bonuses(index, RankingWeights(model=0), ONE, start=24) == NO_BONUSES


def test_the_least_that_a_model_says_is_a_point(index: Index) -> None:
    assert points(index, Prediction("als", "7", ((1, 1.0), (2, 1e-9))))[2] == 1


def test_who_has_nothing_to_say_changes_nothing(index: Index) -> None:
    assert bonuses(index, DEFAULTS) == bonuses(index, DEFAULTS, None, Prediction("x", "1")) == NO_BONUSES
    assert bonuses(index, DEFAULTS, None, ONE, Prediction("x", "1")) == bonuses(index, DEFAULTS, ONE)
    assert bonuses(index, RankingWeights(model=0), ONE, TWO) == NO_BONUSES


def test_products_that_are_not_here_count_for_nothing(index: Index) -> None:
    unknown = Prediction("als", "7", ((999_999, 10.0), (2, 5.0)))
    assert points(index, unknown) == {2: 96}


def test_long_names_are_cut(index: Index) -> None:
    long = Prediction("m" * 128, "v" * 128, ((1, 1.0),))
    assert len(bonuses(index, DEFAULTS, long, ONE).model or "") == MAX_NAME


scores = st.lists(st.tuples(st.integers(0, 299), st.floats(0.001, 1e6)), unique_by=lambda pair: pair[0])


@given(st.lists(scores, max_size=3))
def test_no_blend_exceeds_the_weight_or_the_number_of_products(
    index: Index, several: list[list[tuple[int, float]]]
) -> None:
    found = bonuses(index, DEFAULTS, *(Prediction("m", "1", tuple(one)) for one in several)).points
    assert len(found) <= MAX_SCORED
    assert all(0 < number <= DEFAULTS.model for number in found.values())
    if any(several):
        assert max(found.values()) == DEFAULTS.model


def test_the_best_product_that_may_be_shown_gets_the_whole_weight(index: Index) -> None:
    """What is bought, dismissed or excluded is nothing to measure the others by."""
    ranks = [index.rank(ordinal) for ordinal in (2, 3)]
    among = sum(1 << rank for rank in ranks if rank is not None)
    found = bonuses(index, DEFAULTS, ONE, among=among).points
    assert {index.ordinals[rank]: number for rank, number in found.items()} == {2: 96, 3: 20}
    assert not bonuses(index, DEFAULTS, ONE, among=0).points


def test_what_only_fills_up_gets_an_eighth_at_most_and_stays_behind_the_rest(index: Index) -> None:
    filled = Prediction("rows", "1", ((1, 0.9), (2, 0.45), (3, 0.3)), 2)
    assert points(index, filled) == {1: 96, 2: 12, 3: 8}
    assert points(index, Prediction("rows", "1", ((1, 0.9), (2, 0.01), (3, 0.005)), 1)) == {1: 96, 2: 2, 3: 1}
    nothing_else = Prediction("rows", "1", ((2, 0.5), (3, 0.25)), 2)
    assert points(index, nothing_else) == {2: 12, 3: 6}
    assert points(index, ONE, nothing_else) == {1: 96, 2: 60, 3: 16}
