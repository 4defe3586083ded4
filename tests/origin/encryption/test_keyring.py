from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from origin.encryption.errors import KeyUnusable, NoMasterKey, SealBroken
from origin.encryption.keyring import CACHED_SECONDS, Keyring, Rotation
from origin.encryption.masters import MasterKeys, parse_master_keys
from origin.encryption.tables import data_key
from selvedge.settings import BadSetting

if TYPE_CHECKING:
    from origin.storage.database import Database

pytestmark = pytest.mark.anyio

OLD, NEW = {"m1": bytes(range(32))}, {"m2": bytes(range(1, 33))}
ANNA, BERT = "v" + "a" * 24, "v" + "b" * 24
MANY = [f"v{number:024x}" for number in range(50)]


async def test_a_shopper_keeps_one_cipher(keyring: Keyring, key_store: Database) -> None:
    sealed = (await keyring.cipher(ANNA)).seal(b"plain", b"")
    fresh = Keyring(key_store, MasterKeys(OLD))
    assert (await fresh.cipher(ANNA)).open(sealed, b"") == b"plain"
    found = await fresh.open_cipher(ANNA)
    assert found is not None
    assert found.open(sealed, b"") == b"plain"


async def test_shoppers_have_keys_of_their_own(keyring: Keyring) -> None:
    ciphers = await keyring.ciphers([ANNA, BERT, ANNA])
    assert set(ciphers) == {ANNA, BERT}
    with pytest.raises(SealBroken):
        ciphers[BERT].open(ciphers[ANNA].seal(b"plain", b""), b"")


async def test_reading_makes_no_key(keyring: Keyring) -> None:
    assert await keyring.open_cipher(ANNA) is None
    assert await keyring.open_ciphers([ANNA, BERT]) == {}
    assert await keyring.destroy(ANNA) is False


async def test_all_who_ask_at_once_get_the_same_key(key_store: Database) -> None:
    rings = [Keyring(key_store, MasterKeys(OLD)) for _ in range(8)]
    ciphers = await asyncio.gather(*(one.cipher(ANNA) for one in rings))
    sealed = ciphers[0].seal(b"plain", b"")
    assert {one.open(sealed, b"") for one in ciphers} == {b"plain"}


async def test_a_destroyed_key_is_gone_for_good(keyring: Keyring) -> None:
    sealed = (await keyring.cipher(ANNA)).seal(b"plain", b"")
    assert await keyring.destroy(ANNA) is True
    assert await keyring.open_cipher(ANNA) is None
    with pytest.raises(SealBroken):
        (await keyring.cipher(ANNA)).open(sealed, b"")


async def test_another_process_reads_on_for_a_minute_at_most(key_store: Database) -> None:
    time = [0.0]
    one, other = Keyring(key_store, MasterKeys(OLD)), Keyring(key_store, MasterKeys(OLD), lambda: time[0])
    await other.cipher(ANNA)
    await one.destroy(ANNA)
    assert await other.open_cipher(ANNA) is not None
    time[0] = CACHED_SECONDS
    assert await other.open_cipher(ANNA) is None


async def test_without_master_key_nothing_is_made(key_store: Database) -> None:
    with pytest.raises(NoMasterKey, match="SELVEDGE_MASTER_KEYS"):
        await Keyring(key_store, MasterKeys({})).cipher(ANNA)


async def test_a_foreign_master_key_is_named(keyring: Keyring, key_store: Database) -> None:
    await keyring.cipher(ANNA)
    with pytest.raises(KeyUnusable, match="m1"):
        await Keyring(key_store, MasterKeys(NEW)).open_cipher(ANNA)
    with pytest.raises(KeyUnusable, match="does not open"):
        await Keyring(key_store, MasterKeys({"m1": bytes(32)})).open_cipher(ANNA)


async def test_rotation_wraps_every_key_anew_and_changes_none(key_store: Database) -> None:
    before = await Keyring(key_store, MasterKeys(OLD)).ciphers(MANY)
    sealed = {shopper: cipher.seal(b"plain", b"") for shopper, cipher in before.items()}
    both = Keyring(key_store, MasterKeys(NEW | OLD))
    assert await both.outdated() == {"m1": 50}
    assert await both.rotate(batch=7) == Rotation(wrapped=50)
    assert await both.outdated() == {}
    assert await both.rotate() == Rotation()
    after = await Keyring(key_store, MasterKeys(NEW)).ciphers(MANY)
    assert all(after[shopper].open(sealed[shopper], b"") == b"plain" for shopper in MANY)


