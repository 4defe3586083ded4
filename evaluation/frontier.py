"""The frontier: what a declared priority costs in hits and gives in share, over its strengths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from evaluation.candidate import Served
from evaluation.metrics import LONGEST, Lists, measure
from selvedge.ranking.signals import STEP
from selvedge.ranking.weights import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from evaluation.metrics import Audience
    from evaluation.split import Question

STRENGTHS = tuple(range(0, DEFAULTS.model + 1, STEP))
"""All the points that a priority may add, beside `DEFAULTS.model` for the model's best product."""

MAX_LOSS = 0.01
"""The share of HR@20 that the default strength may cost."""


class Point(msgspec.Struct, frozen=True):
    """Lists of 20 where a priority adds `points`; `within`: whether HR@20 loses at most `MAX_LOSS`."""

    points: int
    hr: float
    mrr: float
    st: float
    sustainable_mrr: float
    within: bool


def frontier(
    part: bytes, questions: Sequence[Question], audience: Audience, boosted: Collection[int]
) -> list[Point]:
    """Return a point for each of `STRENGTHS`."""
    points: list[Point] = []
    for strength in STRENGTHS:
        recommender = Served(part, boosted, strength)
        lists = Lists(questions, [recommender.recommend(one.seen, LONGEST) for one in questions])
        found = measure(lists, audience)[-1]
        plain = points[0].hr if points else found.hr
        within = found.hr >= plain * (1 - MAX_LOSS)
        points.append(
            Point(strength, found.hr, found.mrr, found.st or 0.0, found.sustainable_mrr or 0.0, within)
        )
    return points


def best_within(points: Sequence[Point]) -> Point:
    """The best SustainableMRR among those that cost no more hits than is allowed."""
    return max((point for point in points if point.within), key=lambda point: point.sustainable_mrr)
