from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from origin.events.store import EventStore, forget, withdraw
from origin.training.counts import Counts
from origin.training.job import number_by_name
from origin.training.model import build_model
from origin.training.sessions import GivenSessions, Session
from origin.training.settings import Settings
from origin.training.stored import read_stored
from tests.origin.events.conftest import ANNA, BOB, NOW, click, rows, session_of, settle_secret

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from origin.encryption.keyring import Keyring
    from origin.storage.database import Database

pytestmark = pytest.mark.anyio

TODAY = NOW // 86_400
SETTINGS = Settings()


class Shop:
    """Stored events, and counts that follow them run by run."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self.database, self.keyring = database, keyring
        self.counts = Counts(None, SETTINGS.tally)
        self.number = 0

    async def look(self, shopper: str | None, *products: str, kind: str = "click", **changes: Any) -> None:
        for product in products:
            self.number += 1
            one = click(f"event-{self.number:04}", product, type=kind)
            await EventStore(self.database, self.keyring).keep(rows(one, shopper=shopper, **changes))

    async def change(self, what: Callable[[AsyncConnection], Awaitable[object]]) -> None:
        async with self.database.writing() as connection:
            await what(connection)

    async def read(self) -> GivenSessions:
        return await read_stored(self.database, self.keyring, self.counts.place())

    async def train(self) -> bytes:
        self.counts.update(await self.read())
        return model(self.counts)


def model(counts: Counts) -> bytes:
    return build_model(counts, number_by_name([name for _, name in counts.products()]), SETTINGS).part


def of(*sessions: Session) -> bytes:
    with closing(Counts(None, SETTINGS.tally)) as counts:
        counts.update(GivenSessions(sessions))
        return model(counts)


def session(shopper: str, *products: str) -> Session:
    return Session(session_of(shopper, TODAY), TODAY, products)


@pytest.fixture
async def the_shop(database: Database, keyring: Keyring) -> Shop:
    await settle_secret(database)
    return Shop(database, keyring)


async def test_a_person_s_day_is_a_session_of_what_was_looked_at(the_shop: Shop) -> None:
    await the_shop.look(ANNA, "A", "A", "B")
    await the_shop.look(ANNA, "C", kind="impression")
    await the_shop.look(ANNA, "B", "C", kind="view")
    await the_shop.look(BOB, "C", kind="dismiss")
    assert list((await the_shop.read()).sessions()) == [session(ANNA, "A", "B", "C")]


async def test_events_that_do_not_allow_training_and_nobody_s_are_not_read(the_shop: Shop) -> None:
    await the_shop.look(ANNA, "A", consent={"version": 1, "purposes": ["profile", "measurement"]})
    await the_shop.look(ANNA, "B")
    await the_shop.look(None, "C", "D")
    assert list((await the_shop.read()).sessions()) == [session(ANNA, "B")]


async def test_a_run_reads_what_is_new_since_the_last(the_shop: Shop) -> None:
    await the_shop.look(ANNA, "A", "B")
    await the_shop.look(BOB, "C", "D")
    await the_shop.train()
    await the_shop.look(ANNA, "E")
    assert list((await the_shop.read()).sessions()) == [session(ANNA, "A", "B", "E")]
    assert await the_shop.train() == of(session(ANNA, "A", "B", "E"), session(BOB, "C", "D"))
    assert list((await the_shop.read()).sessions()) == []


@pytest.mark.parametrize("how", ["erased", "withdrawn"])
async def test_who_is_erased_or_withdraws_is_gone_at_the_next_build(the_shop: Shop, how: str) -> None:
    await the_shop.look(ANNA, "A", "B", "C")
    await the_shop.look(BOB, "C", "D")
    with_anna = await the_shop.train()
    if how == "erased":
        await the_shop.change(lambda connection: forget(connection, ANNA))
    else:
        await the_shop.change(lambda connection: withdraw(connection, ANNA, ["training"]))
    assert await the_shop.train() == of(session(BOB, "C", "D")) != with_anna


async def test_who_allows_it_again_counts_from_then_on(the_shop: Shop) -> None:
    await the_shop.look(ANNA, "A", "B")
    await the_shop.train()
    await the_shop.change(lambda connection: withdraw(connection, ANNA, ["training"]))
    await the_shop.look(ANNA, "C", "D")
    assert await the_shop.train() == of(session(ANNA, "C", "D"))
