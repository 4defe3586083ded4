from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from sqlalchemy import insert, select, text

from origin.encryption.tables import data_key
from origin.events.tables import training_removal
from origin.privacy.erasure import SETTLING_SECONDS, Erasures, NoReceipt, replay
from origin.privacy.holdings import HOLDINGS
from origin.privacy.tables import erasure
from origin.privacy.trained import RETIRED_DAYS, note_counts, retire_counts
from origin.profiles.tables import model_output
from origin.publishing.errors import RemoteUnavailable
from origin.telemetry.metrics import Metrics
from tests.origin.events.conftest import ACCOUNT, ANNA, BOB, NOW, click, rows, session_of
from tests.origin.privacy.conftest import BACKUP_DAYS, VALID

if TYPE_CHECKING:
    from origin.encryption.keyring import Keyring
    from origin.events.store import EventStore
    from origin.privacy.receipts import Receipt
    from origin.privacy.tombstones import MemoryTombstones
    from origin.profiles.store import Profiles
    from origin.storage.database import Database
    from origin.telemetry.logs import MemoryLog
    from tests.origin.identity.tokens import Clock

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("held")]

LATER = VALID + SETTLING_SECONDS


async def left(database: Database, name: str) -> dict[str, int]:
    """How many rows there are about a person, but for the mark of the erasure."""
    found = {}
    for holding in HOLDINGS:
        async with database.reading() as connection:
            query = select(holding.table).where(holding.table.c.shopper == name)
            kept = (await connection.execute(query)).mappings().all()
        found[holding.table.name] = sum(
            not (row.get("erased") and all(row[column] is None for column in holding.opened)) for row in kept
        )
    return found


def states(receipt: Receipt) -> dict[str, str]:
    return {part.name: part.state for part in receipt.parts}


async def jobs(database: Database) -> list[Any]:
    async with database.reading() as connection:
        return list((await connection.execute(select(erasure))).mappings())


async def test_nothing_is_left_of_a_person_and_all_of_everybody_else(
    erasures: Erasures, database: Database, keyring: Keyring, tombstones: MemoryTombstones
) -> None:
    before = await left(database, BOB)
    assert min((await left(database, ANNA)).values()) >= 1
    receipt = await erasures.request(ANNA)
    assert set((await left(database, ANNA)).values()) == {0}
    assert await keyring.open_cipher(ANNA) is None
    assert tombstones.marks == [(ANNA, NOW + 60)]
    assert await left(database, BOB) == before
    assert states(receipt) == {
        "store": "done", "modelOutputs": "done", "events": "done", "training": "none", "keys": "done",
        "edge": "done", "edgeAgain": "open",
    }  # fmt: skip
    async with database.reading() as connection:
        keys = set((await connection.execute(select(training_removal.c.key))).scalars())
    assert keys == {session_of(ANNA)}


async def test_the_receipt_can_be_checked_later_and_names_nobody(
    erasures: Erasures, database: Database, clock: Clock, tombstones: MemoryTombstones
) -> None:
    receipt = await erasures.request(ANNA)
    assert (receipt.state, receipt.finished) == ("unfinished", None)
    assert receipt.backups_clean == NOW + 60 + BACKUP_DAYS * 86_400
    assert await erasures.resume() == 1
    clock.time += LATER
    assert await erasures.resume() == 0
    done = await erasures.receipt(receipt.id)
    assert (done.state, done.finished) == ("done", NOW + 60 + LATER)
    assert set(states(done).values()) == {"done", "none"}
    assert tombstones.marks == [(ANNA, NOW + 60)] * 2
    (row,) = await jobs(database)
    assert ANNA not in str(row)
    assert row["names"] is None
    with pytest.raises(NoReceipt):
        await erasures.receipt("0" * 32)


async def test_asking_again_gives_the_same_receipt(erasures: Erasures, clock: Clock) -> None:
    first = await erasures.request(ANNA)
    assert (await erasures.request(ANNA)).id == first.id
    clock.time += LATER
    await erasures.resume()
    assert (await erasures.request(ANNA)).id == first.id
    at_once = await asyncio.gather(*(erasures.request(BOB) for _ in range(5)))
    assert len({one.id for one in at_once}) == 1


async def test_who_came_back_can_be_erased_again(
    erasures: Erasures, store: EventStore, clock: Clock, database: Database
) -> None:
    first = await erasures.request(ACCOUNT)
    later = rows(click("event-99"), shopper=ACCOUNT, received=NOW + 600, entered=NOW + 61)
    assert await store.keep(later) == ["accepted"]
    clock.time += 610
    assert (await erasures.request(ACCOUNT)).id != first.id
    assert set((await left(database, ACCOUNT)).values()) == {0}


async def test_queued_and_late_events_are_refused(erasures: Erasures, store: EventStore) -> None:
    await erasures.request(ANNA)
    late = rows(click("event-77"), received=NOW + 60) + rows(click("event-01", "SECRET-PRODUCT"))
    assert await store.keep(late) == ["dropped", "dropped"]


