"""Implicit ALS (Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", 2008).

Shoppers and products get vectors such that their product is near 1 where somebody did something with a
product, the nearer the more was done. Made by one thread from a fixed seed: the same histories give the same
scores.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from origin.events.histories import History
from origin.profiles.outputs import ShopperScores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MODEL = "als"
WEIGHTS = {"view": 1.0, "click": 1.0, "wishlist": 3.0, "add_to_cart": 3.0, "purchase": 5.0}
"""What an event says of the wish for a product. Set by judgement: no data set at hand has such events."""

LEAST = 1e-6
"""Scores are kept to six places; what is less says nothing."""

ROWS = 1_000
"""Shoppers that are scored at once: 1,000 by 100,000 products are 400 MB."""


class Settings(msgspec.Struct, frozen=True):
    """`alpha` is how much more one unit of weight counts than none, `count` the scores kept a shopper."""

    factors: int = 32
    iterations: int = 15
    regularization: float = 0.05
    alpha: float = 10.0
    seed: int = 1
    count: int = 100


class Factors(msgspec.Struct, frozen=True):
    """What was learnt: a vector for each shopper and product, in the order of `histories` and `products`."""

    version: str
    histories: Sequence[History]
    products: Sequence[str]
    shopper_vectors: NDArray[np.float32]
    product_vectors: NDArray[np.float32]


def fit(
    histories: Sequence[History], settings: Settings, progress: Callable[[int], None] = lambda _done: None
) -> Factors:
    """Learn from `histories`; `progress` hears how many iterations are done."""
    from implicit.als import AlternatingLeastSquares  # noqa: PLC0415 - half a second that other jobs save

    ordered = sorted((one for one in histories if _weighed(one)), key=lambda one: one.shopper)
    products = sorted({product for one in ordered for product in _weighed(one)})
    matrix = _matrix(ordered, {product: at for at, product in enumerate(products)})
    with threadpool_limits(limits=1):
        model = AlternatingLeastSquares(
            factors=settings.factors,
            regularization=settings.regularization,
            alpha=settings.alpha,
            iterations=settings.iterations,
            random_state=settings.seed,
            num_threads=1,
            use_gpu=False,
        )
        model.fit(matrix, show_progress=False, callback=lambda done, *_: progress(done + 1))
    return Factors(_version(ordered, settings), ordered, products, model.user_factors, model.item_factors)


def score(factors: Factors, settings: Settings) -> Iterator[ShopperScores]:
    """Yield what is said of each shopper: the best products that were neither bought nor dismissed."""
    place = {product: at for at, product in enumerate(factors.products)}
    for start in range(0, len(factors.histories), ROWS):
        with threadpool_limits(limits=1):
            block = factors.shopper_vectors[start : start + ROWS] @ factors.product_vectors.T
        for history, row in zip(factors.histories[start : start + ROWS], block, strict=True):
            row[[place[one] for one in history.gone if one in place]] = -1.0
            yield ShopperScores(history.shopper, _best(factors.products, row, settings.count))


def _best(products: Sequence[str], row: NDArray[np.float32], count: int) -> tuple[tuple[str, float], ...]:
    found = np.argsort(-row, kind="stable")[:count]
    return tuple((products[at], round(float(row[at]), 6)) for at in found if row[at] >= LEAST)


def _weighed(history: History) -> dict[str, float]:
    """What a history says of each product; the logarithm keeps one who looks often from counting most."""
    sums: dict[str, float] = {}
    for kind, product in history.events:
        if kind in WEIGHTS:
            sums[product] = sums.get(product, 0.0) + WEIGHTS[kind]
    dismissed = {product for kind, product in history.events if kind == "dismiss"}
    return {product: float(np.log1p(total)) for product, total in sums.items() if product not in dismissed}


def _matrix(histories: Sequence[History], place: dict[str, int]) -> csr_matrix:
    cells = [
        (row, place[product], weight)
        for row, history in enumerate(histories)
        for product, weight in sorted(_weighed(history).items())
    ]
    rows, columns, weights = zip(*cells, strict=True) if cells else ((), (), ())
    shape = (len(histories), len(place))
    return csr_matrix((np.array(weights, np.float32), (rows, columns)), shape=shape)


def _version(histories: Sequence[History], settings: Settings) -> str:
    """Return a name that follows from all that went in, and that nobody can turn back into it."""
    return hashlib.sha256(msgspec.json.encode((histories, settings, WEIGHTS))).hexdigest()[:12]
