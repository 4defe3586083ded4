"""Tables of profiles and of model outputs. Everything personal in them is sealed with the shopper's key."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, LargeBinary, SmallInteger, String, Table, false, text

from origin.storage.tables import SHOPPER_LENGTH, Big, metadata

shopper = Table(
    "shopper",
    metadata,
    Column("shopper", String(SHOPPER_LENGTH), primary_key=True),
    Column("revision", Big, nullable=False),
    Column("changed", Big, nullable=False, index=True),
    Column("profile", LargeBinary),
    Column("derived", LargeBinary),
    Column("objected", Boolean, nullable=False, server_default=false()),
    Column("erased", Big),
    Column("merged_into", String(SHOPPER_LENGTH), index=True),
    Column("refused", SmallInteger, nullable=False, server_default=text("0")),
    Column("refused_at", Big, nullable=False, server_default=text("0")),
)
"""A row for everybody of whom anything was ever known.

`revision` grows with every change and is never used again: who is deleted leaves an empty row with it.
`changed` and `erased` are epoch seconds; what happened up to `erased` may not be kept again. `profile` and
`derived` are sealed JSON or NULL. `merged_into` is the account that a visitor's profile went to. `refused`
are the purposes that the consent record refuses, as bits (`origin.profiles.purposes`), and `refused_at` when
it last did: events that come with an older consent are judged by it without a profile being opened.
"""

model_output = Table(
    "model_output",
    metadata,
    Column("shopper", String(SHOPPER_LENGTH), primary_key=True),
    Column("model", String(128), nullable=False),
    Column("version", String(128), nullable=False),
    Column("time", Big, nullable=False),
    Column("scores", LargeBinary, nullable=False),
)
"""The newest output for a shopper: `time` in epoch seconds, `scores` sealed."""
