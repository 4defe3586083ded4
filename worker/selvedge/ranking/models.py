"""Models: products that a recommender thinks come next, as points on single products."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING, Protocol

import msgspec

from selvedge.ranking.affinity import NO_BONUSES, Bonuses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.ranking.weights import RankingWeights
    from selvedge.snapshot.index import Index

MAX_SCORED = 40
"""At most this many products, the best, get points from a model: cursors carry them."""

MAX_NAME = 80
"""Characters of what names the models, for the same reason."""


class Prediction(msgspec.Struct, frozen=True):
    """What `model` in `version` says: stable ordinals and scores above 0, on a scale of the model's own."""

    model: str
    version: str
    scores: tuple[tuple[int, float], ...] = ()


class Predictor(Protocol):
    """A recommender. It gets what consent allows it to get, and is not asked where that is nothing."""

    def predict(self, recent: Sequence[int], count: int) -> Prediction | None:
        """Return up to `count` products after `recent` (ordinals, newest first), or None: no opinion."""
        ...


class TablePredictor:
    """Item-to-item rows from a table; the newest product that has a row decides.

    The stand-in until a trained model is there, in memory or from a file that `decode_table` reads.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def predict(self, recent: Sequence[int], count: int) -> Prediction | None:
        """Return the row of the newest product that has one."""
        for ordinal in recent:
            row = self._table.rows.get(ordinal)
            if row:
                best = sorted(row, key=lambda pair: (-pair[1], pair[0]))[:count]
                return Prediction(self._table.model, self._table.version, tuple(best))
        return None


class Table(msgspec.Struct, frozen=True):
    """What a table file holds, as JSON: rows of (ordinal, score) by ordinal."""

    model: str
    version: str
    rows: Mapping[int, tuple[tuple[int, float], ...]]


_decoder = msgspec.json.Decoder(Table)


def decode_table(data: bytes) -> Table:
    """Return the table in a file's bytes. Raises `msgspec.MsgspecError`."""
    return _decoder.decode(data)


def bonuses(
    index: Index, weights: RankingWeights, *predictions: Prediction | None, start: int = 0
) -> Bonuses:
    """Return predictions as points: `weights.model` for the best product here, others in proportion.

    `start` is what each of them gets besides, see `in_points`.

    Several are blended: each is measured by its own best product, so that their scales do not matter, and
    what they then say of a product is added up.
    """
    said = [one for one in predictions if one is not None and one.scores]
    if not said or not weights.model:
        return NO_BONUSES
    found = _scores(index, said[0]) if len(said) == 1 else _blend([_scores(index, one) for one in said])
    best = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_SCORED]
    points = in_points(best, weights.model, start)
    return Bonuses(points, "+".join(f"{one.model}@{one.version}" for one in said)[:MAX_NAME])


def in_points(best: Sequence[tuple[int, float]], most: int, start: int = 0) -> dict[int, int]:
    """Return whole points for products and their scores, the best first: `most`, others in proportion.

    Rounded up, so that what a model names at all stands before what it does not.
    Each gets `start` on top, all that declared priorities together may add: these then change the order
    among the products that a model names and among all others, and do not put every product with evidence
    before what the model says, which cost a quarter of its hits (docs/recommendation.md).
    """
    return {one: start + ceil(most * (score / best[0][1])) for one, score in best}


def _scores(index: Index, prediction: Prediction) -> dict[int, float]:
    """The scores above 0 of products that are here, by rank."""
    return {
        rank: score
        for ordinal, score in prediction.scores
        if score > 0 and (rank := index.rank(ordinal)) is not None
    }


def _blend(several: list[dict[int, float]]) -> dict[int, float]:
    total: dict[int, float] = {}
    for scores in several:
        best = max(scores.values(), default=1.0)
        for rank, score in scores.items():
            total[rank] = total.get(rank, 0.0) + score / best
    return total
