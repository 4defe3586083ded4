from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from origin.encryption.keyring import Keyring
from origin.encryption.masters import MasterKeys
from origin.events.sessions import StoredSessions
from origin.events.store import EventStore, forget, session_key, withdraw
from origin.storage.database import Database
from tests.origin.conftest import MASTERS
from tests.origin.events.conftest import ANNA, BOB, NOW, click, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from origin.events.rows import Row

DAY = NOW // 86_400
MORNING = "2026-09-21T08:00:00Z"


class Origin:
    """The store as the API writes it, in a process of its own."""

    def __init__(self, database_url: str, key_store_url: str) -> None:
        self.urls = database_url, key_store_url

    def _opened(self) -> tuple[Database, Keyring]:
        return Database(self.urls[0]), Keyring(Database(self.urls[1]), MasterKeys(MASTERS))

    def keep(self, found: Sequence[Row]) -> None:
        async def run() -> None:
            database, keyring = self._opened()
            await EventStore(database, keyring).keep(found)
            await database.close()
            await keyring._database.close()

        asyncio.run(run())

    def change(self, what: Callable[..., object], *arguments: object) -> None:
        async def run() -> None:
            database, _ = self._opened()
            async with database.writing() as connection:
                await what(connection, *arguments)  # type: ignore[misc]
            await database.close()

        asyncio.run(run())

    def source(self) -> StoredSessions:
        return StoredSessions(*self._opened())


@pytest.fixture
def origin(database_url: str, key_store_url: str) -> Origin:
    return Origin(database_url, key_store_url)


@pytest.fixture
def source(origin: Origin) -> Iterator[StoredSessions]:
    opened = origin.source()
    yield opened
    opened._run(opened._keyring._database.close())
    opened.close()


def test_a_session_is_what_happened_on_a_day_in_its_order(origin: Origin, source: StoredSessions) -> None:
    origin.keep(rows(click("event-01", "P2"), click("event-02", "P1", time=MORNING)))
    origin.keep(rows({"id": "event-03", "type": "impression", "product": "P9"}, shopper=BOB))
    (one,) = source.sessions()
    assert (one.day, one.products, one.key) == (DAY, ("P1", "P2"), session_key(ANNA, DAY))
    assert ANNA not in one.key


def test_only_what_may_be_trained_on_is_given(origin: Origin, source: StoredSessions) -> None:
    other = {"version": 1, "purposes": ["profile", "measurement"]}
    origin.keep(rows(click("event-01"), consent=other))
    origin.keep(rows(click("event-02"), shopper=None))
    assert list(source.sessions()) == []


def test_a_session_that_has_grown_comes_again_whole(origin: Origin, source: StoredSessions) -> None:
    origin.keep(rows(click("event-01", "P1", time=MORNING)) + rows(click("event-01", "Q"), shopper=BOB))
    assert len(list(source.sessions())) == 2
    assert len(list(source.sessions())) == 2  # nobody said that it was done
    source.done()
    assert list(source.sessions()) == []
    origin.keep(rows(click("event-02", "P0", time="2026-09-21T07:00:00Z")))
    (one,) = source.sessions()
    assert one.products == ("P0", "P1")


def test_who_withdrew_or_was_erased_is_told(origin: Origin, source: StoredSessions) -> None:
    origin.keep(rows(click("event-01")) + rows(click("event-01"), shopper=BOB))
    list(source.sessions())
    assert list(source.removals()) == []
    source.done()
    origin.change(withdraw, ANNA, ["training"])
    origin.change(forget, BOB)
    assert set(source.removals()) == {session_key(ANNA, DAY), session_key(BOB, DAY)}
    source.done()
    assert list(source.removals()) == []
    assert list(source.sessions()) == []
