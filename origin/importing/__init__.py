"""Import: a shop's feeds and tables to a catalogue, and a report on what was not clean."""

from origin.importing.archive import load_catalogue, save_catalogue
from origin.importing.catalogues import Import, read_csv, read_feed, read_feeds, read_shop
from origin.importing.errors import ArchiveError, ImportFailedError, SettingsError, SourceError
from origin.importing.mapping import Mapping, load_mapping
from origin.importing.report import Issue, Report
from origin.importing.shop import FeedFile, Shop, TableFile, load_shop

__all__ = [
    "ArchiveError",
    "FeedFile",
    "Import",
    "ImportFailedError",
    "Issue",
    "Mapping",
    "Report",
    "SettingsError",
    "Shop",
    "SourceError",
    "TableFile",
    "load_catalogue",
    "load_mapping",
    "load_shop",
    "read_csv",
    "read_feed",
    "read_feeds",
    "read_shop",
    "save_catalogue",
]
