from __future__ import annotations

import math

import pytest

from evaluation.metrics import Audience, Lists, measure
from evaluation.split import Question, Visit

QUESTIONS = [Question(0, (1,), 2), Question(0, (2, 1), 2), Question(1, (3,), 9), Question(1, (1, 3), -1)]
ANSWERS = [[2, 3], [3, 2], [1, 2, 3, 4, 5, 9], [1]]
AUDIENCE = Audience([Visit((1, 1, 2, 3), 0), Visit((9, 4), 0)], marked={3, 9})


def test_ranks_become_hits_reciprocal_ranks_and_gains() -> None:
    five, ten, _ = measure(Lists(QUESTIONS, ANSWERS), AUDIENCE)
    assert five.hr == 2 / 4
    assert five.mrr == pytest.approx((1 + 1 / 2) / 4)
    assert five.ndcg == pytest.approx((1 + 1 / math.log2(3)) / 4)
    assert ten.hr == 3 / 4
    assert ten.mrr == pytest.approx((1 + 1 / 2 + 1 / 6) / 4)


def test_repeats_of_the_newest_item_can_be_left_out() -> None:
    answers = [[1, 2, 3], [2, 3], [1, 2, 3, 4, 5, 9], [1]]
    five, *_ = measure(Lists(QUESTIONS, answers).without_repeats(), AUDIENCE)
    assert (five.questions, five.hr) == (3, 2 / 3)
    assert five.mrr == pytest.approx((1 + 1 / 5) / 3)  # the newest items, 1 and 3, stand before none


def test_an_item_that_training_had_not_is_a_miss_and_not_left_out() -> None:
    assert measure(Lists(QUESTIONS[3:], [[-1]]), AUDIENCE)[0].hr == 1.0  # only if a recommender invents it
    assert measure(Lists(QUESTIONS[3:], [[1]]), AUDIENCE)[0].hr == 0.0


def test_coverage_popularity_and_share_are_of_the_lists() -> None:
    five = measure(Lists(QUESTIONS[:1], [[1, 3]]), AUDIENCE)[0]
    assert five.coverage == 2 / 5
    assert five.popularity == (1.0 + 0.5) / 2
    assert five.st == 1 / 5  # a list that is too short is not let off
    assert five.sustainable_mrr == pytest.approx(0.2 * 1 / 5)


def test_without_a_list_of_items_there_is_no_share() -> None:
    five = measure(Lists(QUESTIONS, ANSWERS), Audience([Visit((1, 2, 3, 4, 5, 9), 0)]))[0]
    assert five.st is None
    assert five.sustainable_mrr is None
