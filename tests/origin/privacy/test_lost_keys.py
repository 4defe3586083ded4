"""Rows whose key was destroyed, as a restored back-up brings them back, and writers beside an erasure."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from origin.encryption.keyring import Keyring
from origin.encryption.masters import MasterKeys
from origin.events.deriver import Deriver
from origin.events.histories import read_histories
from origin.events.store import EventStore
from origin.events.traits import MemoryTraits
from origin.privacy.erasure import Erasures
from origin.privacy.export import Exporter
from origin.privacy.tombstones import MemoryTombstones
from origin.profiles.errors import NothingKept
from origin.profiles.model import ConsentEntry, Declared, Kept
from origin.profiles.outputs import Outputs, ShopperScores
from origin.profiles.rows import find
from origin.profiles.store import Profiles
from origin.storage.paging import Cursors
from origin.telemetry.logs import MemoryLog
from origin.telemetry.metrics import Metrics
from tests.origin.conftest import MASTERS
from tests.origin.events.conftest import ACCOUNT, ANNA, BOB, NOW, click, rows
from tests.origin.privacy.conftest import BACKUP_DAYS, VALID

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from origin.encryption.cipher import Cipher, Why
    from origin.storage.database import Database
    from tests.origin.identity.tokens import Clock

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("held")]

CURSORS = Cursors([bytes(32)])
WOOL = Kept(Declared(materials=("wool",)))


@pytest.fixture
def unread() -> list[Why]:
    """Why each row that no key opened was not read."""
    return []


@pytest.fixture
async def keyring(key_store: Database, unread: list[Why]) -> Keyring:
    return Keyring(key_store, MasterKeys(MASTERS), unread=unread.append)


@pytest.fixture(params=["gone", "new"])
async def dead(request: pytest.FixtureRequest, keyring: Keyring, held: None) -> None:  # noqa: ARG001 - it comes first
    """Anna's rows are all there, and their key is not; once with another one in its place."""
    await keyring.destroy(ANNA)
    if request.param == "new":
        await keyring.cipher(ANNA)


@pytest.mark.usefixtures("dead")
async def test_what_no_key_opens_counts_as_gone_and_hides_nobody_else(
    profiles: Profiles,
    store: EventStore,
    database: Database,
    keyring: Keyring,
    clock: Clock,
    unread: list[Why],
) -> None:
    outputs = Outputs(database, keyring, CURSORS, clock)
    for read in (profiles.read(ANNA), profiles.compact(ANNA), outputs.page(ANNA, None, 10)):
        with pytest.raises(NothingKept):
            await read
    assert [one.id for one in (await profiles.page(CURSORS, None, 10)).items] == [BOB]
    bodies, last = await profiles.compact_page("", 10)
    assert ([msgspec.json.decode(one)["shopper"] for one in bodies], last) == ([BOB], BOB)
    assert await store.of(ANNA) == []
    assert [one.shopper async for one in read_histories(database, keyring)] == [BOB]
    pieces = [piece async for piece in await Exporter(database, keyring, clock).stream(ANNA)]
    tables = msgspec.json.decode(b"".join(pieces))["tables"]
    assert [row["payload"] for row in tables["event"]] == [None, None]
    assert set(unread) == ({"destroyed"} if await keyring.open_cipher(ANNA) else set())


@pytest.mark.usefixtures("dead")
async def test_a_reader_of_the_log_is_not_stopped_by_a_page_that_nobody_can_read(store: EventStore) -> None:
    found = await store.page(0, 2, "training")
    assert [one.shopper for one in found] == [BOB, BOB]


@pytest.mark.usefixtures("dead")
async def test_who_comes_back_begins_anew(
    profiles: Profiles, store: EventStore, database: Database, keyring: Keyring, clock: Clock
) -> None:
    await profiles.set_kept(ANNA, lambda _old: WOOL)
    assert (await profiles.read(ANNA)).declared.materials == ("wool",)
    served = msgspec.json.decode((await profiles.compact(ANNA)).body)
    assert served["preferred"] == [["material", "wool"]]
    assert "outputs" not in served
    await store.keep(rows(click("event-09", "P9")))
    traits = MemoryTraits({"P9": [("category", "shirts")]})
    await Deriver(database, keyring, traits, clock, MemoryLog()).catch_up()
    (leaning,) = (await profiles.read(ANNA)).affinities
    assert (leaning.value, (await profiles.read(ANNA)).declared.materials) == ("shirts", ("wool",))


