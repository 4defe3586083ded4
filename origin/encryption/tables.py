"""The key store's tables. They lie in a database of its own, apart from the data and its back-ups."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, LargeBinary, MetaData, String, Table

from origin.storage.schema import Schema
from origin.storage.tables import NAMING, SHOPPER_LENGTH

metadata = MetaData(naming_convention=NAMING)

data_key = Table(
    "data_key",
    metadata,
    Column("shopper", String(SHOPPER_LENGTH), primary_key=True),
    Column("master", String(64), nullable=False, index=True),
    Column("wrapped", LargeBinary, nullable=False),
)
"""A shopper's data key, `wrapped` by the master key whose id is `master`."""

destroyed_key = Table(
    "destroyed_key",
    metadata,
    Column("shopper", String(SHOPPER_LENGTH), primary_key=True),
)
"""Shoppers who had a data key that was destroyed: what no key of theirs opens is gone, and not damaged."""

KEYS = Schema(metadata, Path(__file__).parent / "versions")
