"""Session neighbours: SKNN (Jannach and Ludewig 2017), V-SKNN (2018), VSTAN (Ludewig et al. 2021).

A session's neighbours are past sessions that share items with it. They differ in how similarity and the share
of a neighbour's items are weighted.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from typing import TYPE_CHECKING

from evaluation.baselines.ranked import ranked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.split import Visit


class _Neighbours:
    """Training sessions by item, the newest first."""

    def __init__(self, visits: Sequence[Visit]) -> None:
        self._items = [visit.items for visit in visits]
        self._sets = [frozenset(visit.items) for visit in visits]
        self._days = [visit.day for visit in visits]
        self._newest = max(self._days, default=0)
        by_item: dict[int, list[int]] = defaultdict(list)
        for number in range(len(visits) - 1, -1, -1):
            for item in self._sets[number]:
                by_item[item].append(number)
        self._by_item = dict(by_item)
        self._idf = {item: math.log(len(visits) / len(found)) for item, found in by_item.items()}

    def _recent(self, seen: set[int], sample: int) -> list[int]:
        """The newest `sample` sessions that share an item with `seen`."""
        found: set[int] = set()
        for item in seen:
            found.update(self._by_item.get(item, ()))
        return heapq.nlargest(sample, found)

    @staticmethod
    def _nearest(similarities: list[tuple[float, int]], k: int) -> list[tuple[float, int]]:
        return heapq.nlargest(k, similarities)


class Sknn(_Neighbours):
    """Cosine of item sets; a neighbour's items each get its similarity."""

    def __init__(self, visits: Sequence[Visit], *, k: int = 100, sample: int = 1_000) -> None:
        super().__init__(visits)
        self._k, self._sample = k, sample

    def recommend(self, seen: Sequence[int], count: int) -> list[int]:
        """Return the items with the greatest sum over the neighbours."""
        current = set(seen)
        pairs = [
            (len(current & self._sets[one]) / math.sqrt(len(current) * len(self._sets[one])), one)
            for one in self._recent(current, self._sample)
        ]
        scores: dict[int, float] = defaultdict(float)
        for similarity, one in self._nearest(pairs, self._k):
            for item in self._sets[one]:
                scores[item] += similarity
        return ranked(scores, count)


class Vsknn(_Neighbours):
    """Newer items weigh more: linearly in the similarity, and by the steps back to the newest shared item.

    Of the session the `last` clicks count. Serenade's VMIS-kNN never recommends the `newest` item.
    """

    def __init__(
        self,
        visits: Sequence[Visit],
        *,
        k: int = 100,
        sample: int = 1_000,
        idf: float = 1.0,
        last: int = 50,
        newest: bool = True,
    ) -> None:
        super().__init__(visits)
        self._k, self._sample, self._idf_factor, self._last = k, sample, idf, last
        self._with_newest = newest

    def recommend(self, seen: Sequence[int], count: int) -> list[int]:
        """Return the items with the greatest sum over the neighbours."""
        newest_first = list(seen)[: self._last]
        length = len(newest_first)
        weights = {item: 1 - place / length for place, item in reversed(list(enumerate(newest_first)))}
        pairs = [
            (sum(weights[item] for item in weights.keys() & self._sets[one]) / len(weights), one)
            for one in self._recent(set(weights), self._sample)
        ]
        scores: dict[int, float] = defaultdict(float)
        for similarity, one in self._nearest(pairs, self._k):
            step = next(place for place, item in enumerate(newest_first, 1) if item in self._sets[one])
            for item in self._sets[one]:
                scores[item] += similarity / step * (1 + self._idf_factor * self._idf[item])
        if not self._with_newest:
            scores.pop(seen[0], None)
        return ranked(scores, count)


class Vstan(_Neighbours):
    """V-SKNN with what STAN adds: decay by a session's age and by the distance from the shared item.

    The defaults are the settings published for RSC15: `position` and `item_position` are in clicks, `age` in
    days.
    """

    def __init__(
        self,
        visits: Sequence[Visit],
        *,
        k: int = 1_500,
        sample: int = 10_000,
        position: float = 0.5,
        age: float = 5.0,
        item_position: float = 2.0,
        idf: float = 2.0,
    ) -> None:
        super().__init__(visits)
        self._k, self._sample = k, sample
        self._position, self._age, self._item_position, self._idf_factor = position, age, item_position, idf
        self._decay = [math.exp((day - self._newest) / age) for day in self._days]

    def recommend(self, seen: Sequence[int], count: int) -> list[int]:
        """Return the items with the greatest sum over the neighbours."""
        weights: dict[int, float] = {}
        for place, item in enumerate(seen):
            weights.setdefault(item, math.exp(-place / self._position))
        norm = math.sqrt(sum(weight * weight for weight in weights.values()))
        pairs = [
            (self._similarity(weights, one) / norm, one) for one in self._recent(set(weights), self._sample)
        ]
        scores: dict[int, float] = defaultdict(float)
        for similarity, one in self._nearest(pairs, self._k):
            self._add(scores, seen, similarity, one)
        return ranked(scores, count)

    def _similarity(self, weights: dict[int, float], one: int) -> float:
        shared = weights.keys() & self._sets[one]
        return sum(weights[item] for item in shared) / math.sqrt(len(self._sets[one])) * self._decay[one]

    def _add(self, scores: dict[int, float], seen: Sequence[int], similarity: float, one: int) -> None:
        items = self._items[one]
        shared = next(item for item in seen if item in self._sets[one])
        place = items.index(shared)
        done: set[int] = set()
        for position, item in enumerate(items):
            if item not in done:
                done.add(item)
                weight = similarity * math.exp(-abs(position - place) / self._item_position)
                scores[item] += weight * (1 + self._idf_factor * self._idf[item])
