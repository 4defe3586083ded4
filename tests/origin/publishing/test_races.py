"""Publishers in several threads and processes on one real ledger file."""

from __future__ import annotations

import multiprocessing
import threading
import time
from typing import TYPE_CHECKING

from origin.publishing.clock import SystemClock
from origin.publishing.kv import MemoryKv
from origin.publishing.ledger import Ledger
from origin.publishing.pointers import Pointers
from origin.publishing.publisher import Publisher
from origin.publishing.signing import Ed25519Signer
from tests.origin.publishing.conftest import SHOP, build

if TYPE_CHECKING:
    from pathlib import Path

PROCESSES = 3
TURNS = 4


class QuickClock(SystemClock):
    """Polls for the lease without waiting for long."""

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.005))


def test_publishers_in_threads_never_interleave_and_sequences_only_grow(tmp_path: Path) -> None:
    kv, clock, signer = MemoryKv(), QuickClock(), Ed25519Signer(bytes(32))
    effects: list[tuple[str, str]] = []

    def before(operation: str, key: str) -> None:
        if operation == "put":
            effects.append((threading.current_thread().name, key))
            time.sleep(0.001)

    kv.before = before

    def work(first: int) -> None:
        ledger = Ledger(tmp_path / "ledger.sqlite", "test/store", clock)
        pointers = Pointers(kv, SHOP, signer, {}, clock)
        publisher = Publisher(kv, ledger, pointers, shop=SHOP, who=f"publisher {first}", wait=60)
        for turn in range(TURNS):
            number = first * 100 + turn
            sequences.append(publisher.publish(build(number), "live", override="a race").sequence)

    sequences: list[int] = []
    threads = [threading.Thread(target=work, args=(first,), name=str(first)) for first in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sequences) == list(range(1, 3 * TURNS + 1))
    turns = "".join("|" if key == "pointer/live" else thread for thread, key in effects)
    assert all(len(set(turn)) <= 1 for turn in turns.split("|"))


def test_publishers_in_processes_never_hold_the_lease_together(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_take_turns, args=(tmp_path, n)) for n in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    events = [line.split() for line in (tmp_path / "events").read_text().splitlines()]
    assert len(events) == PROCESSES * TURNS * 2
    for (who, what, _), (then, did, _) in zip(events[::2], events[1::2], strict=True):
        assert (who, what, did) == (then, "in", "out")
    assert [int(number) for _, what, number in events if what == "out"] == list(
        range(1, PROCESSES * TURNS + 1)
    )


def _take_turns(folder: Path, number: int) -> None:
    ledger = Ledger(folder / "ledger.sqlite", "test/store", QuickClock())
    release = build(1).release
    for _ in range(TURNS):
        with ledger.lease(f"process {number}", wait=60) as lease:
            _note(folder, f"{number} in 0")
            publication = lease.begin("live", "publish", release, "p", None)
            time.sleep(0.005)
            sequence = lease.allocate("live", publication)
            lease.finish(publication)
            _note(folder, f"{number} out {sequence}")


def _note(folder: Path, line: str) -> None:
    with (folder / "events").open("a") as file:
        file.write(line + "\n")
