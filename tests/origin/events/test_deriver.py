from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from origin.events.deriver import Deriver
from origin.events.store import EventStore, withdraw
from origin.events.tables import event_state
from origin.events.traits import MemoryTraits
from origin.profiles.rows import find
from origin.profiles.sealed import open_derived
from origin.telemetry.logs import MemoryLog
from tests.origin.events.conftest import ACCOUNT, ANNA, BOB, NOW, click, rows
from tests.origin.identity.tokens import Clock

if TYPE_CHECKING:
    from origin.encryption.keyring import Keyring
    from origin.profiles.model import Derived
    from origin.storage.database import Database

pytestmark = pytest.mark.anyio


class Profiles:
    """What the profiles say was derived."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def kept(self, shopper: str = ANNA) -> Derived | None:
        async with self._database.reading() as connection:
            row = await find(connection, shopper)
        cipher = await self._keyring.cipher(shopper)
        return None if row is None else open_derived(cipher, shopper, row.derived)

    async def revision(self, shopper: str = ANNA) -> int:
        async with self._database.reading() as connection:
            row = await find(connection, shopper)
        return 0 if row is None else row.revision

    async def leanings(self, shopper: str = ANNA) -> dict[str, int]:
        found = await self.kept(shopper)
        return {} if found is None else {one.value: one.weight for one in found.affinities}


class Fragile(MemoryTraits):
    """Traits that break where they are told to."""

    broken = False

    def of(self, product: str) -> Any:
        if self.broken:
            raise LookupError
        return super().of(product)


@pytest.fixture
def traits() -> Fragile:
    return Fragile({"P1": [("category", "knitwear")], "P2": [("category", "trousers")]})


@pytest.fixture
def profiles(database: Database, keyring: Keyring) -> Profiles:
    return Profiles(database, keyring)


@pytest.fixture
def deriver(database: Database, keyring: Keyring, traits: Fragile) -> Deriver:
    return Deriver(database, keyring, traits, Clock(NOW), MemoryLog())


async def test_events_are_added_up_once_each(store: EventStore, deriver: Deriver, profiles: Profiles) -> None:
    await store.keep(rows(click("event-01"), click("event-02", "P2")) + rows(click(), shopper=BOB))
    assert await deriver.catch_up() == 3
    assert await profiles.leanings() == {"knitwear": 4, "trousers": 4}
    assert await profiles.leanings(BOB) == {"knitwear": 4}
    await store.keep(rows(click("event-02", "P2"), click("event-03")))
    assert await deriver.catch_up() == 1
    assert await profiles.leanings() == {"knitwear": 8, "trousers": 4}
    assert await deriver.catch_up() == 0


async def test_what_no_key_opens_any_more_holds_up_nobody(
    store: EventStore, deriver: Deriver, profiles: Profiles, keyring: Keyring
) -> None:
    await store.keep(rows(click("event-01")))
    await deriver.catch_up()
    await store.keep(rows(click("event-02")) + rows(click(), shopper=BOB))
    await keyring.destroy(ANNA)
    await keyring.cipher(ANNA)  # Anna is back: another key beside rows of the old one
    await deriver.catch_up()
    assert await profiles.leanings(BOB) == {"knitwear": 4}


async def test_a_revision_counts_what_has_changed(
    store: EventStore, deriver: Deriver, profiles: Profiles
) -> None:
    await store.keep(rows(click("event-01")))
    await deriver.catch_up()
    before = await profiles.revision()
    await store.keep(rows(click("event-02", "stranger")))
    await deriver.catch_up()
    assert await profiles.revision() == before
    await store.keep(rows(click("event-03")))
    await deriver.catch_up()
    assert await profiles.revision() == before + 1


async def test_however_events_arrive_the_result_is_that_of_their_order(
    store: EventStore, deriver: Deriver, profiles: Profiles
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
    late = await profiles.kept()
    ordered = sorted(events, key=lambda one: str(one["time"]))
    await store.keep(rows(*ordered, shopper=BOB))
    await deriver.catch_up()
    assert late is not None
    assert late.affinities
    assert late == await profiles.kept(BOB)


async def test_without_the_purpose_nothing_is_derived(
    store: EventStore, deriver: Deriver, profiles: Profiles, database: Database
) -> None:
    await store.keep(rows(click(), consent={"version": 1, "purposes": ["training", "measurement"]}))
    await store.keep(rows(click(), shopper=None))
    await deriver.catch_up()
    assert await profiles.kept() is None
    async with database.reading() as connection:
        assert (await connection.execute(select(event_state))).all() == []


async def test_a_page_that_broke_off_is_added_up_again_and_once(
    store: EventStore, deriver: Deriver, profiles: Profiles, traits: Fragile
) -> None:
    await store.keep(rows(click()))
    traits.broken = True
    with pytest.raises(LookupError):
        await deriver.step()
    traits.broken = False
    assert await deriver.step() == 1
    assert await profiles.leanings() == {"knitwear": 4}


async def test_what_moved_to_an_account_counts_there(
    store: EventStore, deriver: Deriver, profiles: Profiles, database: Database, keyring: Keyring
) -> None:
    await store.keep(rows(click("event-01")) + rows(click("event-02", "P2"), shopper=ACCOUNT))
    await deriver.catch_up()
    ciphers = await keyring.ciphers([ANNA, ACCOUNT])
    async with database.writing() as connection:
        await store.move(connection, ANNA, ACCOUNT, (ciphers[ANNA], ciphers[ACCOUNT]))
    await deriver.catch_up()
    assert await profiles.leanings(ACCOUNT) == {"knitwear": 4, "trousers": 4}


async def test_nothing_is_left_of_a_purpose_that_was_withdrawn(
    store: EventStore, deriver: Deriver, database: Database
) -> None:
    await store.keep(rows(click("event-01")))
    await deriver.catch_up()
    async with database.writing() as connection:
        await withdraw(connection, ANNA, ["profile"])
    assert await deriver.catch_up() == 0
    async with database.reading() as connection:
        assert (await connection.execute(select(event_state))).all() == []


async def test_it_runs_beside_and_goes_on_after_an_error(
    store: EventStore, deriver: Deriver, profiles: Profiles
) -> None:
    import asyncio  # noqa: PLC0415

    async with deriver.running():
        await store.keep(rows(click()))
        deriver.wake()
        for _ in range(200):
            if await profiles.leanings():
                break
            await asyncio.sleep(0.01)
    assert await profiles.leanings() == {"knitwear": 4}


async def test_the_state_cannot_be_read_in_the_database(
    store: EventStore, deriver: Deriver, database: Database
) -> None:
    await store.keep(rows(click()))
    await deriver.catch_up()
    async with database.reading() as connection:
        (row,) = (await connection.execute(select(event_state))).all()
    assert b"knitwear" not in row.state
