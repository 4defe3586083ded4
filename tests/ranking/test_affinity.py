from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from origin.building.arrangement import arrange
from selvedge.ranking.affinity import Bonuses, Personal, Shift
from selvedge.ranking.signals import SOURCES, Signal
from selvedge.ranking.weights import MAX_WEIGHT
from tests.truth import Truth
from tests.wardrobe import DAY, NOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.catalogue.model import Catalogue
    from selvedge.snapshot.index import Index


@st.composite
def tastes(draw: st.DrawFn, index: Index) -> list[Signal]:
    """Signals on values of any shared field, dated ones too, and on one that the snapshot lacks."""
    values = [(name, value) for name, facet in index.facets.items() for value in facet.values()]
    wanted = st.dictionaries(st.sampled_from(values), st.integers(1, MAX_WEIGHT), max_size=12)
    signals = [
        Signal(draw(st.sampled_from(SOURCES)), *value, points) for value, points in draw(wanted).items()
    ]
    return [*signals, Signal("affinity", "material", "moonwool", 5)]


def shifts(size: int) -> st.SearchStrategy[list[Shift]]:
    one = st.builds(
        Shift,
        st.sampled_from(["arrival", "seen", "rule"]),
        st.integers(0, (1 << size) - 1),
        st.integers(-MAX_WEIGHT, MAX_WEIGHT),
    )
    return st.lists(one, max_size=4)


def scores(
    catalogue: Catalogue, signals: Sequence[Signal], now: int, shifted: Sequence[Shift] = ()
) -> list[int]:
    truth, base = Truth(catalogue, "nl", now), arrange(catalogue).scores
    known = {(one.field, one.value): one.points for one in signals if one.value != "moonwool"}
    return [
        truth.score(product, known, base[rank]) + sum(one.points for one in shifted if one.bits >> rank & 1)
        for rank, product in enumerate(truth.ranked)
    ]


def test_the_personal_order_is_that_of_scoring_every_product(catalogue: Catalogue, index: Index) -> None:
    @settings(max_examples=40, deadline=None)
    @given(tastes(index), shifts(index.size), st.integers(-400, 400), st.data())
    def check(signals: list[Signal], shifted: list[Shift], days: int, data: st.DataObject) -> None:
        now = max(NOW, NOW + days * DAY)
        everyone = range(index.size)
        points = data.draw(st.dictionaries(st.sampled_from(everyone), st.integers(0, 900), max_size=5))
        texts = data.draw(st.dictionaries(st.sampled_from(everyone), st.integers(0, 127), max_size=5))
        personal = Personal(index, signals, now, bonuses=Bonuses(points), texts=texts, shifts=shifted)
        order = personal.order()
        total = [
            score + points.get(rank, 0) + texts.get(rank, 0)
            for rank, score in enumerate(scores(catalogue, signals, now, shifted))
        ]
        truth = sorted(everyone, key=lambda rank: (-total[rank], rank))
        candidates = data.draw(st.just((1 << index.size) - 1) | st.integers(0, (1 << 50) - 1))
        wanted = [rank for rank in truth if candidates >> rank & 1]
        head = order.first(candidates, 24)
        assert [place.rank for place in head] == wanted[:24]
        assert [place.number - personal.offset for place in head] == [total[rank] for rank in wanted[:24]]
        assert all(place.number >= 0 for place in head)
        if head:
            rest = order.following(candidates, head[-1])
            assert [place.rank for place in order.first(rest, 24)] == wanted[24:48]

    check()


@pytest.mark.parametrize("field", ["material", "certification", "brand", "color"])
def test_values_of_one_field_add_up_where_a_product_has_several(
    catalogue: Catalogue, index: Index, field: str
) -> None:
    signals = [Signal("affinity", field, value, 64) for value in index.facets[field].values()]
    total = scores(catalogue, signals, NOW)
    head = Personal(index, signals, NOW).order().first((1 << index.size) - 1, 100)
    assert [place.rank for place in head] == sorted(range(index.size), key=lambda at: (-total[at], at))[:100]


def test_an_explanation_adds_up_to_the_score(index: Index) -> None:
    @settings(deadline=None)
    @given(tastes(index), shifts(index.size), st.integers(0, 299), st.integers(0, 50))
    def check(signals: list[Signal], shifted: list[Shift], rank: int, bonus: int) -> None:
        bonuses = Bonuses({rank: bonus}, "m@1")
        personal = Personal(index, signals, NOW, bonuses=bonuses, texts={rank: 7}, shifts=shifted)
        terms = personal.explain(rank)
        assert sum(term.points for term in terms) == personal.order().number(rank) - personal.offset
        assert terms[0].name == "base"
        assert terms[-2].name == "text"
        assert terms[-1].model == "m@1"

    check()


def test_an_explanation_names_the_values_that_the_product_has(catalogue: Catalogue, index: Index) -> None:
    @given(tastes(index), st.integers(0, 299))
    def check(signals: list[Signal], rank: int) -> None:
        truth = Truth(catalogue, "nl", NOW)
        product = truth.ranked[rank]
        named = {
            (term.name, term.field, term.value)
            for term in Personal(index, signals, NOW).explain(rank)
            if term.field
        }
        assert named == {
            (one.source, one.field, one.value)
            for one in signals
            if one.value in truth.values(product, one.field)
        }

    check()


def test_points_below_one_add_nothing(index: Index) -> None:
    signals = [Signal("affinity", "color", "black", 0), Signal("affinity", "color", "white", -3)]
    assert [one.name for one in Personal(index, signals, NOW).explain(0)] == ["base"]
