"""The table of erasures: jobs while they are unfinished, receipts for good."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table, Text

from origin.storage.tables import Big, metadata

erasure = Table(
    "erasure",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False, index=True),
    Column("requested", Big, nullable=False, index=True),
    Column("names", Text),
    Column("erased", Big),
    Column("edge", Big),
    Column("edge_again", Big),
    Column("finished", Big),
    Column("removals", Big),
    Column("trained", Big),
)
"""A row for each erasure; times in epoch seconds, NULL until it is done.

`digest` is of the name, keyed by a master key, to know who asks again. `names` are those that have to be
erased, a JSON list; when all is done it becomes NULL, and the row is about nobody that anybody could find.
`removals` is the number of the last of their sessions that training must forget, NULL where there is none,
and `trained` when all counts had followed it.
"""
