"""What is timed inside the Worker's interpreter. This file's text is sent to it; it runs nowhere else.

The clock there moves in whole milliseconds, so each decision is repeated until that is little beside it.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import entry
from selvedge.catalogue.query import parse_query
from selvedge.ranking.alike import alike
from selvedge.ranking.frozen import Frozen, personal, price_band
from selvedge.ranking.models import MAX_SCORED
from selvedge.ranking.page import page
from selvedge.ranking.signals import weigh
from selvedge.shopper.context import Affinity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from selvedge.web.view import View


class Background:
    """Work after the answer is not this measurement's."""

    def run(self, work: Any) -> None:
        """Leave it undone."""
        work.close()


async def decisions(
    market: str,
    locale: str,
    visits: Sequence[tuple[str, Sequence[Sequence[Any]], Sequence[int]]],
    repeats: int,
) -> list[float]:
    """Milliseconds of the decision for each visit: a query string, affinities and recent ordinals."""
    view = await _view(market, locale)
    return [_time(_decision(view, *visit), repeats) for visit in visits]


def _decision(
    view: View, text: str, affinities: Sequence[Sequence[Any]], recent: Sequence[int]
) -> Callable[[], list[int]]:
    index, price = view.scope.index, view.scope.market.built_price
    weights = index.weights
    query = parse_query(text, view.scope.vocabulary())
    known = [Affinity(*one) for one in affinities]

    def decide() -> list[int]:
        matches = view.scope.matches(query)
        ranks = [rank for rank in map(index.rank, recent) if rank is not None]
        signals = weigh(index, weights, affinities=known, recent=ranks)
        frozen = Frozen(band=price_band(weights, price, ranks[0]), alike=alike(index, weights, ranks))
        ordering = personal(index, view.rulebook, weights, frozen, view.scope.now, signals, price)
        places = page(index, ordering.order(), matches, query.limit)
        return [index.ordinals[place.rank] for place in places]

    return decide


async def predictions(market: str, locale: str, looks: Sequence[Sequence[int]], repeats: int) -> list[float]:
    """Milliseconds of what the session model says after `looks` (ordinals, newest first)."""
    view = await _view(market, locale)
    predictor = None if view.release is None else await view.release.predictor(view.scope.now)
    if predictor is None:
        raise LookupError("no session model is served")
    return [_time(partial(predictor.predict, one, MAX_SCORED), repeats) for one in looks]


def _time(decide: Callable[[], object], repeats: int) -> float:
    """The median of three batches: one that another program interrupted does not count."""
    decide()
    batches = []
    for _ in range(3):
        started = time.perf_counter()
        for _ in range(repeats):
            decide()
        batches.append(time.perf_counter() - started)
    return sorted(batches)[1] * 1e3 / repeats


async def hold_all_pages(market: str, locale: str) -> int:
    """Read every page of cards, as many requests would; return how many products there are."""
    view = await _view(market, locale)
    ordinals = view.scope.index.ordinals
    by_page = {ordinal // 4096: rank for rank, ordinal in enumerate(ordinals)}
    await view.cards.cards(locale, list(by_page.values()))
    return len(ordinals)


async def _view(market: str, locale: str) -> View:
    return await entry._applications[0]._edge.view(market, locale, Background())  # noqa: SLF001
