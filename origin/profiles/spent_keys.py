"""Spent keys: of visitors who became accounts. Nothing is left that they open, but what lies in back-ups.

They are destroyed after the merger is committed, for until then they open what is being moved. Whoever breaks
off in between leaves a key that the next start of the origin destroys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from origin.profiles import rows
from origin.profiles.tables import shopper

if TYPE_CHECKING:
    from origin.encryption.keyring import Keyring
    from origin.storage.database import Database

PAGE = 500
"""Visitors that are looked at, at once."""


async def end_key(database: Database, keyring: Keyring, visitor: str) -> None:
    """Destroy the data key of a visitor of whom everything went to an account."""
    if not await keyring.held([visitor]):
        return
    async with database.writing() as connection:
        # Under the row's lock, as whoever writes asks for keys.
        row = await rows.lock(connection, visitor)
        if row.merged_into is not None and not row.kept:
            await keyring.destroy(visitor)


async def end_keys(database: Database, keyring: Keyring) -> int:
    """Destroy the keys that mergers left which broke off; returns how many there were."""
    after, count = "", 0
    merged = shopper.c.merged_into.is_not(None) & shopper.c.profile.is_(None) & shopper.c.derived.is_(None)
    query = select(shopper.c.shopper).where(merged).order_by(shopper.c.shopper).limit(PAGE)
    while True:
        async with database.reading() as connection:
            names = list((await connection.execute(query.where(shopper.c.shopper > after))).scalars())
        if not names:
            return count
        after = names[-1]
        for name in await keyring.held(names):
            await end_key(database, keyring, name)
            count += 1
