"""The model under evaluation: the part that training writes, read by the code that the Worker runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from origin.training.counts import Counts
from origin.training.model import build_model
from origin.training.sessions import GivenSessions
from selvedge.ranking.models import MAX_SCORED, in_points, shares
from selvedge.ranking.weights import DEFAULTS
from selvedge.sessions.part import SessionRows
from selvedge.sessions.predictor import SessionPredictor
from selvedge.shopper.context import MAX_RECENT

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


class Served:
    """The predictor as a list is served by it, where only it moves a product: all base scores are equal.

    The Worker knows the last products looked at, each once, and adds up whole points; equals come by number.
    With a declared priority every product of a list gets `points`, whether or not the model names it, and
    what the model names gets them too.
    """

    def __init__(self, part: bytes, boosted: Collection[int] = (), points: int = 0) -> None:
        self._predictor = SessionPredictor(SessionRows.decode(part))
        self._boosted, self._points = frozenset(boosted) if points else frozenset(), points

    def recommend(self, seen: Sequence[int], count: int) -> list[int]:
        """Return the products with most points."""
        known = list(dict.fromkeys(seen))[:MAX_RECENT]
        prediction = self._predictor.predict(known, max(count, MAX_SCORED))
        if prediction is None:
            return []
        found = in_points(shares(prediction), prediction.named, DEFAULTS.model, self._points)
        for one in self._boosted:
            found[one] = found.get(one, 0) + self._points
        return sorted(found, key=lambda one: (-found[one], one))[:count]
