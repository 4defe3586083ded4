"""Sessions from stored events: what one person looked at on one day, where that person allows training.

Only people with new events are read again, each of their changed days as a whole. Removals are read before
anything else: a person who withdraws while this reads is removed by the next run.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from origin.events.pseudonyms import read_secret, session_key
from origin.events.rows import NOBODY
from origin.events.store import EventStore
from origin.events.tables import event, training_removal
from origin.profiles.purposes import BITS
from origin.training.sessions import SECONDS_A_DAY, GivenSessions, Session
from selvedge.events.event import AddToCart, Click, View, Wishlist

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from origin.encryption.keyring import Keyring
    from origin.events.store import Kept
    from origin.storage.database import Database
    from selvedge.shopper.policy import Purpose

_TRAINING: Purpose = "training"
_LOOKED_AT = (View, Click, AddToCart, Wishlist)
"""What brings a product into a session, as it does into the context at the edge."""


class Place(msgspec.Struct, frozen=True):
    """How far events and removals have been read: the numbers of the last ones."""

    events: int = 0
    removals: int = 0


async def read_stored(database: Database, keyring: Keyring, place: str) -> GivenSessions:
    """Return the sessions that changed since `place`, which a source of an earlier run told ("" at first)."""
    before = read_place(place)
    removal = training_removal.c
    async with database.writing() as connection:
        secret = await read_secret(connection)
    async with database.reading() as connection:
        query = select(removal.number, removal.key).where(removal.number > before.removals)
        removals = list((await connection.execute(query.order_by(removal.number))).all())
        new = (
            (event.c.number > before.events)
            & (event.c.shopper != NOBODY)
            & (event.c.purposes.bitwise_and(BITS[_TRAINING]) != 0)
        )
        changed = (
            await connection.execute(select(event.c.number, event.c.shopper, event.c.occurred).where(new))
        ).all()
    days: dict[str, set[int]] = defaultdict(set)
    for row in changed:
        days[row.shopper].add(_day(row.occurred))
    store = EventStore(database, keyring)
    sessions: list[Session] = []
    for shopper, wanted in sorted(days.items()):
        sessions += _sessions(secret, shopper, wanted, await store.of(shopper))
    after = Place(
        max((row.number for row in changed), default=before.events),
        max((row.number for row in removals), default=before.removals),
    )
    return GivenSessions(sessions, [row.key for row in removals], msgspec.json.encode(after).decode())


def read_place(text: str) -> Place:
    """Return the place that a source of an earlier run told."""
    return msgspec.json.decode(text, type=Place) if text else Place()


def _sessions(secret: bytes, shopper: str, days: set[int], kept: Iterable[Kept]) -> Iterator[Session]:
    """One session a day; a product that several events in a row are about counts once."""
    by_day: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for one in kept:
        if _TRAINING in one.purposes and isinstance(one.content.event, _LOOKED_AT):
            by_day[_day(one.occurred)].append((one.occurred, one.number, one.content.event.product))
    for day in sorted(days & by_day.keys()):
        products = tuple(product for product, _ in groupby(product for _, _, product in sorted(by_day[day])))
        yield Session(session_key(secret, shopper, day), day, products)


def _day(occurred: int) -> int:
    return occurred // (SECONDS_A_DAY * 1000)
