"""One market of one release in one locale at one time: what handlers look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from selvedge.catalogue.filter import Scope
from selvedge.catalogue.model import Market
from selvedge.ranking.rulebook import Rulebook
from selvedge.snapshot.loaded import Labels, LoadedRelease
from selvedge.web.caching import Edition
from selvedge.web.presenter import Presenter
from selvedge.web.problems import NotFound, quoted
from selvedge.web.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.catalogue.query import Query
    from selvedge.snapshot.cards import Card
    from selvedge.snapshot.manifest import Manifest


class CardSource(Protocol):
    """Where cards come from: a release, whose pages may have to be read, or a starter."""

    async def cards(self, locale: str, ranks: Sequence[int]) -> list[Card]:
        """The cards of the products at `ranks`, in that order."""
        ...


class View(msgspec.Struct, frozen=True):
    """One market of one release in one locale at one time.

    Behind a starter `release` is None, and `total` says how many products the whole has to offer.
    """

    edition: Edition
    scope: Scope
    market: Market
    locale: str
    labels: Labels
    cards: CardSource
    shelf: Shelf
    release: LoadedRelease | None = None
    total: int | None = None

    @property
    def rulebook(self) -> Rulebook:
        """The merchandisers' rules; a version has starters only where none could change what they show."""
        return self.release.rulebook if self.release else Rulebook(self.scope.index)

    def without(self, excluded: int) -> View:
        """Return the same view where the products of a set never match."""
        return msgspec.structs.replace(self, scope=self.scope.without(excluded)) if excluded else self

    def presenter(self, query: Query | None = None) -> Presenter:
        """Return what turns cards into items here."""
        return Presenter(self.scope, self.labels, self.market, self.locale, self.shelf, query)


def market_settings(manifest: Manifest, market: str, locale: str) -> Market:
    """Return the market's settings. Raises `NotFound`, which names what there is."""
    markets = {one.code: one for one in manifest.markets}
    found = markets.get(market)
    if found is None:
        raise NotFound(f"no market {quoted(market)}; there are {', '.join(markets)}")
    if locale not in found.locales:
        raise NotFound(f"market {market!r} has no locale {quoted(locale)}; it has {', '.join(found.locales)}")
    return found
