from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from origin.events.derivation import Derived
from origin.events.deriver import Deriver
from origin.events.store import EventStore, withdraw
from origin.events.tables import event_state
from origin.events.traits import MemoryTraits
from origin.telemetry.logs import MemoryLog
from tests.origin.events.conftest import ACCOUNT, ANNA, BOB, NOW, click, rows
from tests.origin.identity.tokens import Clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from origin.encryption.keyring import Keyring
    from origin.storage.database import Database

pytestmark = pytest.mark.anyio

TRAITS = MemoryTraits({"P1": [("category", "knitwear")], "P2": [("category", "trousers")]})


class Profiles:
    """Keeps the newest result of each; breaks where it is told to."""

    def __init__(self) -> None:
        self.kept: dict[str, Derived] = {}
        self.broken = False

    async def keep_derived(self, _connection: AsyncConnection, derived: Mapping[str, Derived]) -> None:
        if self.broken:
            raise LookupError
        self.kept |= derived

    def leanings(self, shopper: str = ANNA) -> dict[str, int]:
        return {one.value: one.weight for one in self.kept[shopper].affinities}


@pytest.fixture
def profiles() -> Profiles:
    return Profiles()


@pytest.fixture
def deriver(database: Database, keyring: Keyring, profiles: Profiles) -> Deriver:
    return Deriver(database, keyring, TRAITS, profiles, Clock(NOW), MemoryLog())


async def test_events_are_added_up_once_each(store: EventStore, deriver: Deriver, profiles: Profiles) -> None:
    await store.keep(rows(click("event-01"), click("event-02", "P2")) + rows(click(), shopper=BOB))
    assert await deriver.catch_up() == 3
    assert profiles.leanings() == {"knitwear": 4, "trousers": 4}
    assert profiles.leanings(BOB) == {"knitwear": 4}
    await store.keep(rows(click("event-02", "P2"), click("event-03")))
    assert await deriver.catch_up() == 1
    assert profiles.leanings() == {"knitwear": 8, "trousers": 4}
    assert await deriver.catch_up() == 0


async def test_however_events_arrive_the_result_is_that_of_their_order(
    store: EventStore, deriver: Deriver, profiles: Profiles, database: Database
) -> None:
    chance = random.Random(7)  # noqa: S311 - a test's order
    events: list[dict[str, Any]] = []
    for at in range(60):
        kind = chance.choice(["click", "view", "add_to_cart", "wishlist", "purchase", "return"])
        day = chance.randrange(1, 28)
        events.append(
            {"id": f"event-{at:02}", "type": kind, "product": chance.choice(["P1", "P2"])}
            | {"time": f"2026-08-{day:02}T10:00:00Z" if day % 2 else f"2026-09-{day // 2:02}T10:00:00Z"}
        )
    chance.shuffle(events)
    for start in range(0, 60, 7):
        await store.keep(rows(*events[start : start + 7]))
        await deriver.step(limit=5)
    await deriver.catch_up()
    late = profiles.kept[ANNA]
    ordered = sorted(events, key=lambda one: str(one["time"]))
    await store.keep(rows(*ordered, shopper=BOB))
    await deriver.catch_up()
    assert late.affinities
    assert late == profiles.kept[BOB]
    async with database.writing() as connection:
        assert await deriver.rebuild(connection, ANNA) == late


async def test_without_the_purpose_nothing_is_derived(
    store: EventStore, deriver: Deriver, profiles: Profiles, database: Database
) -> None:
    await store.keep(rows(click(), consent={"version": 1, "purposes": ["training", "measurement"]}))
    await store.keep(rows(click(), shopper=None))
    await deriver.catch_up()
    assert profiles.kept == {}
    async with database.reading() as connection:
        assert (await connection.execute(select(event_state))).all() == []


async def test_a_page_that_broke_off_is_added_up_again_and_once(
    store: EventStore, deriver: Deriver, profiles: Profiles
) -> None:
    await store.keep(rows(click()))
    profiles.broken = True
    with pytest.raises(LookupError):
        await deriver.step()
    profiles.broken = False
    assert await deriver.step() == 1
    assert profiles.leanings() == {"knitwear": 4}


async def test_what_moved_to_an_account_counts_there(
    store: EventStore, deriver: Deriver, profiles: Profiles, database: Database
) -> None:
    await store.keep(rows(click("event-01")) + rows(click("event-02", "P2"), shopper=ACCOUNT))
    await deriver.catch_up()
    async with database.writing() as connection:
        await store.move(connection, ANNA, ACCOUNT)
    await deriver.catch_up()
    assert profiles.leanings(ACCOUNT) == {"knitwear": 4, "trousers": 4}


async def test_nothing_is_left_of_a_purpose_that_was_withdrawn(
    store: EventStore, deriver: Deriver, database: Database
) -> None:
    await store.keep(rows(click("event-01")))
    await deriver.catch_up()
    async with database.writing() as connection:
        await withdraw(connection, ANNA, ["profile"])
        assert await deriver.rebuild(connection, ANNA) == Derived()


async def test_it_runs_beside_and_goes_on_after_an_error(
    store: EventStore, deriver: Deriver, profiles: Profiles
) -> None:
    import asyncio  # noqa: PLC0415

    async with deriver.running():
        await store.keep(rows(click()))
        deriver.wake()
        for _ in range(200):
            if ANNA in profiles.kept:
                break
            await asyncio.sleep(0.01)
    assert profiles.leanings() == {"knitwear": 4}


async def test_the_state_cannot_be_read_in_the_database(
    store: EventStore, deriver: Deriver, database: Database
) -> None:
    await store.keep(rows(click()))
    await deriver.catch_up()
    async with database.reading() as connection:
        (row,) = (await connection.execute(select(event_state))).all()
    assert b"knitwear" not in row.state
