"""What the JavaScript peers are fed: the same catalogue as plain JSON, in base order, as they ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from selvedge.ranking.alike import MAX_LOOKS, MAX_STYLES
from selvedge.ranking.signals import STEP, decay_factors
from selvedge.ranking.weights import DEFAULTS, MAX_WEIGHT
from selvedge.snapshot.cards import decode_card, open_page
from selvedge.snapshot.likeness import ALIKE
from selvedge.snapshot.loaded import Labels
from selvedge.snapshot.postings import to_ranks
from selvedge.web.presenter import Presenter
from selvedge.web.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.shops import Shop
    from selvedge.snapshot.blobs import Blobs
    from selvedge.snapshot.cards import Card

CHUNK = 8_000
"""Products a document; KV takes 25 MiB a value."""


def documents(shop: Shop) -> Iterator[tuple[str, bytes]]:
    """Keys and documents, as benchmarks/peers/shop.mjs describes them."""
    products = _products(shop)
    starts = range(0, len(products), CHUNK)
    recent = msgspec.structs.asdict(DEFAULTS.recent)
    weighting = {
        "recent": {field: points for field, points in recent.items() if field not in ("price", "text")},
        "price": recent["price"],
        "text": {"most": recent["text"], "looks": MAX_LOOKS, "styles": MAX_STYLES, "same": ALIKE},
        "band": 100 + DEFAULTS.band,
        "decay": decay_factors(DEFAULTS.decay),
        "most": MAX_WEIGHT,
        "terms": DEFAULTS.terms,
        "step": STEP,
    }
    yield "shop", msgspec.json.encode({"chunks": len(starts), "weighting": weighting})
    for number, start in enumerate(starts):
        yield f"products/{number}", msgspec.json.encode(products[start : start + CHUNK])


def seed(url: str, prepared: list[tuple[str, bytes]]) -> None:
    """Store the documents in a peer's KV."""
    with httpx.Client(base_url=url, timeout=60) as client:
        for key, document in prepared:
            client.put(f"/{key}", content=document).raise_for_status()


def _products(shop: Shop) -> list[dict[str, Any]]:
    scope = shop.scope
    values = _values_by_rank(shop)
    presenter = Presenter(scope, _labels(shop), shop.market, shop.market.locales[0], Shelf())
    cards = _Cards(shop)
    return [
        {
            "group": scope.index.group_of[rank],
            "alike": list(scope.index.likeness.row(scope.index.group_of[rank])),
            "score": scope.index.base_scores[rank],
            "price": scope.market.price.value(rank),
            "values": values[rank],
            "item": presenter.item(rank, cards.at(scope.index.ordinals[rank])),
        }
        for rank in to_ranks(scope.market.available, scope.index.size)
    ]


def _values_by_rank(shop: Shop) -> list[dict[str, list[str]]]:
    scope = shop.scope
    facets = {**scope.index.facets, **scope.market.facets}
    values: list[dict[str, list[str]]] = [{name: [] for name in facets} for _ in range(scope.index.size)]
    for name, facet in facets.items():
        for at, value in enumerate(facet.info.values):
            for rank in to_ranks(facet.bits(at, scope.now), scope.index.size):
                values[rank][name].append(value)
    return values


def _labels(shop: Shop) -> Labels:
    sections = shop.built.sections(f"labels/{shop.market.locales[0]}")
    return msgspec.msgpack.decode(sections["labels"], type=Labels)


class _Cards:
    """Cards by ordinal, on CPython."""

    def __init__(self, shop: Shop) -> None:
        self._parts = shop.built.parts
        self._set = shop.built.release.manifest.pages[f"cards/{shop.market.locales[0]}"]
        self._pages: dict[int, Blobs] = {}

    def at(self, ordinal: int) -> Card:
        number, place = divmod(ordinal, self._set.products_per_page)
        if number not in self._pages:
            digest = self._set.digest(number)
            if digest is None:
                raise KeyError(ordinal)
            self._pages[number] = open_page(self._parts[digest])
        return decode_card(self._pages[number][place])
