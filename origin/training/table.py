"""The counts as arrays in an order that depends on nothing but the products' ordinals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from origin.training.tally import CLICKED, FARTHEST, POSITIONS, REPEATED, RETURNED
from selvedge.sessions.part import KINDS, MAX_ITEMS

if TYPE_CHECKING:
    from collections.abc import Mapping


FADING_ONE = 1 << 16
"""What a count of the newest day weighs: fading is in integers, so that sums do not depend on their order."""


class Counted(Protocol):
    """Counts that can be read; `origin.training.counts` says what the columns are."""

    def products(self) -> list[tuple[int, str]]:
        """The number and the product's id of every item that is counted."""
        ...

    def columns(self) -> NDArray[np.int64]:
        """All counts as rows of day, what, a, b, n."""
        ...


class Table(msgspec.Struct, frozen=True):
    """Counts of `n` items, item 0 being the one with the lowest ordinal.

    `ordinals` (n), `clicks` (n, plain) and `faded` (n, in `FADING_ONE`ths); `pairs` are columns of distance,
    earlier item, later item and faded count; `repeats` is (n, kinds, 2), `returns` (kinds, positions, 2).
    """

    ordinals: NDArray[np.int64]
    clicks: NDArray[np.int64]
    faded: NDArray[np.int64]
    pairs: NDArray[np.int64]
    repeats: NDArray[np.int64]
    returns: NDArray[np.int64]


def read_table(counts: Counted, ordinals: Mapping[str, int], fading_days: float) -> Table:
    """Return the counts of the products that have an ordinal, faded by their days' age.

    Of more than `MAX_ITEMS` products the most clicked are taken.
    """
    columns = counts.columns()
    numbers = {number: ordinals[product] for number, product in counts.products() if product in ordinals}
    items, chosen = _choose(columns, numbers)
    day, what, a, b, n = columns.T
    faded = n * _fading(day, fading_days)
    size = len(chosen)
    clicked = (what == CLICKED) & (items[a] >= 0)
    return Table(
        ordinals=chosen,
        clicks=_sum(items[a[clicked]], n[clicked], size),
        faded=_sum(items[a[clicked]], faded[clicked], size),
        pairs=_pairs(what, items, a, b, faded),
        repeats=_repeats(what, items, a, b, n, size),
        returns=_returns(what, a, b, n),
    )


def _choose(
    columns: NDArray[np.int64], numbers: Mapping[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The item of each number of the counts (-1: none), and the ordinals of the items."""
    size = max([*numbers, *_largest(columns)], default=0) + 1
    ordinal = np.full(size, -1, dtype=np.int64)
    ordinal[list(numbers)] = list(numbers.values())
    clicked = columns[columns[:, 1] == CLICKED]
    clicks = _sum(clicked[:, 2], clicked[:, 4], size)
    known = np.nonzero((ordinal >= 0) & (clicks > 0))[0]
    best = known[np.lexsort((ordinal[known], -clicks[known]))][:MAX_ITEMS]
    chosen = np.sort(ordinal[best])
    items = np.full(size, -1, dtype=np.int64)
    items[best] = np.searchsorted(chosen, ordinal[best])
    return items, chosen


def _largest(columns: NDArray[np.int64]) -> list[int]:
    return [int(columns[:, 2:4].max())] if len(columns) else []


def _fading(day: NDArray[np.int64], fading_days: float) -> NDArray[np.int64]:
    if not len(day):
        return day
    age = day.max() - day
    table = np.rint(FADING_ONE * np.exp(-np.arange(age.max() + 1) / fading_days)).astype(np.int64)
    found: NDArray[np.int64] = table[age]
    return found


def _sum(index: NDArray[np.int64], n: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    found = np.zeros(size, dtype=np.int64)
    np.add.at(found, index, n)
    return found


def _pairs(
    what: NDArray[np.int64],
    items: NDArray[np.int64],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    faded: NDArray[np.int64],
) -> NDArray[np.int64]:
    chosen = np.nonzero((what >= 1) & (what <= FARTHEST))[0]
    chosen = chosen[(items[a[chosen]] >= 0) & (items[b[chosen]] >= 0)]
    return np.stack([what[chosen], items[a[chosen]], items[b[chosen]], faded[chosen]])


def _repeats(
    what: NDArray[np.int64],
    items: NDArray[np.int64],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    n: NDArray[np.int64],
    size: int,
) -> NDArray[np.int64]:
    found = np.zeros((size, KINDS, 2), dtype=np.int64)
    chosen = np.nonzero((what >= REPEATED) & (what < REPEATED + KINDS))[0]
    chosen = chosen[items[a[chosen]] >= 0]
    np.add.at(found, (items[a[chosen]], what[chosen] - REPEATED, b[chosen]), n[chosen])
    return found


def _returns(
    what: NDArray[np.int64], a: NDArray[np.int64], b: NDArray[np.int64], n: NDArray[np.int64]
) -> NDArray[np.int64]:
    found = np.zeros((KINDS, POSITIONS, 2), dtype=np.int64)
    chosen = (what >= RETURNED) & (what < RETURNED + KINDS)
    np.add.at(found, (what[chosen] - RETURNED, a[chosen], b[chosen]), n[chosen])
    return found
