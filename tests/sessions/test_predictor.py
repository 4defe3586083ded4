from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selvedge.sessions.part import KINDS, MAX_REACH, SessionRows
from selvedge.sessions.predictor import FIRST, NEW, REPEAT, RETURN, SessionPredictor, kind_of
from tests.sessions.test_part import part


def predictor(**changes: object) -> SessionPredictor:
    return SessionPredictor(SessionRows.decode(part(**changes)))  # type: ignore[arg-type]


def scores(recent: list[int], count: int = 3, **changes: object) -> dict[int, float]:
    found = predictor(**changes).predict(recent, count)
    assert found is not None
    return dict(found.scores)


def test_the_newest_item_s_row_gives_its_neighbours_shares() -> None:
    found = predictor().predict([4], 2)
    assert found is not None
    assert (found.model, found.version) == ("session-rows", "0123456789abcdef")
    assert [ordinal for ordinal, _ in found.scores] == [7, 9]
    assert dict(found.scores) == pytest.approx({7: 1 / 1.25, 9: 0.25 / 1.25})


def test_older_items_count_by_the_weight_of_their_position_and_may_be_returned_to() -> None:
    row_of_7 = 0.5
    total = 1.0 * row_of_7 + 0.5 * 0.25
    assert scores([7, 4]) == pytest.approx({4: row_of_7 / total + 0.1, 9: 0.5 * 0.25 / total})


def test_a_likely_repeat_comes_first_and_an_unlikely_one_last() -> None:
    likely = bytes([200] * KINDS + [0] * 2 * KINDS)
    assert next(iter(scores([4], arrays={"repeats": likely}))) == 4
    unlikely = bytes([1] * KINDS + [0] * 2 * KINDS)
    assert list(scores([4], arrays={"repeats": unlikely})) == [7, 9, 4]
    assert scores([4], arrays={"repeats": likely})[4] == pytest.approx(200 / 55)


def test_the_repeat_prior_depends_on_what_the_newest_click_was() -> None:
    only_after_repeat = bytes([0, 0, 200, 0] + [0] * 2 * KINDS)
    assert 4 not in scores([4], 2, arrays={"repeats": only_after_repeat})
    assert next(iter(scores([4, 4], arrays={"repeats": only_after_repeat}))) == 4


@pytest.mark.parametrize(
    ("recent", "kind"),
    [([1], FIRST), ([1, 2], NEW), ([1, 1, 2], REPEAT), ([1, 2, 1], RETURN), ([1, 2, 3], NEW)],
)
def test_clicks_are_of_four_kinds(recent: list[int], kind: int) -> None:
    assert kind_of(recent) == kind


def test_items_that_the_model_does_not_know_are_no_opinion() -> None:
    assert predictor().predict([5, 1_000, -1], 10) is None
    assert predictor().predict([], 10) is None


def test_items_that_the_model_does_not_know_are_passed_over() -> None:
    assert scores([1_000, 4]) == scores([4])


def test_popular_items_fill_up_what_rows_leave_empty() -> None:
    found = scores([9], 2)
    assert list(found) == [4, 7]
    assert all(score > 0 for score in found.values())


def test_a_neighbour_that_is_no_item_is_no_opinion_rather_than_an_error() -> None:
    assert predictor(arrays={"neighbours": array("H", [1, 60_000, 0]).tobytes()}).predict([4], 5) is None


@given(st.lists(st.integers(-2, 12), max_size=80), st.integers(1, 10))
def test_any_session_gives_distinct_known_products_in_order_of_score(recent: list[int], count: int) -> None:
    found = predictor().predict(recent, count)
    if found is None:
        assert not {4, 7, 9} & set(recent)
        return
    products = [ordinal for ordinal, _ in found.scores]
    assert len(products) == len(set(products)) <= count
    assert set(products) <= {4, 7, 9}
    assert [score for _, score in found.scores] == sorted((score for _, score in found.scores), reverse=True)
    assert all(score > 0 for _, score in found.scores)


def test_a_row_as_long_as_the_catalogue_is_read_no_further_than_its_reach() -> None:
    items = 5_000
    ones = {
        "ordinals": b"",
        "starts": array("I", [0, items, *[items] * (items - 1)]).tobytes(),
        "neighbours": array("H", range(items)).tobytes(),
        "weights": bytes([255]) * items,
        "repeats": bytes(items * KINDS),
        "popular": b"",
    }
    found = scores([0], items, head={"items": items, "reach": (MAX_REACH, 1)}, arrays=ones)
    assert len(found) == MAX_REACH - 1  # itself is not a neighbour that counts


def test_a_prediction_says_how_many_only_fill_it_up() -> None:
    found = [predictor().predict(recent, count) for recent, count in (([9], 2), ([4], 2), ([4], 3))]
    assert [one and (len(one.scores), one.filled) for one in found] == [(2, 2), (2, 0), (2, 0)]
