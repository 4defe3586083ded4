from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, update

from origin.events.rows import NOBODY
from origin.events.store import EventStore, forget, withdraw
from origin.events.tables import event, event_state, training_removal
from origin.profiles.rows import erase
from origin.profiles.tables import shopper
from selvedge.shopper.context import MAX_AHEAD_SECONDS
from tests.origin.events.conftest import ACCOUNT, ANNA, BOB, NOW, click, rows, session_of

if TYPE_CHECKING:
    from origin.encryption.keyring import Keyring
    from origin.storage.database import Database

pytestmark = pytest.mark.anyio


async def know(database: Database, name: str, **standing: object) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(shopper).values(shopper=name, revision=1, changed=NOW, **standing))


async def removals(database: Database) -> set[str]:
    async with database.reading() as connection:
        return set((await connection.execute(select(training_removal.c.key))).scalars())


async def test_what_comes_again_is_kept_once(store: EventStore) -> None:
    assert await store.keep(rows(click("event-01"), click("event-02"))) == ["accepted", "accepted"]
    again = rows(click("event-02"), click("event-03"), click("event-03"))
    assert await store.keep(again) == ["duplicate", "accepted", "duplicate"]
    assert [one.content.event.id for one in await store.of(ANNA)] == ["event-01", "event-02", "event-03"]


async def test_the_same_events_at_once_are_kept_once(store: EventStore) -> None:
    batch = rows(*[click(f"event-{at:02}") for at in range(20)])
    found = await asyncio.gather(*(store.keep(batch) for _ in range(6)))
    assert sum(outcomes.count("accepted") for outcomes in found) == 20
    assert len(await store.of(ANNA)) == 20


async def test_what_was_done_cannot_be_read_in_the_database(store: EventStore, database: Database) -> None:
    await store.keep(rows(click(product="SECRET-PRODUCT")))
    async with database.reading() as connection:
        (row,) = (await connection.execute(select(event))).all()
    assert b"SECRET" not in row.payload
    assert row.payload != b""


async def test_a_page_holds_what_may_serve_its_purpose(store: EventStore) -> None:
    await store.keep(rows(click("event-01"), consent={"version": 1, "purposes": ["training"]}))
    await store.keep(
        rows(click("event-02"), consent={"version": 1, "purposes": ["measurement"]}, shopper=None)
    )
    await store.keep(rows(click("event-03"), shopper=BOB))
    found = await store.page(0, 10, "training")
    assert [(one.shopper, one.content.event.id) for one in found] == [(ANNA, "event-01"), (BOB, "event-03")]
    assert [one.shopper for one in await store.page(0, 10, "measurement")] == [NOBODY, BOB]
    assert [one.shopper for one in await store.page(found[0].number, 10, "training")] == [BOB]
    assert len(await store.page(0, 1, "training")) == 1


async def test_events_from_before_an_erasure_are_dropped_and_later_ones_are_not(
    store: EventStore, database: Database
) -> None:
    await know(database, ANNA, erased=NOW)
    await know(database, ACCOUNT, erased=NOW)
    later = NOW + MAX_AHEAD_SECONDS + 1

    async def keep(shopper: str, received: int, entered: int = 0) -> str:
        event = click(f"event-{received}-{entered}")
        (found,) = await store.keep(rows(event, shopper=shopper, received=received, entered=entered))
        return found

    assert await keep(ACCOUNT, NOW) == "dropped"
    assert await keep(ACCOUNT, later - 1, NOW + 1) == "dropped", "clocks may differ"
    assert await keep(ACCOUNT, later, NOW + 1) == "accepted"
    assert await keep(ACCOUNT, later + 9, NOW) == "dropped", "logged in before the erasure, on another device"
    assert await keep(ANNA, later + 99) == "dropped", "a browser's name is never given again"


async def test_events_that_know_of_no_log_in_do_not_bring_an_erased_account_back(
    store: EventStore, database: Database
) -> None:
    """Those of who is no edge, and those of a visitor who was merged into the account after its erasure."""
    await know(database, ACCOUNT, erased=NOW)
    await know(database, BOB, merged_into=ACCOUNT)
    later = NOW + MAX_AHEAD_SECONDS + 1

    async def keep(shopper: str, received: int) -> str:
        event = click(f"event-{shopper[:2]}-{received}")
        (found,) = await store.keep(rows(event, shopper=shopper, received=received))
        return found

    assert [await keep(one, later) for one in (ACCOUNT, BOB)] == ["dropped", "dropped"]
    async with database.writing() as connection:  # the account has come back
        await connection.execute(update(shopper).where(shopper.c.shopper == ACCOUNT).values(profile=b"kept"))
    assert [await keep(one, later + 1) for one in (ACCOUNT, BOB)] == ["accepted", "accepted"]
    assert [await keep(one, later - 1) for one in (ACCOUNT, BOB)] == ["dropped", "dropped"]


