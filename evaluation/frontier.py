"""The frontier: what a declared priority costs in hits and gives in share, over its strengths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from evaluation.candidate import Boosted
from evaluation.metrics import LONGEST, Lists, measure

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from evaluation.metrics import Audience
    from evaluation.split import Question

STRENGTHS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0)
"""Bonuses, as shares of what the best product of the model has."""

MAX_LOSS = 0.01
"""The share of HR@20 that the default strength may cost."""


class Point(msgspec.Struct, frozen=True):
    """What lists of 20 are like at one strength. `within` says whether HR@20 loses at most `MAX_LOSS`."""

    strength: float
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
        recommender = Boosted(part, boosted, strength)
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
