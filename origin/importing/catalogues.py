"""Imports as a whole: feeds or tables in, a catalogue and a report out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from origin.importing.assembly import Assembly
from origin.importing.feed import FeedReader
from origin.importing.report import Log, Report
from selvedge.catalogue.model import Catalogue  # noqa: TC001 - msgspec resolves annotations

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from origin.importing.shop import FeedFile, Shop
    from origin.importing.table import Progress


class Import(msgspec.Struct, frozen=True):
    """The result of an import."""

    catalogue: Catalogue
    report: Report


def read_feeds(
    folder: Path,
    feeds: Sequence[FeedFile],
    shop: Shop,
    *,
    taken: datetime | None = None,
    progress: Progress | None = None,
) -> Import:
    """Read Google Merchant feeds of several markets and locales into one catalogue.

    Paths are relative to `folder`. `taken` defaults to the shop file's, else to the time now.
    Raises ImportFailedError.
    """
    log, assembly = Log(), Assembly()
    moment = taken or shop.taken or datetime.now(UTC)
    reader = FeedReader(shop, assembly, log, moment)
    for feed in feeds:
        reader.read(folder / feed.path, feed.market, feed.locale, progress)
    return Import(assembly.catalogue(shop.markets, moment), log.report())


def read_feed(  # noqa: PLR0913 - options by keyword
    path: Path,
    shop: Shop,
    *,
    market: str,
    locale: str,
    taken: datetime | None = None,
    progress: Progress | None = None,
) -> Import:
    """Read one Google Merchant feed: one market in one locale. Raises ImportFailedError."""
    log, assembly = Log(), Assembly()
    moment = taken or shop.taken or datetime.now(UTC)
    FeedReader(shop, assembly, log, moment).read(path, market, locale, progress)
    return Import(assembly.catalogue(shop.markets, moment), log.report())