async def test_events_of_a_visitor_are_dropped_once_the_account_that_they_went_to_is_erased(
    store: EventStore, database: Database
) -> None:
    await know(database, ACCOUNT, profile=b"kept")
    await know(database, ANNA, merged_into=ACCOUNT)
    async with database.writing() as connection:
        assert await erase(connection, ACCOUNT, NOW) == [ACCOUNT, ANNA]
    late = rows(click(), received=NOW + MAX_AHEAD_SECONDS + 1)
    assert await store.keep(late) == ["dropped"]


async def test_nobody_gets_a_key_by_events_that_are_dropped(
    store: EventStore, database: Database, keyring: Keyring
) -> None:
    await know(database, ANNA, erased=NOW)
    await store.keep(rows(click()))
    assert await keyring.open_cipher(ANNA) is None


async def test_events_of_a_visitor_who_has_logged_in_are_the_accounts(
    store: EventStore, database: Database
) -> None:
    await know(database, ANNA, merged_into=ACCOUNT)
    assert await store.keep(rows(click("event-01"))) == ["accepted"]
    assert await store.keep(rows(click("event-01"), shopper=ACCOUNT)) == ["duplicate"]
    assert [one.shopper for one in await store.of(ACCOUNT)] == [ACCOUNT]


async def test_who_objected_is_only_counted(store: EventStore, database: Database) -> None:
    await know(database, ANNA, objected=True)
    only = {"version": 1, "purposes": ["profile", "training"]}
    assert await store.keep(rows(click("event-01")) + rows(click("event-02"), consent=only)) == [
        "accepted",
        "dropped",
    ]
    assert [one.purposes for one in await store.of(ANNA)] == [("measurement",)]


async def test_moved_events_are_the_accounts_and_kept_once(
    store: EventStore, database: Database, keyring: Keyring
) -> None:
    await store.keep(rows(click("event-01"), click("event-02", product="P2")))
    await store.keep(rows(click("event-02", product="P2"), shopper=ACCOUNT))
    ciphers = await keyring.ciphers([ANNA, ACCOUNT])
    async with database.writing() as connection:
        await store.move(connection, ANNA, ACCOUNT, (ciphers[ANNA], ciphers[ACCOUNT]))
    assert await store.of(ANNA) == []
    assert sorted(one.content.event.id for one in await store.of(ACCOUNT)) == ["event-01", "event-02"]
    assert await removals(database) == {session_of(ANNA)}


async def test_forgetting_leaves_nothing_of_one_person(store: EventStore, database: Database) -> None:
    await store.keep(rows(click("event-01")) + rows(click("event-02"), shopper=BOB))
    async with database.writing() as connection:
        await connection.execute(insert(event_state).values(shopper=ANNA, state=b"s"))
        assert await forget(connection, ANNA) == 1
    assert await store.of(ANNA) == []
    assert len(await store.of(BOB)) == 1
    async with database.reading() as connection:
        assert (await connection.execute(select(event_state))).all() == []
    assert await removals(database) == {session_of(ANNA)}


async def test_a_purpose_that_is_withdrawn_is_taken_from_what_is_kept(
    store: EventStore, database: Database
) -> None:
    await store.keep(rows(click("event-01"), consent={"version": 1, "purposes": ["training"]}))
    await store.keep(rows(click("event-02"), click("event-03")))
    async with database.writing() as connection:
        await withdraw(connection, ANNA, ["training"])
    assert [one.purposes for one in await store.of(ANNA)] == [("profile", "measurement")] * 2
    assert await store.page(0, 10, "training") == []
    assert await removals(database) == {session_of(ANNA)}


async def test_a_number_is_never_used_again(store: EventStore, database: Database) -> None:
    await store.keep(rows(click("event-01"), click("event-02")))
    last = (await store.of(ANNA))[-1].number
    async with database.writing() as connection:
        await forget(connection, ANNA)
    await store.keep(rows(click("event-03")))
    assert (await store.of(ANNA))[0].number > last


async def test_what_is_too_old_is_pruned(store: EventStore) -> None:
    await store.keep(rows(click("event-01")) + rows(click("event-02"), received=NOW + 10))
    assert await store.prune(NOW + 10) == 1
    assert [one.content.event.id for one in await store.of(ANNA)] == ["event-02"]


async def test_nothing_is_kept_when_a_key_cannot_be_made(database: Database, key_store: Database) -> None:
    from origin.encryption.errors import NoMasterKey  # noqa: PLC0415
    from origin.encryption.keyring import Keyring  # noqa: PLC0415
    from origin.encryption.masters import MasterKeys  # noqa: PLC0415

    store = EventStore(database, Keyring(key_store, MasterKeys({})))
    with pytest.raises(NoMasterKey):
        await store.keep(rows(click()))
    assert await store.of(ANNA) == []
