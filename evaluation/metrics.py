"""Metrics over all questions, at several list lengths. Every question weighs the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from evaluation.split import Question, Visit

LENGTHS = (5, 10, 20)
LONGEST = max(LENGTHS)
MRR_SHARE = 0.8
"""SustainableMRR@k = 0.8 MRR@k + 0.2 st@k (illoominate, RecSys 2025)."""


class Metrics(msgspec.Struct, frozen=True):
    """What lists of `length` reach.

    `coverage` is the share of training items that are ever recommended, `popularity` the mean over what is
    recommended of its clicks, as a share of the most clicked item's, `st` the share of a given list of items.
    """

    length: int
    questions: int
    hr: float
    mrr: float
    ndcg: float
    coverage: float
    popularity: float
    st: float | None = None
    sustainable_mrr: float | None = None


class Lists:
    """What one recommender answered to all questions of a split: `LONGEST` items each and one more."""

    def __init__(self, questions: Sequence[Question], answers: Sequence[Sequence[int]]) -> None:
        self.questions = questions
        self.answers = answers
        self.sessions = np.array([question.session for question in questions], dtype=np.int64)
        self.ranks = np.array(
            [_rank(question.target, answer) for question, answer in zip(questions, answers, strict=True)],
            dtype=np.int64,
        )

    def without_repeats(self) -> Lists:
        """The same where the newest item is neither asked for nor recommended."""
        kept = [
            (question, [item for item in answer if item != question.seen[0]])
            for question, answer in zip(self.questions, self.answers, strict=True)
            if not question.repeat
        ]
        return Lists([question for question, _ in kept], [answer for _, answer in kept])

    def gains(self, name: str, length: int) -> NDArray[np.float64]:
        """What each question adds to `hr`, `mrr` or `ndcg`."""
        rank = self.ranks
        value = {
            "hr": np.ones(len(rank)),
            "mrr": 1 / np.maximum(rank, 1),
            "ndcg": 1 / np.log2(rank + 1.0 + (rank < 1)),
        }
        return np.where((rank >= 1) & (rank <= length), value[name], 0.0)


class Audience:
    """What metrics need to know of the training sessions, and of the items whose share counts."""

    def __init__(self, visits: Sequence[Visit], marked: Collection[int] | None = None) -> None:
        clicks = np.bincount([item for visit in visits for item in visit.items])
        self.items = int((clicks > 0).sum())
        self.popularity = clicks / clicks.max()
        self.marked = None if marked is None else frozenset(marked)


def measure(lists: Lists, audience: Audience) -> list[Metrics]:
    """Return the metrics at all `LENGTHS`."""
    return [_measure(lists, audience, length) for length in LENGTHS]


def _measure(lists: Lists, audience: Audience, length: int) -> Metrics:
    shown = [answer[:length] for answer in lists.answers]
    flat = np.array([item for answer in shown for item in answer], dtype=np.int64)
    hr, mrr, ndcg = (float(lists.gains(name, length).mean()) for name in ("hr", "mrr", "ndcg"))
    st = None if audience.marked is None else _share(shown, audience.marked, length)
    return Metrics(
        length=length,
        questions=len(shown),
        hr=hr,
        mrr=mrr,
        ndcg=ndcg,
        coverage=len(np.unique(flat)) / audience.items,
        popularity=float(audience.popularity[flat].mean()) if len(flat) else math.nan,
        st=st,
        sustainable_mrr=None if st is None else MRR_SHARE * mrr + (1 - MRR_SHARE) * st,
    )


def _share(shown: Sequence[Sequence[int]], marked: frozenset[int], length: int) -> float:
    return sum(item in marked for answer in shown for item in answer) / (length * max(len(shown), 1))


def _rank(target: int, answer: Sequence[int]) -> int:
    """The target's place from 1, or 0 where it is not in the answer."""
    try:
        return list(answer).index(target) + 1
    except ValueError:
        return 0
