"""The model under evaluation: the part that training writes, read by the code that the Worker runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from origin.training.counts import Counts
from origin.training.model import build_model
from origin.training.sessions import GivenSessions
from selvedge.ranking.models import MAX_SCORED, shares
from selvedge.sessions.part import SessionRows
from selvedge.sessions.predictor import SessionPredictor

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from evaluation.split import Split
    from origin.training.model import Built
    from origin.training.settings import Settings


def train(
    split: Split,
    settings: Settings,
    progress: Callable[[str, int, int], None] = lambda _step, _done, _total: None,
) -> Built:
    """Return the model of a split's training sessions, made as the training job makes it."""
    counts = Counts(None, settings.tally)
    total = len(split.sessions)
    try:
        counts.update(
            GivenSessions(split.sessions), progress=lambda done: progress("counting sessions", done, total)
        )
        return build_model(counts, split.ordinals, settings, progress)
    finally:
        counts.close()


class Candidate:
    """The Worker's predictor over a part's bytes, as a recommender."""

    def __init__(self, part: bytes) -> None:
        self._predictor = SessionPredictor(SessionRows.decode(part))

    def recommend(self, seen: Sequence[int], count: int) -> list[int]:
        """Return what the Worker would predict."""
        prediction = self._predictor.predict(seen, count)
        return [] if prediction is None else [ordinal for ordinal, _ in prediction.scores]


class Boosted:
    """The predictor with a declared priority: items of a list get a bounded bonus.

    As in the Worker's order, the best of the model's `MAX_SCORED` products has 1 and the others a share of
    it; a product of the list gets `strength` on top.
    """

    def __init__(self, part: bytes, boosted: Collection[int], strength: float) -> None:
        self._predictor = SessionPredictor(SessionRows.decode(part))
        self._boosted, self._strength = frozenset(boosted), strength

    def recommend(self, seen: Sequence[int], count: int) -> list[int]:
        """Return the predicted products by score and bonus."""
        prediction = self._predictor.predict(seen, max(count, MAX_SCORED))
        if prediction is None:
            return []
        points = {
            ordinal: share + (self._strength if ordinal in self._boosted else 0.0)
            for ordinal, share in shares(prediction).items()
        }
        return sorted(points, key=points.__getitem__, reverse=True)[:count]
