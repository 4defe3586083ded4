"""What the words of products looked at add to styles of like words.

It needs nobody to have looked at a style before: one published a minute ago is found as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from selvedge.ranking.signals import decay_factors
from selvedge.snapshot.likeness import ALIKE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.ranking.weights import RankingWeights
    from selvedge.snapshot.index import Index

MAX_LOOKS = 4
"""Products looked at that count, the newest: each costs a row."""

MAX_STYLES = 12
"""At most this many styles, the most alike, get points: cursors carry them."""

_UNIT = ALIKE << 8


def alike(index: Index, weights: RankingWeights, recent: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return (style, points) for the styles most like those of `recent` (ranks, newest first).

    Whole numbers all the way, so that every platform adds the same.
    """
    most = weights.recent.text
    if not most:
        return ()
    looks = list(dict.fromkeys(recent))[:MAX_LOOKS]
    sums: dict[int, int] = {}
    for rank, factor in zip(looks, decay_factors(weights.decay), strict=False):
        for style, weight in index.likeness.row(index.group_of[rank]):
            sums[style] = sums.get(style, 0) + factor * weight
    best = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_STYLES]
    points = ((style, min(most, most * total // _UNIT)) for style, total in best)
    return tuple(pair for pair in points if pair[1])


def carrier(index: Index, recent: Sequence[int], rank: int) -> int | None:
    """Return which of `recent` (ranks, newest first) made the style of `rank` most alike, if any did."""
    style, found, most = index.group_of[rank], None, 0
    for one in list(dict.fromkeys(recent))[:MAX_LOOKS]:
        weight = dict(index.likeness.row(index.group_of[one])).get(style, 0)
        if weight > most:
            found, most = one, weight
    return found