async def test_visitors_who_became_an_account_are_erased_with_it(
    erasures: Erasures,
    profiles: Profiles,
    database: Database,
    keyring: Keyring,
    tombstones: MemoryTombstones,
    store: EventStore,
) -> None:
    await profiles.merge(ACCOUNT, ANNA)
    await erasures.request(ACCOUNT)
    for name in (ACCOUNT, ANNA):
        assert set((await left(database, name)).values()) == {0}
        assert await keyring.open_cipher(name) is None
    assert [name for name, _ in tombstones.marks] == [ACCOUNT, ANNA]
    assert await store.keep(rows(click("event-88"))) == ["dropped"]


@pytest.mark.parametrize("done", [0, 1, 2, 3])
async def test_what_broke_off_between_two_steps_goes_on(
    done: int,
    erasures: Erasures,
    database: Database,
    keyring: Keyring,
    tombstones: MemoryTombstones,
    clock: Clock,
    log: MemoryLog,
) -> None:
    number = await erasures._begin(ANNA)
    for step in ("erased", "edge", "edge_again")[:done]:
        await erasures.do(number, step)
    # The process ends here; another one begins.
    clock.time += LATER
    other = Erasures(
        database, keyring, tombstones, clock, log, Metrics(), valid=VALID, backup_days=BACKUP_DAYS
    )
    async with other.running():
        for _ in range(200):
            if states(await other.receipt(number))["edge"] == "done":
                break
            await asyncio.sleep(0.01)
    clock.time += LATER
    assert await other.resume() == 0
    assert (await other.receipt(number)).state == "done"
    assert set((await left(database, ANNA)).values()) == {0}
    assert await keyring.open_cipher(ANNA) is None
    assert {name for name, _ in tombstones.marks} == {ANNA}


async def test_a_crash_before_the_commit_leaves_nothing_readable_and_is_made_good(
    erasures: Erasures, database: Database, keyring: Keyring
) -> None:
    number = await erasures._begin(ANNA)
    await keyring.destroy(ANNA)  # as far as the first step came
    await erasures.advance(number)
    assert set((await left(database, ANNA)).values()) == {0}


async def test_each_step_may_be_done_twice(erasures: Erasures, database: Database) -> None:
    number = await erasures._begin(ANNA)
    for step in ("erased", "erased", "edge", "edge", "edge_again", "edge_again", "finished"):
        await erasures.do(number, step)
    assert (await erasures.receipt(number)).state == "done"
    assert set((await left(database, ANNA)).values()) == {0}


async def test_while_the_edge_cannot_be_reached_the_receipt_says_so(
    erasures: Erasures, tombstones: MemoryTombstones, log: MemoryLog, clock: Clock, database: Database
) -> None:
    tombstones.broken = RemoteUnavailable(f"PUT shopper/{ANNA}")
    receipt = await erasures.request(ANNA)
    assert (states(receipt)["store"], states(receipt)["edge"]) == ("done", "open")
    assert set((await left(database, ANNA)).values()) == {0}
    assert ANNA not in str(log.lines)
    assert ("error", "edge") in [(line["level"], line.get("part")) for line in log.lines]
    tombstones.broken = None
    await erasures.resume()
    clock.time += LATER
    assert await erasures.resume() == 0


async def test_without_records_at_the_edge_there_is_nothing_to_wait_for(
    database: Database, keyring: Keyring, clock: Clock, log: MemoryLog
) -> None:
    alone = Erasures(database, keyring, None, clock, log, Metrics(), valid=VALID, backup_days=BACKUP_DAYS)
    receipt = await alone.request(ANNA)
    assert receipt.state == "done"
    assert states(receipt)["edge"] == "none"


async def test_a_copy_of_the_files_cannot_be_read_afterwards(
    database: Database, keyring: Keyring, erasures: Erasures
) -> None:
    async with database.reading() as connection:
        query = text("SELECT payload, digest FROM event WHERE shopper = :name")
        backup = (await connection.execute(query, {"name": ANNA})).all()
    assert backup
    await erasures.request(ANNA)
    assert await keyring.open_ciphers([ANNA]) == {}
    from origin.encryption.errors import SealBroken  # noqa: PLC0415

    new = await keyring.cipher(ANNA)
    with pytest.raises(SealBroken):
        new.open(backup[0].payload, backup[0].digest)


async def stored_keys(key_store: Database) -> list[Any]:
    async with key_store.reading() as connection:
        return [dict(row) for row in (await connection.execute(select(data_key))).mappings()]


async def test_after_an_older_key_store_was_restored_asking_again_erases_again(
    erasures: Erasures, keyring: Keyring, key_store: Database
) -> None:
    backup = await stored_keys(key_store)
    first = await erasures.request(ANNA)
    async with key_store.writing() as connection:
        await connection.execute(insert(data_key), [row for row in backup if row["shopper"] == ANNA])
    assert (await erasures.request(ANNA)).id != first.id
    assert await keyring.held([ANNA, BOB]) == [BOB]


