from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from origin.profiles.model import Declared, Kept
from origin.profiles.rows import find
from origin.profiles.spent_keys import end_keys
from origin.profiles.store import Profiles
from tests.origin.events.conftest import ACCOUNT, ANNA, BOB, NOW
from tests.origin.identity.tokens import Clock

if TYPE_CHECKING:
    from origin.encryption.keyring import Keyring
    from origin.storage.database import Database

pytestmark = pytest.mark.anyio

WOOL, SILK = Kept(Declared(materials=("wool",))), Kept(Declared(materials=("silk",)))


@pytest.fixture
def profiles(database: Database, keyring: Keyring) -> Profiles:
    return Profiles(database, keyring, Clock(NOW))


@pytest.fixture
def crashing(profiles: Profiles, keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> Profiles:
    """Profiles in a process that is killed between the two stores."""

    async def killed(_shopper: str) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(keyring, "destroy", killed)
    return profiles


async def test_a_merger_leaves_the_visitor_no_key(profiles: Profiles, keyring: Keyring) -> None:
    await profiles.set_kept(ANNA, lambda _old: WOOL)
    await profiles.merge(ACCOUNT, ANNA)
    assert await keyring.held([ANNA, ACCOUNT]) == [ACCOUNT]
    assert (await profiles.read(ACCOUNT)).declared.materials == ("wool",)


async def test_a_merger_makes_no_key_for_a_visitor_who_has_none(profiles: Profiles, keyring: Keyring) -> None:
    await profiles.merge(ACCOUNT, ANNA)
    assert await keyring.held([ANNA, ACCOUNT]) == [ACCOUNT]


@pytest.mark.parametrize("how", ["start", "again"])
async def test_a_merger_that_breaks_off_between_the_stores_is_finished(
    how: str, crashing: Profiles, database: Database, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (ANNA, BOB):
        await crashing.set_kept(name, lambda _old: WOOL)
    with pytest.raises(KeyboardInterrupt):
        await crashing.merge(ACCOUNT, ANNA)
    assert len(await keyring.held([ANNA, BOB, ACCOUNT])) == 3
    assert (await crashing.read(ACCOUNT)).declared.materials == ("wool",)
    monkeypatch.undo()
    if how == "start":
        assert await end_keys(database, keyring) == 1
    else:
        await crashing.merge(ACCOUNT, ANNA)
    assert sorted(await keyring.held([ANNA, BOB, ACCOUNT])) == sorted([BOB, ACCOUNT])
    assert await end_keys(database, keyring) == 0


async def test_of_whom_something_is_kept_again_the_key_stays(
    crashing: Profiles, database: Database, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crashing.set_kept(ANNA, lambda _old: WOOL)
    with pytest.raises(KeyboardInterrupt):
        await crashing.merge(ACCOUNT, ANNA)
    monkeypatch.undo()
    await crashing.set_kept(ANNA, lambda _old: SILK)
    assert await end_keys(database, keyring) == 0
    async with database.reading() as connection:
        row = await find(connection, ANNA)
    assert row is not None
    assert row.kept
    assert (await crashing.read(ANNA)).declared.materials == ("silk",)
