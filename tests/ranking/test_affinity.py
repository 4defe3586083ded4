from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from origin.building.arrangement import arrange
from selvedge.ranking.affinity import MAX_WEIGHT, Personal, Weights
from tests.truth import Truth
from tests.wardrobe import DAY, NOW

if TYPE_CHECKING:
    from selvedge.catalogue.model import Catalogue
    from selvedge.snapshot.index import Index


@st.composite
def tastes(draw: st.DrawFn, index: Index) -> Weights:
    """Weights on values of any shared field, dated ones too, and on one that the snapshot lacks."""
    values = [(name, value) for name, facet in index.facets.items() for value in facet.values()]
    wanted = st.dictionaries(st.sampled_from(values), st.integers(1, MAX_WEIGHT), max_size=12)
    return {**draw(wanted), ("material", "moonwool"): 5}


def scores(catalogue: Catalogue, weights: Weights, now: int) -> list[int]:
    truth, base = Truth(catalogue, "nl", now), arrange(catalogue).scores
    known = {key: weight for key, weight in weights.items() if key[1] != "moonwool"}
    return [truth.score(product, known, base[rank]) for rank, product in enumerate(truth.ranked)]


def test_the_personal_order_is_that_of_scoring_every_product(catalogue: Catalogue, index: Index) -> None:
    @settings(max_examples=40)
    @given(tastes(index), st.integers(-400, 400), st.data())
    def check(weights: Weights, days: int, data: st.DataObject) -> None:
        now = max(NOW, NOW + days * DAY)
        everyone = range(index.size)
        bonuses = data.draw(st.dictionaries(st.sampled_from(everyone), st.integers(0, 900), max_size=5))
        order = Personal(index, weights, now, bonuses).order()
        total = [score + bonuses.get(rank, 0) for rank, score in enumerate(scores(catalogue, weights, now))]
        truth = sorted(everyone, key=lambda rank: (-total[rank], rank))
        candidates = data.draw(st.just((1 << index.size) - 1) | st.integers(0, (1 << 50) - 1))
        wanted = [rank for rank in truth if candidates >> rank & 1]
        head = order.first(candidates, 24)
        assert [place.rank for place in head] == wanted[:24]
        assert [place.number for place in head] == [total[rank] for rank in wanted[:24]]
        if head:
            rest = order.following(candidates, head[-1])
            assert [place.rank for place in order.first(rest, 24)] == wanted[24:48]

    check()


@pytest.mark.parametrize("field", ["material", "certification", "brand", "color"])
def test_values_of_one_field_add_up_where_a_product_has_several(
    catalogue: Catalogue, index: Index, field: str
) -> None:
    weights = {(field, value): 64 for value in index.facets[field].values()}
    total = scores(catalogue, weights, NOW)
    head = Personal(index, weights, NOW).order().first((1 << index.size) - 1, 100)
    assert [place.rank for place in head] == sorted(range(index.size), key=lambda at: (-total[at], at))[:100]


def test_an_explanation_adds_up_to_the_score(index: Index) -> None:
    @given(tastes(index), st.integers(0, 299), st.integers(0, 50))
    def check(weights: Weights, rank: int, bonus: int) -> None:
        personal = Personal(index, weights, NOW, {rank: bonus})
        terms = personal.explain(rank)
        assert sum(term.points for term in terms) == personal.order().number(rank)
        assert terms[0].name == "base"

    check()


def test_an_explanation_names_the_values_that_the_product_has(catalogue: Catalogue, index: Index) -> None:
    @given(tastes(index), st.integers(0, 299))
    def check(weights: Weights, rank: int) -> None:
        truth = Truth(catalogue, "nl", NOW)
        product = truth.ranked[rank]
        named = {
            (term.field, term.value) for term in Personal(index, weights, NOW).explain(rank) if term.field
        }
        assert named == {(field, value) for field, value in weights if value in truth.values(product, field)}

    check()


def test_weights_below_one_add_nothing(index: Index) -> None:
    weights = {("color", "black"): 0, ("color", "white"): -3}
    assert [one.name for one in Personal(index, weights, NOW).explain(0)] == ["base"]
