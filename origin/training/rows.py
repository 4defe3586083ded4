"""Rows: for each item, how strongly each other item follows it, in one step and in two.

One step: pairs within sessions, weighted by distance, direction and age, divided by how often either item is
clicked. Two steps: the product of such matrices, each cut to its strongest entries. docs/recommendation.md
has the formula. Equal tables give equal rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from origin.training.table import FADING_ONE
from origin.training.tally import FARTHEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from origin.training.settings import RowSettings
    from origin.training.table import Table

BLOCK = 2_000
"""Rows that are multiplied at once: what a product needs of memory is bounded by it."""

_DISTANCE_ONE = 1 << 10

Matrix = Any
"""A `scipy.sparse.csr_matrix` of float64; scipy has no types."""

Progress = "Callable[[str, int, int], None]"


def make_rows(
    table: Table, settings: RowSettings, entries: int, progress: Callable[[str, int, int], None]
) -> Matrix:
    """Return the rows as a matrix with at most `entries` entries, at most `settings.reach` a row."""
    size = len(table.ordinals)
    if not size:
        return sparse.csr_matrix((0, 0))
    pairs = _pair_weights(table, settings)
    clicks = table.faded / FADING_ONE
    step = _scaled(pairs, clicks, settings.row_power, settings.popularity_power, settings)
    first, second = _hop_factors(pairs, clicks, settings)
    factor = settings.hop * _ratio(step, first, second)
    blocks = []
    for start in range(0, size, BLOCK):
        progress("rows", start, size)
        rows = slice(start, min(start + BLOCK, size))
        block = step[rows]
        if settings.hop:
            block = block + factor * _without_self(first[rows] @ second, start)
        blocks.append(_strongest(block.tocsr(), settings.reach))
    progress("rows", size, size)
    found = _within(sparse.vstack(blocks, format="csr"), entries, settings.reach)
    found.data = found.data**settings.sharpness
    return found


def _pair_weights(table: Table, settings: RowSettings) -> Matrix:
    """What is said for `column` after `row`, by sessions with both in either order."""
    distance, earlier, later, n = table.pairs
    size = len(table.ordinals)
    forward = _matrix(earlier, later, n * _by_distance(settings.distance)[distance], size)
    backward = _matrix(later, earlier, n * _by_distance(settings.backward_distance)[distance], size)
    found = forward + settings.backward * backward
    found.sort_indices()
    return found.tocsr()


def _by_distance(power: float) -> NDArray[np.int64]:
    distances = np.arange(1.0, FARTHEST + 1)
    weights = np.rint(_DISTANCE_ONE * distances**-power).astype(np.int64)
    return np.concatenate([[0], weights])


def _matrix(row: NDArray[np.int64], column: NDArray[np.int64], n: NDArray[np.int64], size: int) -> Matrix:
    """Sum in integers, which has no order, before anything becomes a float."""
    summed = sparse.coo_matrix((n, (row, column)), shape=(size, size)).tocsr()
    summed.sum_duplicates()
    return summed.astype(np.float64) / (FADING_ONE * _DISTANCE_ONE)


def _scaled(
    pairs: Matrix,
    clicks: NDArray[np.float64],
    row_power: float,
    popularity_power: float,
    settings: RowSettings,
) -> Matrix:
    totals = np.asarray(pairs.sum(axis=1)).ravel()
    by_row = (totals + settings.row_shrinkage) ** -row_power
    by_column = (clicks + 1.0) ** -popularity_power
    by_column /= by_column.mean()
    return (sparse.diags(by_row) @ pairs @ sparse.diags(by_column)).tocsr()


def _hop_factors(pairs: Matrix, clicks: NDArray[np.float64], settings: RowSettings) -> tuple[Matrix, Matrix]:
    first = _scaled(pairs, clicks, settings.row_power, 0.0, settings)
    second = _scaled(pairs, clicks, settings.hop_row_power, settings.hop_popularity_power, settings)
    return _strongest(first, settings.hop_reach), _strongest(second, settings.hop_reach)


def _ratio(step: Matrix, first: Matrix, second: Matrix) -> float:
    """What makes both kinds of step weigh the same in sum; the way back to the same item does not count."""
    by_middle = np.asarray(first.sum(axis=0)).ravel() * np.asarray(second.sum(axis=1)).ravel()
    back = first.multiply(second.T.tocsr()).sum()
    two = float(by_middle.sum() - back)
    return float(step.sum()) / two if two > 0 else 0.0


def _without_self(block: Matrix, start: int) -> Matrix:
    found = block.tocsr()
    row = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
    found.data[found.indices == row + start] = 0.0
    found.eliminate_zeros()
    return found


def _strongest(matrix: Matrix, reach: int) -> Matrix:
    """Keep the `reach` strongest of each row, of equals those of lower items."""
    found = matrix.tocsr()
    found.sort_indices()
    keep = np.ones(found.nnz, dtype=bool)
    for row in np.nonzero(np.diff(found.indptr) > reach)[0]:
        begin, end = found.indptr[row], found.indptr[row + 1]
        order = np.argsort(-found.data[begin:end], kind="stable")
        keep[begin + order[reach:]] = False
    starts = np.concatenate([[0], np.cumsum(keep)])[found.indptr]
    return sparse.csr_matrix((found.data[keep], found.indices[keep], starts), shape=found.shape)


def _within(matrix: Matrix, entries: int, reach: int) -> Matrix:
    """Cut rows to the greatest common reach with which all have room."""
    lengths = np.diff(matrix.indptr)
    while reach > 1 and int(np.minimum(lengths, reach).sum()) > entries:
        reach -= 1
    return _strongest(matrix, reach)
