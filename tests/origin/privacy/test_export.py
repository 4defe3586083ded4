from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import text

from origin.events.tables import event
from origin.privacy.export import PAGE, Export, Exporter
from origin.privacy.holdings import HOLDINGS
from tests.origin.events.conftest import ACCOUNT, ANNA, BOB, click, rows

if TYPE_CHECKING:
    from origin.encryption.keyring import Keyring
    from origin.events.store import EventStore
    from origin.profiles.store import Profiles
    from origin.storage.database import Database
    from tests.origin.identity.tokens import Clock

EVENTS = 100_000

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("held")]


@pytest.fixture
def exporter(database: Database, keyring: Keyring, clock: Clock) -> Exporter:
    return Exporter(database, keyring, clock)


async def exported(exporter: Exporter, name: str) -> Export:
    return msgspec.json.decode(b"".join([piece async for piece in await exporter.stream(name)]), type=Export)


async def test_everything_held_is_in_the_export(exporter: Exporter) -> None:
    found = await exported(exporter, ANNA)
    assert list(found.tables) == [one.table.name for one in HOLDINGS]
    assert all(found.tables.values())
    said = msgspec.json.encode(found).decode()
    for word in ("secret-wool", "SECRET-OUTPUT", "SECRET-PRODUCT", "SECRET-BOUGHT", "secret-knitwear"):
        assert word in said
    assert BOB not in said


async def test_every_column_of_every_row_is_in_the_export(exporter: Exporter, database: Database) -> None:
    found = await exported(exporter, ANNA)
    for holding in HOLDINGS:
        async with database.reading() as connection:
            query = text(f"SELECT * FROM {holding.table.name} WHERE shopper = '{ANNA}'")  # noqa: S608
            kept = (await connection.execute(query)).mappings().all()
        shown = found.tables[holding.table.name]
        assert [set(row) for row in shown] == [set(row) for row in kept]
        empty = [(row, name) for row in shown for name, value in row.items() if value is None]
        assert [name for row, name in empty if kept[shown.index(row)][name] is not None] == []


async def test_a_new_column_and_a_new_sealed_field_are_exported_unasked(
    exporter: Exporter, database: Database, keyring: Keyring
) -> None:
    cipher = await keyring.cipher(ANNA)
    plain = b'[{}, {"declared": {}, "shoeSize": "SECRET-41"}]'
    async with database.writing() as connection:
        await connection.execute(
            text("UPDATE shopper SET profile = :sealed WHERE shopper = :name"),
            {"sealed": cipher.seal(plain, f"profile of {ANNA}".encode()), "name": ANNA},
        )
    assert "SECRET-41" in msgspec.json.encode(await exported(exporter, ANNA)).decode()


async def test_who_became_an_account_is_in_the_accounts_export(
    exporter: Exporter, profiles: Profiles
) -> None:
    await profiles.merge(ACCOUNT, ANNA)
    found = await exported(exporter, ACCOUNT)
    assert [row["shopper"] for row in found.tables["shopper"]] == [ACCOUNT, ANNA]
    assert "secret-wool" in json.dumps(found.tables["shopper"])
    assert len(found.tables["event"]) == 2


async def test_of_a_stranger_nothing_is_held(exporter: Exporter) -> None:
    found = await exported(exporter, ACCOUNT)
    assert set(map(len, found.tables.values())) == {0}


async def test_what_no_key_opens_is_not_shown(exporter: Exporter, keyring: Keyring) -> None:
    await keyring.destroy(ANNA)
    assert "SECRET" not in msgspec.json.encode(await exported(exporter, ANNA)).decode()


async def test_a_long_history_is_given_page_by_page(exporter: Exporter, store: EventStore) -> None:
    count = 2 * PAGE
    await store.keep(rows(*(click(f"more-{number:04}", "P") for number in range(count))))
    pieces = [piece async for piece in await exporter.stream(ANNA)]
    found = msgspec.json.decode(b"".join(pieces), type=Export).tables["event"]
    numbers = [row["number"] for row in found]
    assert (len(numbers), numbers) == (count + 2, sorted(set(numbers)))
    assert max(map(len, pieces)) < len(b"".join(pieces)) * 0.6


async def test_of_an_export_of_100_000_events_one_page_is_in_memory(
    exporter: Exporter, database: Database, keyring: Keyring
) -> None:
    cipher = await keyring.cipher(ANNA)
    content = b'{"event":{"type":"view","id":"%06d","product":"P"},"market":"nl","locale":"nl"}'
    for start in range(0, EVENTS, 10_000):
        numbers = range(start, start + 10_000)
        values = [
            {
                "digest": (digest := number.to_bytes(16, "big")),
                "shopper": ANNA,
                "occurred": number,
                "received": number,
                "purposes": 1,
                "payload": cipher.seal(content % number, digest),
            }
            for number in numbers
        ]
        async with database.writing() as connection:
            await connection.execute(event.insert(), values)
    del values
    size = 0
    tracemalloc.start()
    try:
        async for piece in await exporter.stream(ANNA):
            size += len(piece)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 20_000_000
    assert peak < 4_000_000
