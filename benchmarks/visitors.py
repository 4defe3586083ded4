"""Visitors of a shop: sessions at random over products of skewed popularity, and a session model of them."""

from __future__ import annotations

import random
from contextlib import closing
from typing import TYPE_CHECKING

from origin.training.counts import Counts
from origin.training.model import build_model
from origin.training.sessions import GivenSessions, Session
from origin.training.settings import Settings
from selvedge.snapshot.postings import to_ranks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.shops import Shop
    from origin.training.model import Built

SESSIONS = 100_000
_PRODUCTS = 60_000
_STRIDE, _DAYS, _FIRST_DAY = 12, 30, 20_000


def train(shop: Shop, sessions: int = SESSIONS) -> Built:
    """Return a model of that many sessions, the same for every run."""
    index = shop.scope.index
    shown = to_ranks(shop.scope.market.available, index.size)[:_PRODUCTS]
    known = {shop.ids[rank]: index.ordinals[rank] for rank in shown}
    with closing(Counts(None, Settings().tally)) as counts:
        counts.update(GivenSessions(_sessions(list(known), sessions)))
        return build_model(counts, known, Settings())


def _sessions(products: list[str], count: int) -> Iterator[Session]:
    """Two to eight looks not far from one another in the base order; what comes first there is likelier."""
    chance = random.Random(11)  # noqa: S311 - to be repeated, not to be secret
    for number in range(count):
        start = int(len(products) * chance.random() ** 2)
        steps = (start + chance.randrange(_STRIDE) for _ in range(chance.randint(2, 8)))
        looks = tuple(products[min(step, len(products) - 1)] for step in steps)
        yield Session(str(number), _FIRST_DAY + number % _DAYS, looks)
