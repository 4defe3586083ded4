"""Prediction by the session model: weighted rows of the session's items, plus what repeats and returns add.

docs/recommendation.md has the formula. The work is bounded whatever the session and however skewed the
clicks: at most `MAX_POSITIONS` rows are read, of each at most `MAX_REACH` neighbours.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING

from selvedge.errors import SnapshotError
from selvedge.ranking.models import Prediction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.sessions.part import SessionRows

RECENT = 50
"""Clicks that are looked at, the newest."""

FIRST, NEW, REPEAT, RETURN = range(4)
_CERTAIN = 254


class SessionPredictor:
    """The model in one part, ready to predict."""

    def __init__(self, rows: SessionRows) -> None:
        self._rows = rows
        head = rows.head
        self._tables = [
            (reach, rows.weight_table(factor))
            for factor, reach in zip(head.positions, head.reach, strict=True)
        ]
        self._odds = [head.repeat * code / (255 - min(code, _CERTAIN)) for code in range(256)]

    @property
    def rows(self) -> SessionRows:
        """The part that it predicts from."""
        return self._rows

    def predict(self, recent: Sequence[int], count: int) -> Prediction | None:
        """Return up to `count` products after `recent` (ordinals, newest first, repeats included).

        None where the model knows none of them, or where its rows turn out to be damaged.
        """
        known = [item for one in islice(recent, RECENT) if (item := self._rows.item(one)) is not None]
        if not known:
            return None
        best, filling = self._best(known, count)
        try:
            scores = tuple((self._rows.ordinal(item), score) for item, score in best + filling)
        except SnapshotError:
            return None
        return Prediction(self._rows.head.model, self._rows.head.version, scores, len(filling))

    def _best(self, known: list[int], count: int) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
        """What rows and priors say, and what fills that up to `count`."""
        session = list(dict.fromkeys(known))
        scores = self._neighbours(session)
        total = self._add_priors(scores, session, kind_of(known))
        best = sorted(scores, key=scores.__getitem__, reverse=True)[:count]
        found = [(item, scores[item] / total) for item in best if scores[item] > 0]
        return found, [] if len(found) == count else self._filling(found, session, count)

    def _neighbours(self, session: list[int]) -> dict[int, float]:
        """What the rows of the session's items give to their neighbours."""
        starts, neighbours, weights = self._rows.starts, self._rows.neighbours, self._rows.weights
        scores: dict[int, float] = {}
        for item, (reach, table) in zip(session, self._tables, strict=False):
            start = starts[item]
            end = min(starts[item + 1], start + reach)
            row = zip(neighbours[start:end], map(table.__getitem__, weights[start:end]), strict=True)
            if not scores:
                scores = dict(row)
                continue
            get = scores.get
            for neighbour, weight in row:
                scores[neighbour] = get(neighbour, 0.0) + weight
        return scores

    def _add_priors(self, scores: dict[int, float], session: list[int], kind: int) -> float:
        """Add what the session's own items get; return what 1 stands for: all that rows give to others."""
        newest = session[0]
        scores.pop(newest, None)
        total = math.fsum(scores.values()) or 1.0  # the same sum in every version of Python
        for item, share in zip(session[1:], self._rows.head.returns[kind], strict=False):
            scores[item] = scores.get(item, 0.0) + total * share
        scores[newest] = total * self._odds[self._rows.repeats[newest * 4 + kind]]
        return total

    def _filling(
        self, found: list[tuple[int, float]], session: list[int], count: int
    ) -> list[tuple[int, float]]:
        """Popular items after what was found, each with less than the one before."""
        taken = {item for item, _ in found} | set(session)
        free = (item for item in self._rows.popular if item not in taken)
        last = found[-1][1] if found else 1.0
        rest = islice(free, count - len(found))
        return [(item, last / (place + 2)) for place, item in enumerate(rest)]


def kind_of(clicks: Sequence[int]) -> int:
    """What the newest of `clicks` (newest first) was; part.KINDS says what there is."""
    if len(clicks) == 1:
        return FIRST
    if clicks[0] == clicks[1]:
        return REPEAT
    return RETURN if clicks[0] in clicks[1:] else NEW
