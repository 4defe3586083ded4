"""The most clicked items, the same for everyone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from evaluation.baselines.ranked import ranked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.split import Visit


class Popular:
    """Items by their clicks in training."""

    def __init__(self, visits: Sequence[Visit]) -> None:
        clicks = Counter(item for visit in visits for item in visit.items)
        self._best = ranked(clicks, len(clicks))

    def recommend(self, _seen: Sequence[int], count: int) -> list[int]:
        """Return the most clicked."""
        return self._best[:count]
