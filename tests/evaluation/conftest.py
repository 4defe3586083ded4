from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data, which is never part of the project."""
    beside = Path(__file__).parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("SELVEDGE_DATA", beside))
    if not folder.is_dir():
        pytest.skip("real data are absent: set SELVEDGE_DATA to their folder")
    return folder
