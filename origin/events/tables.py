"""Tables of events. What a person did is sealed with their key; names of shoppers are pseudonyms."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, SmallInteger, String, Table

from origin.storage.tables import SHOPPER_LENGTH, Big, metadata

event = Table(
    "event",
    metadata,
    Column("number", Big, primary_key=True, autoincrement=True),
    Column("digest", LargeBinary(16), nullable=False, unique=True),
    Column("shopper", String(SHOPPER_LENGTH), nullable=False),
    Column("occurred", Big, nullable=False),
    Column("received", Big, nullable=False, index=True),
    Column("purposes", SmallInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index("ix_event_shopper_number", "shopper", "number"),
    # Or SQLite would give the numbers of the newest rows again once these are erased.
    sqlite_autoincrement=True,
)
"""A row for each event. Numbers grow in the order of commits, so that nothing appears behind a cursor.

`digest` is of shopper and event id. `occurred` is in milliseconds, `received` in seconds since the epoch.
`purposes` are bits (`origin.profiles.purposes`). `payload` is sealed with the shopper's key, about `digest`.
"""

event_state = Table(
    "event_state",
    metadata,
    Column("shopper", String(SHOPPER_LENGTH), primary_key=True),
    Column("state", LargeBinary, nullable=False),
)
"""What a shopper's events add up to, sealed; `origin.events.derivation.State`."""

event_cursor = Table(
    "event_cursor",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("number", Big, nullable=False),
)
"""How far each reader of events has come; no person's."""

training_removal = Table(
    "training_removal",
    metadata,
    Column("number", Big, primary_key=True, autoincrement=True),
    Column("key", String(32), nullable=False),
    sqlite_autoincrement=True,
)
"""Keys of sessions that training must forget: keyed digests (`origin.events.pseudonyms`)."""

training_reader = Table(
    "training_reader",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("removals", Big, nullable=False),
)
"""How far each counts file has followed the removals; `name` is a digest of where it lies."""

session_secret = Table(
    "session_secret",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("secret", LargeBinary(32), nullable=False),
)
"""One row: what the digests of sessions are keyed with."""
