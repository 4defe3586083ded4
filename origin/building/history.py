"""Which products a chain of deltas has changed, and in which of them last.

A list's later pages go by it: a colourway that came back between two pages did not stand for its style on
the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from selvedge.snapshot.index import Index, MarketIndex
from selvedge.snapshot.numbers import u32

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RANKS, DELTAS = "changed/ranks", "changed/deltas"

Sections = dict[str, memoryview]


class Standing:
    """What answers go by in one market at one delta, read as the edge reads it."""

    def __init__(self, index: Mapping[str, memoryview], market: Mapping[str, memoryview]) -> None:
        self._index = Index(index)
        self._market = MarketIndex(market, self._index.size)
        self.changed = dict(
            zip(*(market[name].cast("I") for name in (RANKS, DELTAS)), strict=True) if RANKS in market else ()
        )

    def facts(self) -> Iterator[object]:
        """By rank, what decides whether filters find a product; numbers of stock do not."""
        available, price = self._market.available, self._market.price
        sizes = self._market.facets["size"]
        by_size = [(value, sizes.bits(at, 0)) for at, value in enumerate(sizes.info.values)]
        pieces: dict[int, object] = {}
        for rank in range(self._index.size):
            evidence = []
            for ref in self._index.evidence.refs(rank):
                if ref not in pieces:
                    pieces[ref] = self._index.evidence[ref]
                evidence.append(pieces[ref])
            if not available >> rank & 1:
                yield None
            else:
                yield price.value(rank), [size for size, bits in by_size if bits >> rank & 1], evidence


def changed_sections(before: Standing, after: Standing, delta: int) -> dict[str, bytes]:
    """Return the sections that say what has changed up to `delta`, which brought `before` to `after`."""
    changed = dict(before.changed)
    for rank, (old, new) in enumerate(zip(before.facts(), after.facts(), strict=True)):
        if old != new:
            changed[rank] = delta
    ranks = sorted(changed)
    return {RANKS: u32(ranks), DELTAS: u32([changed[rank] for rank in ranks])} if ranks else {}
