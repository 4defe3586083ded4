"""Rules of size two from the newest item (Ludewig and Jannach 2018): association and sequential rules."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from evaluation.baselines.ranked import ranked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.split import Visit

STEPS = 10
"""How far apart two clicks of a sequential rule may be."""

_Rules = dict[int, dict[int, float]]


class AssociationRules:
    """Items of the same session, however far apart and in either order."""

    def __init__(self, visits: Sequence[Visit]) -> None:
        self._rules: _Rules = defaultdict(lambda: defaultdict(float))
        for visit in visits:
            for place, later in enumerate(visit.items):
                for earlier in visit.items[:place]:
                    self._rules[earlier][later] += 1
                    self._rules[later][earlier] += 1

    def recommend(self, seen: Sequence[int], count: int) -> list[int]:
        """Return what goes with the newest item."""
        return ranked(self._rules.get(seen[0], {}), count) if seen else []


class SequentialRules:
    """Items that came later, each with the inverse square of its distance in clicks."""

    def __init__(self, visits: Sequence[Visit]) -> None:
        self._rules: _Rules = defaultdict(lambda: defaultdict(float))
        for visit in visits:
            for place, later in enumerate(visit.items):
                for distance, earlier in enumerate(reversed(visit.items[max(place - STEPS, 0) : place]), 1):
                    self._rules[earlier][later] += 1 / distance**2

    def recommend(self, seen: Sequence[int], count: int) -> list[int]:
        """Return what came after the newest item."""
        return ranked(self._rules.get(seen[0], {}), count) if seen else []
