"""Paired bootstrap: how sure a difference between two recommenders is, by drawing test sessions again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.metrics import Lists

DRAWS = 2_000
SEED = 20_260_101
_BLOCK = 50


class Difference(msgspec.Struct, frozen=True):
    """A metric of one recommender less that of another, its 95 % interval, how often it is above 0."""

    metric: str
    length: int
    observed: float
    low: float
    high: float
    above_zero: float


def compare(one: Lists, other: Lists, metric: str, length: int, draws: int = DRAWS) -> Difference:
    """Return how much better `one` is, over `draws` draws of as many sessions as there are."""
    gain = one.gains(metric, length) - other.gains(metric, length)
    sessions, size = _by_session(one.sessions, gain), int(one.sessions.max()) + 1
    counts = np.bincount(one.sessions, minlength=size).astype(np.float64)
    found = _draw(sessions, counts, draws)
    low, high = np.quantile(found, (0.025, 0.975))
    return Difference(metric, length, float(gain.mean()), float(low), float(high), float((found > 0).mean()))


def interval(gains: NDArray[np.float64], draws: int = DRAWS) -> tuple[float, float]:
    """Return the 95 % interval of the mean of paired differences, each its own session."""
    low, high = np.quantile(_draw(gains, np.ones(len(gains)), draws), (0.025, 0.975))
    return float(low), float(high)


def _by_session(sessions: NDArray[np.int64], gain: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.bincount(
        sessions, weights=gain, minlength=int(sessions.max()) + 1
    ).astype(np.float64)
    return found


def _draw(gains: NDArray[np.float64], counts: NDArray[np.float64], draws: int) -> NDArray[np.float64]:
    random = np.random.default_rng(SEED)
    means = []
    for start in range(0, draws, _BLOCK):
        drawn = random.integers(len(gains), size=(min(_BLOCK, draws - start), len(gains)))
        means.append(gains[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    return np.concatenate(means)