async def test_a_rotation_that_breaks_off_half_way_loses_nothing_and_is_run_again(
    key_store: Database,
) -> None:
    before = await Keyring(key_store, MasterKeys(OLD)).ciphers(MANY)
    sealed = {shopper: cipher.seal(b"plain", b"") for shopper, cipher in before.items()}
    with pytest.raises(KeyboardInterrupt):
        await Keyring(key_store, Dying(NEW | OLD, last=37)).rotate(batch=10)
    both = Keyring(key_store, MasterKeys(NEW | OLD))
    assert await both.outdated() == {"m1": 20}
    half = await Keyring(key_store, MasterKeys(NEW | OLD)).open_ciphers(MANY)
    assert all(half[shopper].open(sealed[shopper], b"") == b"plain" for shopper in MANY)
    assert await both.rotate(batch=10) == Rotation(wrapped=20)
    after = await Keyring(key_store, MasterKeys(NEW)).open_ciphers(MANY)
    assert all(after[shopper].open(sealed[shopper], b"") == b"plain" for shopper in MANY)


async def test_keys_that_no_master_opens_are_counted_and_hold_up_no_other(key_store: Database) -> None:
    await Keyring(key_store, MasterKeys({"gone": bytes(32)})).ciphers(MANY[:9])
    await Keyring(key_store, MasterKeys(OLD)).ciphers(MANY[9:])
    both = Keyring(key_store, MasterKeys(NEW | OLD))
    with pytest.raises(KeyboardInterrupt):
        await Keyring(key_store, Dying(NEW | OLD, last=11)).rotate(batch=5)
    assert await both.rotate(batch=5) == Rotation(wrapped=30, unusable=9)
    assert await both.outdated() == {"gone": 9}
    assert len(await Keyring(key_store, MasterKeys(NEW)).open_ciphers(MANY[9:])) == 41


async def test_rotation_goes_on_while_others_write_read_and_destroy(key_store: Database) -> None:
    old = Keyring(key_store, MasterKeys(OLD))
    await old.ciphers(MANY)
    both = Keyring(key_store, MasterKeys(NEW | OLD))

    async def others() -> None:
        for shopper in MANY[::2]:
            await both.destroy(shopper)
            assert (await both.ciphers([shopper + "0"]))[shopper + "0"]
            assert await both.open_ciphers([MANY[1]])

    rotated, _ = await asyncio.gather(both.rotate(batch=3), others())
    assert 25 <= rotated.wrapped <= 50
    assert await both.outdated() == {}
    async with key_store.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(data_key)) == 50
    assert not set(MANY[::2]) & set(await both.open_ciphers(MANY))


async def test_a_destroyed_key_ends_a_back_up_of_the_data_too(tmp_path: Path, keyring: Keyring) -> None:
    """The back-up is a copy of the data's file; the key store is not in it."""
    about = b"profile of " + ANNA.encode()
    sealed = (await keyring.cipher(ANNA)).seal(b'{"brands":["Borbergo"]}', about)
    live, copy = tmp_path / "live.sqlite", tmp_path / "copy.sqlite"
    with closing(sqlite3.connect(live)) as db, db:
        db.execute("CREATE TABLE kept (sealed BLOB)")
        db.execute("INSERT INTO kept VALUES (?)", [sealed])
    with closing(sqlite3.connect(live)) as db, closing(sqlite3.connect(copy)) as target:
        db.backup(target)
    await keyring.destroy(ANNA)
    assert b"Borbergo" not in copy.read_bytes()
    with closing(sqlite3.connect(copy)) as db:
        (restored,) = db.execute("SELECT sealed FROM kept").fetchone()
    assert await keyring.open_cipher(ANNA) is None
    with pytest.raises(SealBroken):
        (await keyring.cipher(ANNA)).open(restored, about)


def test_the_setting_is_an_object_of_keys() -> None:
    assert parse_master_keys('{"a": "' + "A" * 43 + '="}').current == "a"
    for text in ("[]", "{", '{"a": 1}', '{"a": "AAAA"}'):
        with pytest.raises(BadSetting, match="SELVEDGE_MASTER_KEYS"):
            parse_master_keys(text)


class Dying(MasterKeys):
    """Master keys in a process that is killed when it has wrapped `last` keys."""

    def __init__(self, keys: dict[str, bytes], last: int) -> None:
        super().__init__(keys)
        self._left = last

    def wrap(self, key: bytes, shopper: str) -> bytes:
        if not self._left:
            raise KeyboardInterrupt
        self._left -= 1
        return super().wrap(key, shopper)


async def test_no_file_holds_a_destroyed_key(keyring: Keyring, key_store: Database) -> None:
    if key_store.kind != "sqlite":
        pytest.skip("PostgreSQL keeps dead rows until it vacuums: docs/privacy.md")
    await keyring.cipher(ANNA)
    async with key_store.reading() as connection:
        wrapped = (await connection.execute(select(data_key.c.wrapped))).scalar_one()
    folder = Path(str(key_store.url.database)).parent

    def lies_there() -> bool:
        return any(wrapped in file.read_bytes() for file in folder.glob("*.sqlite*"))

    assert lies_there()
    await keyring.destroy(ANNA)
    assert not lies_there()
