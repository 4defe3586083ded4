"""The session model's part, made from a table of counts: rows, priors, and the arrays that hold them."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from origin.training.rows import make_rows
from origin.training.table import read_table
from origin.training.tally import POSITIONS
from selvedge.sessions.part import CODES, FORMAT, KINDS, Arrays, Head, encode
from selvedge.snapshot.container import PART_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from origin.training.rows import Matrix
    from origin.training.settings import RowSettings, Settings
    from origin.training.table import Counted, Table

MODEL = "session-rows"

BYTES_A_CLICK = 8
"""What a part may take for each click that it was made from; rows are cut to fit."""

SMALLEST_BUDGET = 65_536
"""Bytes that a part may take however few clicks there are."""

POPULAR = 100
_BYTES_AN_ENTRY = 3
_HEAD_BYTES = 2_048
_STEP = 0.04
"""Of the logarithm of weights: codes cover four orders of magnitude, each within 2 %."""


class Built(msgspec.Struct, frozen=True):
    """A part with what its makers want to know of it."""

    part: bytes
    version: str
    items: int
    entries: int
    clicks: int

    @property
    def bytes_a_click(self) -> float:
        """Bytes of the part for each click that it was made from."""
        return len(self.part) / max(self.clicks, 1)


def build_model(
    counts: Counted,
    ordinals: Mapping[str, int],
    settings: Settings,
    progress: Callable[[str, int, int], None] = lambda _step, _done, _total: None,
) -> Built:
    """Return the model of the counted sessions; products without an ordinal are left out.

    Equal counts give equal bytes, whatever the order in which sessions were folded in.
    """
    progress("reading counts", 0, 0)
    table = read_table(counts, ordinals, settings.rows.fading_days)
    rows = make_rows(table, settings.rows, _room(table), progress)
    ceiling, codes = _codes(rows)
    starts, order = rows.indptr, _strongest_first(rows)
    arrays = Arrays(
        ordinals=_ordinals(table.ordinals),
        starts=starts.astype("<u4").tobytes(),
        neighbours=rows.indices[order].astype("<u2").tobytes(),
        weights=codes[order].tobytes(),
        repeats=_repeats(table, settings.rows).tobytes(),
        popular=np.argsort(-table.faded, kind="stable")[:POPULAR].astype("<u2").tobytes(),
    )
    head = _head(table, settings.rows, ceiling)
    version = _version(head, arrays)
    part = encode(msgspec.structs.replace(head, version=version), arrays)
    return Built(part, version, len(table.ordinals), len(codes), int(table.clicks.sum()))


def _room(table: Table) -> int:
    """Entries for which there is room."""
    budget = max(int(table.clicks.sum()) * BYTES_A_CLICK, SMALLEST_BUDGET)
    fixed = _HEAD_BYTES + len(table.ordinals) * (4 + KINDS) + len(_ordinals(table.ordinals)) + 2 * POPULAR
    return max(min(budget, PART_LIMIT) - fixed, 0) // _BYTES_AN_ENTRY


def _ordinals(ordinals: NDArray[np.int64]) -> bytes:
    if np.array_equal(ordinals, np.arange(len(ordinals))):
        return b""
    return ordinals.astype("<u4").tobytes()


def _codes(rows: Matrix) -> tuple[float, NDArray[np.uint8]]:
    ceiling = float(rows.data.max()) if rows.nnz else 0.0
    with np.errstate(divide="ignore"):
        logarithms = np.log(rows.data / ceiling) if rows.nnz else rows.data
    return ceiling, np.clip(np.rint(CODES - 1 + logarithms / _STEP), 0, CODES - 1).astype(np.uint8)


def _strongest_first(rows: Matrix) -> NDArray[np.int64]:
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    order: NDArray[np.int64] = np.lexsort((rows.indices, -rows.data, row))
    return order


def _repeats(table: Table, settings: RowSettings) -> NDArray[np.uint8]:
    """P(repeat | item, kind), shrunk towards the kind's own, in 255ths."""
    not_repeated, repeated = table.repeats[:, :, 0], table.repeats[:, :, 1]
    all_by_kind = table.repeats.sum(axis=0)
    base = all_by_kind[:, 1] / np.maximum(all_by_kind.sum(axis=1), 1)
    chances = not_repeated + repeated
    shrunk = (repeated + settings.repeat_shrinkage * base) / (chances + settings.repeat_shrinkage)
    found: NDArray[np.uint8] = np.rint(shrunk * (CODES - 1)).astype(np.uint8)
    return found


def _head(table: Table, settings: RowSettings, ceiling: float) -> Head:
    outcomes = table.returns[:, 1:POSITIONS]
    returns = settings.returning * outcomes[:, :, 1] / np.maximum(outcomes.sum(axis=2), 1)
    positions = [
        (1 + settings.position_scale * place) ** -settings.position_power
        for place in range(settings.positions)
    ]
    return Head(
        format=FORMAT,
        model=MODEL,
        version="",
        items=len(table.ordinals),
        ceiling=ceiling,
        fall=math.exp(-_STEP),
        positions=tuple(positions),
        reach=(settings.reach,) * settings.positions,
        returns=tuple(tuple(map(float, kind)) for kind in returns),
        repeat=settings.repeat,
    )


def _version(head: Head, arrays: Arrays) -> str:
    """16 hex digits of the SHA-256 of the content."""
    return hashlib.sha256(encode(head, arrays)).hexdigest()[:16]
