"""A visitor logs in: what either has refused or objected to holds for all that both have brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from origin.events.deriver import Deriver
from origin.events.tables import training_removal
from origin.events.traits import MemoryTraits
from origin.privacy.objection import Objections
from origin.profiles.model import ConsentEntry, Kept
from origin.profiles.tables import model_output
from origin.telemetry.logs import MemoryLog
from tests.origin.events.conftest import ACCOUNT, ANNA, NOW, click, rows, session_of

if TYPE_CHECKING:
    from origin.encryption.keyring import Keyring
    from origin.events.store import EventStore
    from origin.profiles.store import Profiles
    from origin.storage.database import Database
    from selvedge.shopper.policy import Purpose
    from tests.origin.identity.tokens import Clock

pytestmark = pytest.mark.anyio

BOTH = pytest.mark.parametrize("who", [ACCOUNT, ANNA])
EARLIER, LATER = NOW - 600, NOW - 60


def decided(purpose: Purpose, *, allowed: bool, time: int = LATER) -> Kept:
    return Kept(consent=(ConsentEntry(purpose, allowed, 1, time, "choice"),))


async def purposes(store: EventStore, name: str) -> dict[str, tuple[Purpose, ...]]:
    return {one.content.event.id: one.purposes for one in await store.of(name)}


async def keep_one_each(store: EventStore) -> None:
    assert await store.keep(rows(click("event-anna")) + rows(click("event-account"), shopper=ACCOUNT)) == [
        "accepted",
        "accepted",
    ]


@BOTH
async def test_an_objection_of_either_ends_learning_from_both(
    who: str, store: EventStore, profiles: Profiles, database: Database, clock: Clock
) -> None:
    await Objections(database, clock).note(who, objected=True)
    await keep_one_each(store)
    await profiles.merge(ACCOUNT, ANNA)
    assert await purposes(store, ACCOUNT) == dict.fromkeys(("event-anna", "event-account"), ("measurement",))
    assert await store.page(0, 10, "training") == []
    assert await store.page(0, 10, "profile") == []


@BOTH
async def test_a_refusal_of_either_holds_for_the_events_of_both(
    who: str, store: EventStore, profiles: Profiles, database: Database
) -> None:
    await keep_one_each(store)
    await profiles.replace(who, decided("training", allowed=False), None)
    await profiles.merge(ACCOUNT, ANNA)
    assert set((await purposes(store, ACCOUNT)).values()) == {("profile", "measurement")}
    async with database.reading() as connection:
        left = set((await connection.execute(select(training_removal.c.key))).scalars())
    assert left >= {session_of(ANNA), session_of(ACCOUNT)}


async def test_what_was_allowed_after_it_had_been_refused_is_allowed(
    store: EventStore, profiles: Profiles
) -> None:
    await profiles.replace(ACCOUNT, decided("training", allowed=False, time=EARLIER), None)
    await profiles.replace(ANNA, decided("training", allowed=True), None)
    await store.keep(rows(click("event-anna")))
    await profiles.merge(ACCOUNT, ANNA)
    assert await purposes(store, ACCOUNT) == {"event-anna": ("profile", "training", "measurement")}
    assert await store.keep(rows(click("event-later"), shopper=ACCOUNT)) == ["accepted"]
    assert (await purposes(store, ACCOUNT))["event-later"] == ("profile", "training", "measurement")


@pytest.mark.usefixtures("held")
@BOTH
@pytest.mark.parametrize("how", ["objects", "refuses"])
async def test_no_profile_leaves_nothing_derived_and_no_output(
    how: str,
    who: str,
    store: EventStore,
    profiles: Profiles,
    database: Database,
    keyring: Keyring,
    clock: Clock,
) -> None:
    """`held` keeps and derives something of ANNA; the account has an event to derive from."""
    await store.keep(rows(click("event-account", "SECRET-PRODUCT"), shopper=ACCOUNT))
    traits = MemoryTraits({"SECRET-PRODUCT": [("category", "secret-knitwear")]})
    deriver = Deriver(database, keyring, traits, clock, MemoryLog())
    await deriver.catch_up()
    if how == "objects":
        await Objections(database, clock).note(who, objected=True)
    else:
        await profiles.set_kept(who, lambda _kept: decided("profile", allowed=False, time=NOW + 1))
    await profiles.merge(ACCOUNT, ANNA)
    await deriver.catch_up()
    merged = await profiles.read(ACCOUNT)
    assert merged.affinities == ()
    assert merged.objected == (how == "objects")
    async with database.reading() as connection:
        with_output = set((await connection.execute(select(model_output.c.shopper))).scalars())
    assert not with_output & {ANNA, ACCOUNT}


async def test_late_events_serve_no_purpose_that_was_refused_meanwhile(
    store: EventStore, profiles: Profiles
) -> None:
    await profiles.replace(ACCOUNT, decided("training", allowed=False), None)
    await profiles.merge(ACCOUNT, ANNA)
    only = {"version": 1, "purposes": ["training"]}
    late = rows(click("late-one"), received=LATER) + rows(click("late-two"), received=LATER, consent=only)
    assert await store.keep(late) == ["accepted", "dropped"]
    assert await purposes(store, ACCOUNT) == {"late-one": ("profile", "measurement")}


@pytest.mark.parametrize(
    ("consented", "served"),
    [(EARLIER, ("profile", "measurement")), (NOW, ("profile", "training", "measurement"))],
)
async def test_the_newer_of_a_refusal_on_record_and_a_browsers_choice_holds(
    consented: int, served: tuple[Purpose, ...], store: EventStore, profiles: Profiles
) -> None:
    await profiles.replace(ACCOUNT, decided("training", allowed=False), None)
    chosen = {"version": 1, "purposes": ["measurement", "profile", "training"], "time": consented}
    await store.keep(rows(click("event-01"), shopper=ACCOUNT, consent=chosen))
    assert await purposes(store, ACCOUNT) == {"event-01": served}


async def test_late_events_are_kept_for_what_is_allowed_again(store: EventStore, profiles: Profiles) -> None:
    await profiles.replace(ANNA, decided("training", allowed=False, time=EARLIER), None)
    await profiles.set_kept(ANNA, lambda _kept: decided("training", allowed=True))
    await store.keep(rows(click("event-01"), received=EARLIER))
    assert await purposes(store, ANNA) == {"event-01": ("profile", "training", "measurement")}
