"""Rows that no key opens though none was destroyed: a key store from an older back-up, and changed bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from sqlalchemy import delete, select, update

from origin.encryption.errors import KeyLost, SealBroken
from origin.encryption.keyring import Keyring
from origin.encryption.masters import MasterKeys
from origin.encryption.tables import data_key
from origin.events.deriver import Deriver
from origin.events.traits import MemoryTraits
from origin.privacy.export import Exporter
from origin.profiles.errors import NothingKept
from origin.profiles.model import Declared, Kept
from origin.profiles.tables import shopper
from origin.storage.paging import Cursors
from origin.telemetry.logs import MemoryLog
from tests.origin.conftest import MASTERS
from tests.origin.events.conftest import ACCOUNT, ANNA, BOB, click, rows

if TYPE_CHECKING:
    from origin.encryption.cipher import Why
    from origin.events.store import EventStore
    from origin.privacy.erasure import Erasures
    from origin.profiles.store import Profiles
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


async def _profile(database: Database) -> bytes:
    async with database.reading() as connection:
        query = select(shopper.c.profile).where(shopper.c.shopper == ANNA)
        return bytes((await connection.execute(query)).scalar_one())


@pytest.fixture(params=[KeyLost, SealBroken])
async def refusal(
    request: pytest.FixtureRequest,
    database: Database,
    key_store: Database,
    keyring: Keyring,
    held: None,  # noqa: ARG001 - it comes first
) -> Any:
    """The key store lacks Anna's key, as an older back-up of it does, or her profile was changed."""
    if request.param is KeyLost:
        async with key_store.writing() as connection:
            await connection.execute(delete(data_key).where(data_key.c.shopper == ANNA))
        keyring._kept.clear()
    else:
        sealed = bytearray(await _profile(database))
        sealed[-1] ^= 1
        async with database.writing() as connection:
            change = update(shopper).where(shopper.c.shopper == ANNA)
            await connection.execute(change.values(profile=bytes(sealed)))
    return request.param


async def test_nothing_is_written_over_and_it_is_told_apart_from_what_was_erased(
    refusal: Any, profiles: Profiles, database: Database, unread: list[Why]
) -> None:
    before = await _profile(database)
    for attempt in (
        profiles.read(ANNA),
        profiles.set_kept(ANNA, lambda _old: WOOL),
        profiles.patch(ANNA, b"{}", "*"),
        profiles.merge(ACCOUNT, ANNA),
    ):
        with pytest.raises(refusal):
            await attempt
    with pytest.raises(NothingKept):  # an edge goes on as without a profile, and holds nothing against us
        await profiles.compact(ANNA)
    assert await _profile(database) == before
    assert set(unread) == {"missing" if refusal is KeyLost else "broken"}


@pytest.mark.usefixtures("refusal")
async def test_nobody_else_is_held_up_by_it(
    profiles: Profiles,
    store: EventStore,
    database: Database,
    keyring: Keyring,
    clock: Clock,
) -> None:
    before = await _profile(database)
    for name in (ANNA, BOB):
        await store.keep(rows(click("event-09", "P9"), shopper=name))
    traits = MemoryTraits({"P9": [("category", "shirts")]})
    await Deriver(database, keyring, traits, clock, MemoryLog()).catch_up()
    assert "shirts" in {one.value for one in (await profiles.read(BOB)).affinities}
    assert [one.id for one in (await profiles.page(CURSORS, None, 10)).items] == [BOB]
    pieces = [piece async for piece in await Exporter(database, keyring, clock).stream(ANNA)]
    assert msgspec.json.decode(b"".join(pieces))["tables"]["shopper"][0]["profile"] is None
    assert await _profile(database) == before


@pytest.mark.usefixtures("refusal")
async def test_it_is_erased_like_any_other(profiles: Profiles, erasures: Erasures, keyring: Keyring) -> None:
    receipt = await erasures.request(ANNA)
    assert {part.name: part.state for part in receipt.parts}["store"] == "done"
    assert await keyring.held([ANNA]) == []
    await profiles.set_kept(ANNA, lambda _old: WOOL)
    assert (await profiles.read(ANNA)).declared.materials == ("wool",)


@pytest.mark.usefixtures("refusal")
async def test_who_deletes_it_begins_anew(profiles: Profiles) -> None:
    await profiles.delete(ANNA, "*")
    with pytest.raises(NothingKept):
        await profiles.read(ANNA)
    await profiles.set_kept(ANNA, lambda _old: WOOL)
    assert (await profiles.read(ANNA)).declared.materials == ("wool",)
