"""Imports as a whole: feeds or tables in, a catalogue and a report out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from origin.importing.assembly import Assembly
from origin.importing.feed import FeedReader
from origin.importing.mapping import Mapping, load_mapping
from origin.importing.report import Log, Report
from origin.importing.shop import FeedFile, Shop, load_shop
from origin.importing.spreadsheet import SpreadsheetReader
from selvedge.catalogue.model import Catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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


def read_feed(
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


def read_csv(path: Path, mapping: Path | Mapping, shop: Shop, *, progress: Progress | None = None) -> Import:
    """Read a CSV file through a mapping (a loaded one, or its file). Raises ImportFailedError."""
    rules = mapping if isinstance(mapping, Mapping) else load_mapping(mapping)
    log, assembly = Log(), Assembly()
    taken = SpreadsheetReader(shop, assembly, log).read(path, rules, progress)
    return Import(assembly.catalogue(shop.markets, taken), log.report())


def read_shop(path: Path, *, taken: datetime | None = None, progress: Progress | None = None) -> Import:
    """Read all feeds and tables that a shop file lists into one catalogue.

    `taken` defaults to the shop file's, else to the latest of the tables, else to the time now.
    Raises ImportFailedError.
    """
    shop = load_shop(path)
    log, assembly = Log(), Assembly()
    moment = taken or shop.taken
    feeds = FeedReader(shop, assembly, log, moment or datetime.now(UTC))
    for feed in shop.feeds:
        feeds.read(path.parent / feed.path, feed.market, feed.locale, progress)
    tables = SpreadsheetReader(shop, assembly, log)
    dates = []
    for table in shop.tables:
        rules = load_mapping(path.parent / table.mapping)
        dates.append(tables.read(path.parent / table.path, rules, progress))
    moment = moment or max(dates, default=datetime.now(UTC))
    return Import(assembly.catalogue(shop.markets, moment), log.report())
