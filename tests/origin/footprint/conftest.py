"""The method's published files, read in place where they are at hand."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from origin.footprint.published import read_published
from origin.footprint.tables import Tables, tabulate

NAME = "ecobalyse-textile-2025-02"


def find_data() -> Path:
    """The folder of real data, which is never part of the project; skips where there is none."""
    beside = Path(__file__).parents[3].parent / "shared" / "data"
    folder = Path(os.environ.get("SELVEDGE_DATA", beside))
    if not (folder / NAME).is_dir():
        pytest.skip(f"the method's published files are absent: set SELVEDGE_DATA to the folder of {NAME}")
    return folder


@cache
def load_tables(folder: Path) -> Tables:
    """The tables of the published files in `folder`, made once."""
    return tabulate(read_published(folder))


@pytest.fixture(scope="session")
def data() -> Path:
    return find_data()


@pytest.fixture(scope="session")
def published(data: Path) -> Path:
    return data / NAME


@pytest.fixture(scope="session")
def tables(published: Path) -> Tables:
    return load_tables(published)
