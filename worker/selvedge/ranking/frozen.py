"""What a list goes by from its first page on: later pages take it from the cursor, come what may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.ranking.affinity import Bonuses, Personal, Shift
from selvedge.ranking.blocks import Pin
from selvedge.ranking.signals import SOURCES, Signal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from selvedge.ranking.rulebook import Rulebook
    from selvedge.ranking.weights import RankingWeights
    from selvedge.snapshot.index import Index
    from selvedge.snapshot.ranges import RangeColumn

DAY = 86_400
MAX_SEEN = 40
"""At most this many products, those seen last, are lowered: cursors carry them."""


class Frozen(msgspec.Struct, frozen=True, array_like=True):
    """All in numbers of one version: facet fields and values by position, products by rank, rules by number.

    `signals` are (source, field, value, points), `bonuses` (rank, points), `arms` (experiment, arm; -1 is the
    hold-out), `item` the product looked at, `avoided` (field, value). `band` are the prices, in minor units,
    that are like the newest recent product's. `recent` are the ranks of products looked at, the newest first,
    where the list says what carried its products. `alike` are (style, points) of styles whose words are like
    theirs.
    """

    signals: tuple[tuple[int, int, int, int], ...] = ()
    bonuses: tuple[tuple[int, int], ...] = ()
    model: str | None = None
    seen: tuple[int, ...] = ()
    rules: tuple[int, ...] = ()
    pins: tuple[Pin, ...] = ()
    arms: tuple[tuple[int, int], ...] = ()
    item: int | None = None
    avoided: tuple[tuple[int, int], ...] = ()
    band: tuple[int, int] | None = None
    recent: tuple[int, ...] = ()
    alike: tuple[tuple[int, int], ...] = ()

    @property
    def ruled(self) -> bool:
        """Whether any rule or experiment has a part in the list."""
        return bool(self.rules or self.pins or self.arms)


NOTHING = Frozen()


def freeze_signals(index: Index, signals: Iterable[Signal]) -> tuple[tuple[int, int, int, int], ...]:
    """Return signals, all on values of `index`, in its numbers."""
    fields = {name: (number, facet) for number, (name, facet) in enumerate(index.facets.items())}
    numbered = []
    for one in signals:
        number, facet = fields[one.field]
        at = facet.index(one.value)
        if at is not None:
            numbered.append((SOURCES.index(one.source), number, at, one.points))
    return tuple(numbered)


def thaw_signals(index: Index, frozen: Frozen) -> list[Signal]:
    """Return the signals again."""
    infos = [facet.info for facet in index.facets.values()]
    return [
        Signal(SOURCES[source], infos[field].name, infos[field].values[value], points)
        for source, field, value, points in frozen.signals
    ]


def freeze_pairs(index: Index, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[int, int], ...]:
    """Return the facet values that `index` knows, in its numbers."""
    names = {name: at for at, name in enumerate(index.facets)}
    return tuple(
        (names[field], at)
        for field, value in pairs
        if field in names and (at := index.facets[field].index(value)) is not None
    )


def personal(
    index: Index,
    rulebook: Rulebook,
    weights: RankingWeights,
    frozen: Frozen,
    ordered_at: int,
    signals: Iterable[Signal],
    price: RangeColumn | None = None,
) -> Personal:
    """Return the order that `frozen` stands for, whose signals are `signals`.

    `price` are the market's prices as the version was built: what a delta changes moves no product.
    """
    shifts = rulebook.shifts(frozen.rules, ordered_at)
    if frozen.seen:
        seen = sum(1 << rank for rank in {one for rank in frozen.seen for one in index.siblings(rank)})
        shifts.append(Shift("seen", seen, -weights.seen))
    if frozen.avoided:
        shifts.append(Shift("avoided", _avoided(index, frozen, ordered_at), -weights.avoided))
    if weights.arrival:
        since = ordered_at // DAY - weights.arrival_days
        shifts.append(Shift("arrival", index.range("published").between(since, None), weights.arrival))
    if frozen.band is not None and price is not None:
        shifts.append(Shift("price", price.between(*frozen.band), weights.recent.price))
    bonuses = Bonuses(dict(frozen.bonuses), frozen.model)
    texts = {rank: points for style, points in frozen.alike for rank in index.colourways(style)}
    return Personal(index, signals, ordered_at, bonuses=bonuses, texts=texts, shifts=shifts)


def price_band(weights: RankingWeights, price: RangeColumn, rank: int) -> tuple[int, int] | None:
    """Return the prices within `weights.band` percent of what the product at `rank` costs, if it has a price.

    Up by the same ratio as down: of two products each is in the band of the other, or neither is.
    """
    if not weights.recent.price or not price.present >> rank & 1:
        return None
    value, ratio = price.value(rank), 100 + weights.band
    return -(-value * 100 // ratio), value * ratio // 100


def shifted(index: Index, rulebook: Rulebook, frozen: Frozen, ordered_at: int) -> Personal | None:
    """Return the public order where rules shift it, else None: the base order."""
    shifts = rulebook.shifts(frozen.rules, ordered_at)
    return Personal(index, (), ordered_at, shifts=shifts) if shifts else None


def rests_on_evidence(index: Index, rulebook: Rulebook, frozen: Frozen) -> bool:
    """Whether a delta may move products in this order."""
    infos = [facet.info for facet in index.facets.values()]
    fields = [field for _, field, _, _ in frozen.signals] + [field for field, _ in frozen.avoided]
    return any(infos[field].dated for field in fields) or rulebook.dated(frozen.rules)


def _avoided(index: Index, frozen: Frozen, ordered_at: int) -> int:
    """The products with any avoided value: however many they have, they are lowered once."""
    facets = list(index.facets.values())
    found = 0
    for field, value in frozen.avoided:
        found |= facets[field].bits(value, ordered_at)
    return found
