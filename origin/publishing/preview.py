"""A page of a snapshot on disk, decided by the same code that decides it at the edge."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.filter import Scope
from selvedge.catalogue.query import BadParameter, parse_query
from selvedge.ranking.order import BaseOrder
from selvedge.ranking.page import page
from selvedge.snapshot.loaded import LoadedRelease
from selvedge.snapshot.manifest import part_key
from selvedge.snapshot.parts import PartReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from origin.building.built import BuiltSnapshot

_PAGE_BYTES = 32_000_000


class Shown(msgspec.Struct, frozen=True):
    """A product on the page; `price` is in minor units."""

    id: str
    name: str
    brand: str
    price: int


class FirstPage(msgspec.Struct, frozen=True):
    """The head of a list in base order; `matches` counts products, every colourway for itself."""

    matches: int
    currency: str
    products: tuple[Shown, ...]


class _BuiltParts:
    """The parts of a build as the edge's key-value port."""

    def __init__(self, parts: Mapping[bytes, bytes]) -> None:
        self._values = {part_key(digest): part for digest, part in parts.items()}

    async def get(self, key: str) -> bytes | None:
        return self._values.get(key)


def first_page(
    built: BuiltSnapshot,
    market: str,
    locale: str | None = None,
    *,
    query: str = "",
    now: int,
    limit: int = 24,
) -> FirstPage:
    """Return the first page of `market` at `now` (epoch seconds), filtered by `query`, in base order.

    Raises `BadParameter` for a market, locale or query that makes no sense.
    """
    return asyncio.run(_first_page(built, market, locale, query, now, limit))


async def _first_page(
    built: BuiltSnapshot, code: str, locale: str | None, query: str, now: int, limit: int
) -> FirstPage:
    release = await LoadedRelease.load(built.release, PartReader(_BuiltParts(built.parts), _PAGE_BYTES))
    settings = release.market_settings(code)
    if settings is None:
        raise BadParameter("market", f"{code!r} is none of this shop's markets", sorted(release.markets))
    if locale is not None and locale not in settings.locales:
        raise BadParameter("locale", f"{locale!r} is none of the market's locales", settings.locales)
    market = await release.market(code)
    scope = Scope(release.index, market, now)
    wanted = parse_query(query, scope.vocabulary())
    matches = scope.matches(wanted)
    places = page(release.index, BaseOrder(), matches, limit, every_colourway=wanted.every_colourway)
    ranks = [place.rank for place in places]
    cards = await release.cards(locale or settings.locales[0], ranks)
    prices = [market.price.value(rank) for rank in ranks]
    shown = (Shown(card.id, card.name, card.brand, price) for card, price in zip(cards, prices, strict=True))
    return FirstPage(matches.bit_count(), settings.currency, tuple(shown))
