"""A small shop of invented rows, and the real data sets where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from origin.importing import Import, Shop, read_feed
from origin.importing.report import Log, Row
from selvedge.catalogue.model import Market
from tests.origin.importing.rows import TAKEN, ReadFeed, feed_text

MARKETS = (Market("nl", "NL", "EUR", ("nl", "en")), Market("se", "SE", "SEK", ("sv",)))


@pytest.fixture
def shop() -> Shop:
    return Shop("Test shop", MARKETS)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def row(log: Log) -> Row:
    return Row("test.csv", 2, {}, log)


@pytest.fixture
def read(tmp_path: Path, shop: Shop) -> ReadFeed:
    def read_offers(*offers: dict[str, str], market: str = "nl", locale: str = "en") -> Import:
        path = tmp_path / "feed.tsv"
        path.write_text(feed_text(offers), encoding="utf-8")
        return read_feed(path, shop, market=market, locale=locale, taken=TAKEN)

    return read_offers


@pytest.fixture
def data() -> Path:
    """The folder of real data, which is never part of the project."""
    beside = Path(__file__).parents[3].parent / "shared" / "data"
    folder = Path(os.environ.get("SELVEDGE_DATA", beside))
    if not folder.is_dir():
        pytest.skip("real data are absent: set SELVEDGE_DATA to their folder")
    return folder
