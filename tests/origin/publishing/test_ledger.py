from __future__ import annotations

import multiprocessing
import os
from typing import TYPE_CHECKING

import pytest

from origin.publishing.clock import ManualClock
from origin.publishing.cloudflare import ATTEMPTS, PATIENCE, TIMEOUT
from origin.publishing.errors import LeaseHeld, LeaseLost, LedgerUnusable
from origin.publishing.lease import LEASE_SECONDS
from origin.publishing.ledger import Ledger
from tests.origin.publishing.conftest import build

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: ManualClock) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite", "test/store", clock)


def test_sequences_grow_by_one_and_survive(tmp_path: Path, ledger: Ledger) -> None:
    for expected in (1, 2, 3):
        with ledger.lease("a") as lease:
            publication = lease.begin("live", "publish", build(expected).release, "a", None)
            assert lease.allocate("live", publication) == expected
            lease.finish(publication)
    again = Ledger(tmp_path / "ledger.sqlite", "test/store")
    assert again.sequence("live") == 3
    assert [(entry.sequence, entry.state) for entry in again.log("live")] == [
        (3, "done"),
        (2, "done"),
        (1, "done"),
    ]


def test_a_second_holder_waits_and_is_then_refused(ledger: Ledger, clock: ManualClock) -> None:
    with ledger.lease("first"), pytest.raises(LeaseHeld, match="first"), ledger.lease("second", wait=5):
        pass
    assert sum(clock.slept) == 5


def test_a_second_holder_gets_the_lease_once_it_is_given_back(ledger: Ledger) -> None:
    with ledger.lease("first"):
        assert ledger.holder() == "first"
    assert ledger.holder() is None
    with ledger.lease("second"):
        assert ledger.holder() == "second"


def test_a_lease_left_behind_expires_and_fences_its_former_holder(ledger: Ledger, clock: ManualClock) -> None:
    left = ledger.lease("crashed")
    lease = left.__enter__()
    clock.sleep(LEASE_SECONDS + 1)
    with ledger.lease("next"):
        with pytest.raises(LeaseLost):
            lease.renew()
        lease.give_back()
        assert ledger.holder() == "next"


def test_an_expired_lease_that_nobody_took_goes_on(ledger: Ledger, clock: ManualClock) -> None:
    with ledger.lease("slow") as lease:
        clock.sleep(LEASE_SECONDS * 2)
        lease.renew()
        with pytest.raises(LeaseHeld), ledger.lease("other"):
            pass


def test_one_call_to_the_store_takes_less_than_a_lease() -> None:
    assert PATIENCE + TIMEOUT < LEASE_SECONDS
    assert ATTEMPTS > 1


def test_a_process_that_dies_leaves_a_lease_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_die_holding, args=(path,))
    process.start()
    process.join(30)
    assert process.exitcode == 7
    clock = ManualClock()
    clock.time = Ledger(path, "test/store").clock.now()
    ledger = Ledger(path, "test/store", clock)
    with pytest.raises(LeaseHeld, match="the dead"), ledger.lease("next"):
        pass
    with ledger.lease("next", wait=LEASE_SECONDS + 5) as lease:
        lease.renew()


def _die_holding(path: Path) -> None:
    with Ledger(path, "test/store").lease("the dead"):
        os._exit(7)


def test_ledgers_of_several_stores_share_a_file_and_nothing_else(tmp_path: Path, ledger: Ledger) -> None:
    other = Ledger(tmp_path / "ledger.sqlite", "other/store")
    with ledger.lease("a") as lease, other.lease("b"):
        lease.adopt("live", 9)
    assert (ledger.sequence("live"), other.sequence("live")) == (9, 0)


def test_a_file_that_is_no_ledger_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"something else, and longer than a header of SQLite's " * 9)
    with pytest.raises(LedgerUnusable, match=r"ledger\.sqlite"):
        Ledger(tmp_path / "ledger.sqlite", "test/store")


def test_a_publication_keeps_its_release(ledger: Ledger) -> None:
    release = build(1).release
    with ledger.lease("a") as lease:
        lease.begin("live", "publish", release, "a", "because")
    entry = ledger.log()[0]
    assert (entry.state, entry.reason, entry.sequence) == ("unfinished", "because", None)
    assert ledger.release_of(entry) == release
