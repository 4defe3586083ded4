"""What each shopper did, by stored events of people who allow training: for models of returning shoppers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from origin.events.rows import NOBODY, Content
from origin.events.tables import event
from origin.profiles.purposes import BITS
from selvedge.events.event import ItemEvent, kind_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from origin.encryption.keyring import Keyring
    from origin.storage.database import Database

PAGE = 500
"""Shoppers that are read at once."""

GONE = frozenset({"purchase", "dismiss"})
"""What takes a product out of what is recommended."""

_contents = msgspec.json.Decoder(Content)
_training = (event.c.purposes.bitwise_and(BITS["training"]) != 0) & (event.c.shopper != NOBODY)


class History(msgspec.Struct, frozen=True):
    """A shopper's events about products, as (kind, product), in the order in which they happened."""

    shopper: str
    events: tuple[tuple[str, str], ...]

    @property
    def gone(self) -> frozenset[str]:
        """The products bought or dismissed."""
        return frozenset(product for kind, product in self.events if kind in GONE)


async def read_histories(database: Database, keyring: Keyring) -> AsyncIterator[History]:
    """Yield the history of every shopper with an event that may be trained on, by name.

    Whoever was erased has no key any more, and is not among them.
    """
    after = ""
    while names := await _names(database, after):
        after = names[-1]
        ciphers = await keyring.open_ciphers(set(names))
        for name in names:
            if name in ciphers:
                events = await _events(database, name, ciphers[name])
                if events:
                    yield History(name, events)


async def _names(database: Database, after: str) -> list[str]:
    query = select(event.c.shopper).where(_training & (event.c.shopper > after))
    async with database.reading() as connection:
        found = await connection.execute(query.distinct().order_by(event.c.shopper).limit(PAGE))
        return [str(row.shopper) for row in found]


async def _events(database: Database, shopper: str, cipher: Any) -> tuple[tuple[str, str], ...]:
    found = []
    async with database.reading() as connection:
        for row in await connection.execute(select(event).where(_training & (event.c.shopper == shopper))):
            payload = cipher.readable(row.payload, row.digest)
            one = None if payload is None else _contents.decode(payload).event
            if isinstance(one, ItemEvent):
                found.append((row.occurred, one.id, kind_of(one), one.product))
    return tuple((kind, product) for _, _, kind, product in sorted(found))
