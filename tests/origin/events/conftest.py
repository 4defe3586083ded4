"""A store of events on both engines, and messages as the edge hands them on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from origin.events.rows import Row, read_message, rows_of
from origin.events.store import EventStore

if TYPE_CHECKING:
    from origin.encryption.keyring import Keyring
    from origin.storage.database import Database

NOW = 1_790_000_000
ANNA, BOB = "v" + "a" * 24, "v" + "b" * 24
ACCOUNT = "a" + "c" * 43
ALL = ("measurement", "profile", "training")


def said(*events: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A message as JSON; `changes` go over its own fields, None leaves one out."""
    message = {
        "version": 1,
        "market": "nl",
        "locale": "en",
        "snapshot": "abc.0",
        "received": NOW,
        "consent": {"version": 1, "purposes": list(ALL)},
        "events": list(events),
        "shopper": ANNA,
        **changes,
    }
    return {name: value for name, value in message.items() if value is not None}


def click(identity: str = "event-01", product: str = "P1", **fields: Any) -> dict[str, Any]:
    return {"id": identity, "type": "click", "product": product, **fields}


def rows(*events: dict[str, Any], **changes: Any) -> list[Row]:
    return list(rows_of(read_message(msgspec.json.encode(said(*events, **changes)))))


@pytest.fixture
def store(database: Database, keyring: Keyring) -> EventStore:
    return EventStore(database, keyring)