@pytest.mark.usefixtures("dead")
async def test_an_account_takes_over_what_can_be_read(profiles: Profiles, store: EventStore) -> None:
    await profiles.set_kept(ACCOUNT, lambda _old: WOOL)
    await profiles.merge(ACCOUNT, ANNA)
    assert (await profiles.read(ACCOUNT)).declared.materials == ("wool",)
    assert await store.of(ACCOUNT) == []


class Beside(Keyring):
    """A keyring; whoever asks it for Anna's key is overtaken by what is `beside`, if that can be."""

    beside: Callable[[], Awaitable[Any]] | None = None
    running: asyncio.Task[Any] | None = None

    async def ciphers(self, shoppers: Any) -> dict[str, Cipher]:
        """Return the ciphers to write with."""
        return await self._overtaken(await super().ciphers(shoppers))

    async def open_ciphers(self, shoppers: Any) -> dict[str, Cipher]:
        """Return the ciphers to read with."""
        return await self._overtaken(await super().open_ciphers(shoppers))

    async def _overtaken(self, found: dict[str, Cipher]) -> dict[str, Cipher]:
        if self.beside is not None and ANNA in found:
            beside, self.beside = self.beside, None
            self.running = asyncio.create_task(_of(beside))
            await asyncio.wait([self.running], timeout=0.3)
        return found


async def _of(beside: Callable[[], Awaitable[Any]]) -> Any:
    return await beside()


@pytest.mark.parametrize("what", ["write", "merge", "outputs"])
async def test_no_writer_seals_under_a_key_that_an_erasure_destroys_meanwhile(
    what: str, database: Database, key_store: Database, clock: Clock
) -> None:
    keyring = Beside(key_store, MasterKeys(MASTERS))
    store = EventStore(database, keyring)
    profiles = Profiles(database, keyring, clock, belongings=store)
    outputs = Outputs(database, keyring, CURSORS, clock)
    plain = Keyring(key_store, MasterKeys(MASTERS))
    erasures = Erasures(
        database,
        plain,
        MemoryTombstones(),
        clock,
        MemoryLog(),
        Metrics(),
        valid=VALID,
        backup_days=BACKUP_DAYS,
    )
    keyring.beside = lambda: erasures.request(ANNA)
    if what == "write":
        await profiles.set_kept(ANNA, lambda _old: WOOL)
    elif what == "merge":
        await profiles.merge(ACCOUNT, ANNA)
    else:
        await outputs.keep("m", "2", [ShopperScores(ANNA, (("P1", 1.0),))])
    assert keyring.running is not None
    await keyring.running
    async with database.reading() as connection:
        row = await find(connection, ANNA)
    assert row is not None
    assert row.erased is not None
    assert (row.kept, await plain.held([ANNA])) == (False, [])
    with pytest.raises(NothingKept):
        await outputs.page(ANNA, None, 10)
    assert await store.of(ANNA) == []
    if what == "merge":  # what was taken over before is the account's own
        assert (await profiles.read(ACCOUNT)).declared.materials == ("secret-wool",)


async def test_withdrawing_the_profile_takes_along_what_was_derived_and_said(
    profiles: Profiles, database: Database, keyring: Keyring, clock: Clock
) -> None:
    outputs = Outputs(database, keyring, CURSORS, clock)
    assert (await profiles.read(ANNA)).affinities
    no = ConsentEntry("profile", False, 1, NOW + 9, "choice")  # noqa: FBT003 - as it is sent
    await profiles.set_kept(ANNA, lambda old: msgspec.structs.replace(old, consent=(*old.consent, no)))
    assert (await profiles.read(ANNA)).affinities == ()
    assert "outputs" not in msgspec.json.decode((await profiles.compact(ANNA)).body)
    again = await outputs.keep("m", "2", [ShopperScores(one, (("P1", 1.0),)) for one in (ANNA, BOB)])
    assert (again.kept, again.refused) == (1, 1)
