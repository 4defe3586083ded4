"""Shoppers to ask for: with wishes, things derived and model outputs, as many as a page has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from origin.encryption.keyring import Keyring
from origin.encryption.masters import parse_master_keys
from origin.encryption.tables import KEYS
from origin.profiles.model import Declared, Derived, Kept
from origin.profiles.outputs import Outputs, ShopperScores
from origin.profiles.rows import keep_derived
from origin.profiles.store import Profiles
from origin.rehearsal import SystemClock
from origin.storage.database import Database
from origin.storage.paging import Cursors
from origin.storage.schema import migrate
from selvedge.shopper.context import Affinity

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOPPERS = 200


def name(number: int) -> str:
    """The name of a shopper."""
    return f"v{number:024x}"


async def fill(environment: Mapping[str, str]) -> None:
    """Make the schema, and `SHOPPERS` shoppers."""
    database, keys = (Database(environment[key]) for key in ("SELVEDGE_DATABASE", "SELVEDGE_KEY_STORE"))
    await migrate(database)
    await migrate(keys, KEYS)
    keyring = Keyring(keys, parse_master_keys(environment["SELVEDGE_MASTER_KEYS"]))
    clock = SystemClock()
    profiles = Profiles(database, keyring, clock)
    names = [name(number) for number in range(SHOPPERS)]
    ciphers = await keyring.ciphers(names)
    derived = Derived(
        tuple(Affinity("material", f"fibre-{at}", 100 - at) for at in range(12)),
        tuple(f"S{at:06}-01" for at in range(10)),
    )
    for one in names:
        await profiles.replace(one, Kept(Declared(materials=("wool", "linen"), sizes=("M",))), None)
        async with database.writing() as connection:
            await keep_derived(connection, ciphers[one], one, derived, int(clock.now()))
    scores = tuple((f"S{at:06}-02", 1.0 - at / 1000) for at in range(100))
    outputs = Outputs(database, keyring, Cursors([bytes(32)]), clock)
    await outputs.keep("als", "1", [ShopperScores(one, scores) for one in names])
    await database.close()
    await keys.close()
