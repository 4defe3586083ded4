"""The job over the real store: consent decides who is learnt from, and older outputs leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from origin.collaborative.job import Learnt, learn
from origin.collaborative.model import Settings
from origin.events.histories import read_histories
from origin.events.store import EventStore, withdraw
from origin.profiles.model import Declared, Kept
from origin.profiles.outputs import Outputs
from origin.profiles.store import Profiles
from origin.rehearsal import SystemClock
from origin.storage.paging import Cursors
from tests.origin.events.conftest import ANNA, BOB, rows

if TYPE_CHECKING:
    from origin.encryption.keyring import Keyring
    from origin.storage.database import Database

SETTINGS = Settings(factors=2, iterations=3)
CARL = "v" + "c" * 24
pytestmark = pytest.mark.anyio


def did(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"id": f"event-{number:02}", "type": kind, "product": product}
        for number, (kind, product) in enumerate(pairs)
    ]


class Desk:
    """The stores of one origin."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self.database, self.keyring = database, keyring
        self.outputs = Outputs(database, keyring, Cursors([b"k" * 32]), SystemClock())
        self.told: list[str] = []

    async def enter(self) -> None:
        """Three shoppers with profiles; Carl's events may not be trained on."""
        profiles = Profiles(self.database, self.keyring, SystemClock(), valid=3_600)
        store = EventStore(self.database, self.keyring)
        for name in (ANNA, BOB, CARL):
            await profiles.replace(name, Kept(declared=Declared()), None)
        await store.keep(rows(*did(("view", "P1"), ("view", "P2"), ("purchase", "P3"))))
        await store.keep(rows(*did(("view", "P1"), ("click", "P4"), ("dismiss", "P2")), shopper=BOB))
        other = {"version": 1, "purposes": ["profile", "measurement"]}
        await store.keep(rows(*did(("view", "P1"), ("view", "P9")), shopper=CARL, consent=other))

    async def learn(self) -> Learnt:
        return await learn(
            self.database, self.keyring, self.outputs, SETTINGS, lambda step, *_: self.told.append(step)
        )

    async def said(self, name: str) -> list[str]:
        return [one.product for one in (await self.outputs.page(name, None, 50)).items]


@pytest.fixture
async def desk(database: Database, keyring: Keyring) -> Desk:
    desk = Desk(database, keyring)
    await desk.enter()
    return desk


async def test_only_who_allows_training_is_learnt_from(desk: Desk) -> None:
    found = [one async for one in read_histories(desk.database, desk.keyring)]
    assert [one.shopper for one in found] == [ANNA, BOB]
    assert found[0].events == (("view", "P1"), ("view", "P2"), ("purchase", "P3"))
    assert [sorted(one.gone) for one in found] == [["P3"], ["P2"]]


async def test_each_shopper_s_outputs_are_kept_under_one_version(desk: Desk) -> None:
    learnt = await desk.learn()
    assert (learnt.shoppers, learnt.kept, learnt.refused, learnt.dropped) == (2, 2, 0, 0)
    page = await desk.outputs.page(ANNA, None, 50)
    assert (page.model, page.version) == ("als", learnt.version)
    assert "P3" not in await desk.said(ANNA)
    assert "P2" not in await desk.said(BOB)
    assert {"histories read", "iterations", "shoppers"} <= set(desk.told)


async def test_a_second_run_over_the_same_events_says_the_same(desk: Desk) -> None:
    first = await desk.learn()
    before = await desk.said(ANNA)
    assert (await desk.learn()).version == first.version
    assert await desk.said(ANNA) == before


async def test_who_withdraws_is_gone_from_the_next_version(desk: Desk) -> None:
    await desk.learn()
    async with desk.database.writing() as connection:
        await withdraw(connection, BOB, ["training"])
    learnt = await desk.learn()
    assert (learnt.shoppers, learnt.dropped) == (1, 1)


async def test_without_events_nothing_is_learnt(database: Database, keyring: Keyring) -> None:
    empty = Desk(database, keyring)
    assert (await empty.learn()).shoppers == 0
