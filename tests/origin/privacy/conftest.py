"""A person of whom everything is held, on both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from origin.events.deriver import Deriver
from origin.events.store import EventStore
from origin.events.traits import MemoryTraits
from origin.privacy.erasure import Erasures
from origin.privacy.tombstones import MemoryTombstones
from origin.profiles.model import ConsentEntry, Declared, Kept
from origin.profiles.rows import standings
from origin.profiles.sealed import seal_scores
from origin.profiles.store import Profiles
from origin.profiles.tables import model_output
from origin.telemetry.logs import MemoryLog
from origin.telemetry.metrics import Metrics
from tests.origin.events.conftest import ANNA, BOB, NOW, click, rows, settle_secret
from tests.origin.identity.tokens import Clock

if TYPE_CHECKING:
    from origin.encryption.keyring import Keyring
    from origin.storage.database import Database

VALID = 600
BACKUP_DAYS = 30


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW + 60)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def tombstones() -> MemoryTombstones:
    return MemoryTombstones()


@pytest.fixture
async def store(database: Database, keyring: Keyring) -> EventStore:
    await settle_secret(database)
    return EventStore(database, keyring)


@pytest.fixture
def profiles(database: Database, keyring: Keyring, clock: Clock, store: EventStore) -> Profiles:
    return Profiles(database, keyring, clock, belongings=store)


@pytest.fixture
def erasures(
    database: Database, keyring: Keyring, tombstones: MemoryTombstones, clock: Clock, log: MemoryLog
) -> Erasures:
    return Erasures(
        database, keyring, tombstones, clock, log, Metrics(), valid=VALID, backup_days=BACKUP_DAYS
    )


@pytest.fixture
async def held(
    database: Database, keyring: Keyring, profiles: Profiles, store: EventStore, clock: Clock
) -> None:
    """Something in every table, of two persons."""
    for name in (ANNA, BOB):
        entry = ConsentEntry("profile", True, 1, NOW, "choice")  # noqa: FBT003 - as it is sent
        await profiles.replace(name, Kept(Declared(materials=("secret-wool",)), (entry,)), None)
        async with database.writing() as connection:
            assert (await standings(connection, [name]))[name].known
            sealed = seal_scores(await keyring.cipher(name), name, (("SECRET-OUTPUT", 0.5),))
            output = {"shopper": name, "model": "m", "version": "1", "time": NOW, "scores": sealed}
            await connection.execute(model_output.insert().values(output))
        bought = {"id": "event-02", "type": "purchase", "product": "SECRET-BOUGHT"}
        await store.keep(rows(click("event-01", "SECRET-PRODUCT"), bought, shopper=name))
    traits = MemoryTraits({"SECRET-PRODUCT": [("category", "secret-knitwear")]})
    await Deriver(database, keyring, traits, clock, MemoryLog()).catch_up()
