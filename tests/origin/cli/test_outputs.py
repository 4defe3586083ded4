"""`outputs train`: the collaborative model from the command line."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from origin.encryption.tables import KEYS
from origin.storage.schema import DATA
from tests.origin.conftest import MASTERS, migrated

if TYPE_CHECKING:
    from tests.origin.cli.conftest import Desk


@pytest.fixture
def stored(desk: Desk) -> Desk:
    """A desk with the databases of an origin, in which nobody has done anything yet."""
    for name, schema in (("DATABASE", DATA), ("KEY_STORE", KEYS)):
        url = f"sqlite+aiosqlite:///{desk.folder / name.lower()}.sqlite"
        desk.environ[f"SELVEDGE_{name}"] = migrated(url, schema)
    keys = {kid: b64encode(key).decode() for kid, key in MASTERS.items()}
    desk.environ["SELVEDGE_MASTER_KEYS"] = json.dumps(keys)
    return desk


def test_without_events_it_learns_nothing_and_says_so(stored: Desk) -> None:
    found = stored.json("outputs", "train")
    assert (found["shoppers"], found["kept"], found["version"]) == (0, 0, "")
    assert "learnt nothing" in stored.run("outputs", "train").stdout
