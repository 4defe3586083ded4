"""`keys rotate` from the command line."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from origin.cli.exits import Exit
from origin.encryption.keyring import Keyring
from origin.encryption.masters import MasterKeys
from origin.encryption.tables import KEYS
from origin.storage.database import Database
from tests.origin.conftest import MASTERS, migrated

if TYPE_CHECKING:
    from tests.origin.cli.conftest import Desk

ANNA, BERT = "v" + "a" * 24, "v" + "b" * 24


@pytest.fixture
def stored(desk: Desk) -> Desk:
    """A desk with a key store, and a new master key before the old one."""
    url = f"sqlite+aiosqlite:///{desk.folder / 'keys.sqlite'}"
    desk.environ["SELVEDGE_KEY_STORE"] = migrated(url, KEYS)
    keys = {"new": bytes(32)} | MASTERS
    desk.environ["SELVEDGE_MASTER_KEYS"] = json.dumps(
        {kid: b64encode(key).decode() for kid, key in keys.items()}
    )
    return desk


async def _keep(desk: Desk, shopper: str, masters: dict[str, bytes]) -> None:
    database = Database(desk.environ["SELVEDGE_KEY_STORE"])
    await Keyring(database, MasterKeys(masters)).cipher(shopper)
    await database.close()


def test_it_tells_that_the_old_master_key_may_go(stored: Desk) -> None:
    asyncio.run(_keep(stored, ANNA, MASTERS))
    assert stored.json("keys", "rotate") == {"wrapped": 1, "unusable": 0, "left": {}}


def test_a_key_that_no_master_opens_makes_it_fail_once_all_others_are_done(stored: Desk) -> None:
    asyncio.run(_keep(stored, ANNA, {"lost": bytes(range(32))}))
    asyncio.run(_keep(stored, BERT, MASTERS))
    found = stored.run("keys", "rotate", exits=Exit.FAILED)
    assert "wrapped anew: 1\nopened by no master key: 1\nstill wrapped by others: lost" in found.stdout