async def test_an_output_that_came_back_is_erased_again(erasures: Erasures, database: Database) -> None:
    first = await erasures.request(ANNA)
    output = {"shopper": ANNA, "model": "m", "version": "1", "time": NOW, "scores": b"sealed"}
    async with database.writing() as connection:
        await connection.execute(insert(model_output).values(output))
    assert (await erasures.request(ANNA)).id != first.id
    assert set((await left(database, ANNA)).values()) == {0}


async def test_all_erasures_since_a_back_up_can_be_replayed(
    erasures: Erasures, database: Database, keyring: Keyring, key_store: Database, clock: Clock
) -> None:
    backup = await stored_keys(key_store)
    await erasures.request(ANNA)
    async with key_store.writing() as connection:
        await connection.execute(insert(data_key), [row for row in backup if row["shopper"] == ANNA])
    assert await replay(database, keyring, int(clock.time) + 1) == 0
    assert await replay(database, keyring, int(clock.time)) == 1
    assert await replay(database, keyring, int(clock.time)) == 0
    assert await keyring.held([ANNA, BOB]) == [BOB]


async def test_a_receipt_is_found_by_no_list_of_names(erasures: Erasures, database: Database) -> None:
    await erasures.request(ANNA)
    (row,) = await jobs(database)
    assert row["digest"] != hashlib.sha256(ANNA.encode()).digest()


async def test_a_receipt_says_training_is_done_once_all_counts_have_followed(
    erasures: Erasures, database: Database, clock: Clock
) -> None:
    for counts in ("one.sqlite", "two.sqlite"):
        await note_counts(database, counts, 0, NOW)
    receipt = await erasures.request(ANNA)
    clock.time += LATER
    await erasures.resume()
    waiting = await erasures.receipt(receipt.id)
    assert (waiting.state, states(waiting)["training"]) == ("unfinished", "open")
    assert (waiting.finished, (await jobs(database))[0]["names"]) == (clock.time, None)
    await note_counts(database, "one.sqlite", 1, int(clock.time) + 1)
    assert states(await erasures.receipt(receipt.id))["training"] == "open"
    await note_counts(database, "two.sqlite", 1, int(clock.time) + 2)
    done = await erasures.receipt(receipt.id)
    assert (done.state, states(done)["training"]) == ("done", "done")
    assert {part.name: part.done for part in done.parts}["training"] == clock.time + 2
    other = await erasures.request(BOB)
    assert states(other)["training"] == "open"


async def test_a_late_trainer_takes_back_nothing_of_what_another_run_has_told(
    erasures: Erasures, database: Database
) -> None:
    await note_counts(database, "one.sqlite", 5, NOW)
    await note_counts(database, "one.sqlite", 0, NOW)
    receipt = await erasures.request(ANNA)
    await note_counts(database, "two.sqlite", 9, NOW)
    assert states(await erasures.receipt(receipt.id))["training"] == "done"


@pytest.mark.parametrize(("others", "state"), [(("two.sqlite",), "done"), ((), "none")])
async def test_counts_that_are_run_no_more_keep_no_receipt_open_for_ever(
    others: tuple[str, ...], state: str, erasures: Erasures, database: Database, clock: Clock
) -> None:
    await note_counts(database, "retired.sqlite", 0, NOW)
    receipt = await erasures.request(ANNA)
    for name in others:
        await note_counts(database, name, 1, int(clock.time))
    clock.time += RETIRED_DAYS * 86_400
    assert await retire_counts(database, int(clock.time)) == 0
    assert states(await erasures.receipt(receipt.id))["training"] == "open"
    clock.time += 1
    async with erasures.running():
        with anyio.fail_after(10):
            while (found := await erasures.receipt(receipt.id)).state != "done":  # noqa: ASYNC110 - it works by itself
                await anyio.sleep(0.01)
    assert states(found)["training"] == state
    for name in (*others, "retired.sqlite"):  # it is run again after all
        await note_counts(database, name, 1, int(clock.time))
    assert states(await erasures.receipt(receipt.id))["training"] == "done"


async def test_without_sessions_there_is_nothing_for_training_to_forget(
    erasures: Erasures, database: Database
) -> None:
    await note_counts(database, "one.sqlite", 0, NOW)
    receipt = await erasures.request("v" + "e" * 24)
    assert states(receipt)["training"] == "done"


async def test_a_key_that_a_merger_left_is_destroyed_at_the_next_start(
    erasures: Erasures, profiles: Profiles, keyring: Keyring
) -> None:
    await profiles.merge(ACCOUNT, ANNA)
    await keyring.cipher(ANNA)  # as if the merger had broken off between the stores
    async with erasures.running():
        with anyio.fail_after(10):
            while await keyring.held([ANNA]):  # noqa: ASYNC110 - it works by itself
                await anyio.sleep(0.01)
    assert sorted(await keyring.held([ACCOUNT, BOB])) == sorted([ACCOUNT, BOB])
