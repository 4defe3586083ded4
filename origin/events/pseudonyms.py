"""Names of sessions in training counts: digests under a secret that stays in the database.

Who has a counts file, and guesses whose sessions may be in it, finds none without the secret. It is made once
and never changes, as removals have to name the sessions that were counted before.
"""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from origin.events.tables import session_secret

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_SIZE = 32
_THE_ONE = 1


async def read_secret(connection: AsyncConnection) -> bytes:
    """Return the secret, made where there is none yet; on a connection of `Database.writing()`."""
    query = select(session_secret.c.secret)
    found = (await connection.execute(query)).scalar()
    if found is None:
        insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(session_secret)
        new = {"id": _THE_ONE, "secret": os.urandom(_SIZE)}
        await connection.execute(insert.on_conflict_do_nothing(), [new])
        found = (await connection.execute(query)).scalar_one()
    return bytes(found)


def session_key(secret: bytes, shopper: str, day: int) -> str:
    """Return the name of a person's session on a day (since 1970): 32 hexadecimal digits."""
    return hmac.digest(secret, f"session\n{shopper}\n{day}".encode(), "sha256").hex()[:32]
