"""A store of events on both engines, and messages as the edge hands them on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from origin.events.pseudonyms import session_key
from origin.events.rows import Row, read_message, rows_of
from origin.events.store import EventStore
from origin.events.tables import session_secret

if TYPE_CHECKING:
    from origin.encryption.keyring import Keyring
    from origin.storage.database import Database

NOW = 1_790_000_000
ANNA, BOB = "v" + "a" * 24, "v" + "b" * 24
ACCOUNT = "a" + "c" * 43
SECRET = bytes(range(32))
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


async def settle_secret(database: Database) -> None:
    """Let the secret of sessions' names be one that the tests know."""
    async with database.writing() as connection:
        await connection.execute(session_secret.insert().values(id=1, secret=SECRET))


def session_of(shopper: str, day: int = NOW // 86_400) -> str:
    """The name of a person's session on a day."""
    return session_key(SECRET, shopper, day)


@pytest.fixture
async def store(database: Database, keyring: Keyring) -> EventStore:
    await settle_secret(database)
    return EventStore(database, keyring)
