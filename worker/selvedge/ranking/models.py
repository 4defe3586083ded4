"""Models: products that a recommender thinks come next, as points on single products."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING, Protocol

import msgspec

from selvedge.ranking.affinity import NO_BONUSES, Bonuses

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from selvedge.ranking.weights import RankingWeights
    from selvedge.snapshot.index import Index

MAX_SCORED = 40
"""At most this many products, the best, get points from a model: cursors carry them."""

MOST_FOR_FILLING = 0.125
"""What fills up a prediction gets at most this share of what its best product gets.

It is popular and no more: a product that shares the category with what was looked at stands before it.
"""

MAX_NAME = 80
"""Characters of what names the models, for the same reason."""


class Prediction(msgspec.Struct, frozen=True):
    """What `model` in `version` says: stable ordinals and scores above 0, on a scale of the model's own.

    The last `filled` of them say nothing of these recent products: they fill up what was asked for.
    """

    model: str
    version: str
    scores: tuple[tuple[int, float], ...] = ()
    filled: int = 0

    @property
    def named(self) -> set[int]:
        """The products that do not only fill up."""
        return {product for product, _ in self.scores[: len(self.scores) - self.filled]}


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
    index: Index, weights: RankingWeights, *predictions: Prediction | None, among: int = -1, start: int = 0
) -> Bonuses:
    """Return predictions as points: `weights.model` for the best product of `among`, others in proportion.

    Several are blended: each is measured by its own best product, so that their scales do not matter, and
    what they then say of a product is added up. What only fills up is at most `MOST_FOR_FILLING` of that.
    `start` is what all others get besides, see `in_points`.
    """
    said = [one for one in predictions if one is not None and one.scores]
    if not said or not weights.model:
        return NO_BONUSES
    found: dict[int, float] = {}
    named: set[int] = set()
    for one in said:
        here = _here(index, one, among)
        named |= here.named
        for rank, share in shares(here).items():
            found[rank] = found.get(rank, 0.0) + share
    points = in_points(found, named, weights.model, start)
    return Bonuses(points, "+".join(f"{one.model}@{one.version}" for one in said)[:MAX_NAME])


def in_points(
    found: Mapping[int, float], named: Collection[int], most: int, start: int = 0
) -> dict[int, int]:
    """Return whole points for the best products of `found` (shares of 1): `most` for 1, others in proportion.

    Rounded up, so that what a model names at all stands before what it does not. Those `named`, and not for
    filling up, get `start` on top, all that declared priorities together may add: these then change the order
    among the products that a model names and among all others, and do not put every product with evidence
    before what the model says, which cost a quarter of its hits (docs/recommendation.md).
    """
    best = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_SCORED]
    top = max(1.0, best[0][1]) if best else 1.0  # not the whole weight for what only fills up
    return {one: ceil(most * (share / top)) + start * (one in named) for one, share in best}


def shares(prediction: Prediction) -> dict[int, float]:
    """Return scores as shares of the best product's, by product; what fills up stays behind the others."""
    known = len(prediction.scores) - prediction.filled
    best = max((score for _, score in prediction.scores[:known]), default=0.0)
    found = {product: score / best for product, score in prediction.scores[:known]}
    filling = prediction.scores[known:]
    if filling:
        first = max(score for _, score in filling)
        factor = MOST_FOR_FILLING / first
        factor = min(1 / best, factor) if best else factor
        found |= {product: score * factor for product, score in filling}
    return found


def _here(index: Index, prediction: Prediction, among: int) -> Prediction:
    """Return what is said of the products of `among` that are in this version, by rank."""
    known = len(prediction.scores) - prediction.filled
    scores: list[tuple[int, float]] = []
    filled = 0
    for place, (ordinal, score) in enumerate(prediction.scores):
        rank = index.rank(ordinal)
        if score > 0 and rank is not None and among >> rank & 1:
            scores.append((rank, score))
            filled += place >= known
    return Prediction(prediction.model, prediction.version, tuple(scores), filled)
