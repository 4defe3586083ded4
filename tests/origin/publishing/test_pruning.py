from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from origin.publishing.errors import LeaseHeld, LedgerBehind, RemoteUnavailable
from origin.publishing.kv import Listed, MemoryKv, Pair
from origin.publishing.ledger import Ledger
from origin.publishing.pruning import GRACE_SECONDS, UNFINISHED_SECONDS, Pruned, Pruner
from selvedge.errors import SnapshotError
from tests.origin.publishing.conftest import Bench, build, with_delta

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LATER = GRACE_SECONDS * 3


class StaleListing(MemoryKv):
    """Lists what was there before."""

    listed: list[Listed]

    def scan(self, prefix: str) -> Iterator[Listed]:
        return (one for one in self.listed if one.name.startswith(prefix))


def pruner(bench: Bench) -> Pruner:
    return Pruner(bench.kv, bench.ledger, bench.pointers(), "pruner")


def publish(bench: Bench, *numbers: int) -> None:
    for number in numbers:
        bench.publisher().publish(build(number), "live")


def holds(bench: Bench, number: int) -> bool:
    return all(f"part/{digest.hex()}" in bench.kv.pairs for digest in build(number).parts)


def test_versions_beyond_the_kept_ones_go_and_shared_parts_stay(bench: Bench) -> None:
    publish(bench, 1, 2, 3, 4, 5)
    bench.clock.sleep(LATER)
    assert pruner(bench).prune(keep=3) == Pruned(deleted=4, needed=7, young=0, foreign=0)
    assert [holds(bench, number) for number in (1, 2, 3, 4, 5)] == [False, False, True, True, True]


def test_current_and_previous_stay_whatever_is_kept(bench: Bench) -> None:
    publish(bench, 1, 2, 3)
    bench.clock.sleep(LATER)
    pruner(bench).prune(keep=0, grace=0)
    assert bench.is_whole()
    assert not holds(bench, 1)


def test_nothing_young_goes(bench: Bench) -> None:
    publish(bench, 1, 2, 3, 4, 5)
    assert pruner(bench).prune(keep=1).deleted == 0


def test_what_a_pointer_named_until_just_now_stays(bench: Bench) -> None:
    publish(bench, 1, 2)
    bench.clock.sleep(LATER)
    publish(bench, 3, 4)
    pruner(bench).prune(keep=1)
    assert holds(bench, 1)
    bench.clock.sleep(LATER)
    pruner(bench).prune(keep=1)
    assert not holds(bench, 1)


def test_a_dry_run_only_counts(bench: Bench) -> None:
    publish(bench, 1, 2, 3, 4, 5)
    bench.clock.sleep(LATER)
    before = dict(bench.kv.pairs)
    assert pruner(bench).prune(dry_run=True).deleted == 4
    assert bench.kv.pairs == before


def test_what_no_publisher_wrote_stays(bench: Bench) -> None:
    publish(bench, 1)
    bench.kv.put_many([Pair("part/notes", b"mine"), Pair(f"part/{bytes(32).hex()}", b"without a time")])
    bench.clock.sleep(LATER)
    assert pruner(bench).prune(grace=0).foreign == 2


def test_parts_of_a_publication_that_broke_off_wait_for_a_day(bench: Bench) -> None:
    publish(bench, 1)

    def before(operation: str, key: str) -> None:
        if (operation, key) == ("put", "pointer/live"):
            raise RemoteUnavailable("dropped")

    bench.kv.before = before
    with pytest.raises(RemoteUnavailable):
        publish(bench, 2)
    bench.kv.before = lambda _operation, _key: None
    bench.clock.sleep(LATER)
    assert pruner(bench).prune().deleted == 0
    bench.clock.sleep(UNFINISHED_SECONDS)
    assert pruner(bench).prune().deleted == 2
    publish(bench, 2)
    assert bench.is_whole()


def test_old_deltas_go_and_the_newest_of_each_version_stays(bench: Bench) -> None:
    first = build(1)
    publish(bench, 1)
    for number in (1, 2, 3, 4):
        bench.publisher().publish(with_delta(first, number), "live")
        bench.clock.sleep(LATER)
    assert pruner(bench).prune().deleted == 2
    assert bench.is_whole()


def test_each_channel_keeps_what_it_names(bench: Bench) -> None:
    bench.publisher().publish(build(1), "preview")
    publish(bench, 2, 3, 4, 5)
    bench.clock.sleep(LATER)
    pruner(bench).prune(keep=1, grace=0)
    assert holds(bench, 1)


def test_a_deleted_part_is_written_again_even_while_listings_show_it(bench: Bench) -> None:
    publish(bench, 1, 2, 3, 4, 5)
    bench.clock.sleep(LATER)
    listed = list(bench.kv.scan("part/"))
    pruner(bench).prune(keep=2, grace=0)
    stale = StaleListing()
    stale.pairs, stale.listed = bench.kv.pairs, listed
    outcome = bench.publisher(stale).publish(build(1), "preview")
    assert outcome.written == 2
    assert bench.is_whole("preview")


def test_a_break_while_deleting_leaves_no_part_that_is_thought_present(bench: Bench) -> None:
    publish(bench, 1, 2, 3, 4, 5)
    bench.clock.sleep(LATER)

    def before(operation: str, _key: str) -> None:
        if operation == "delete" and len(bench.kv.pairs) < 11:
            raise RemoteUnavailable("dropped")

    bench.kv.before = before
    with pytest.raises(RemoteUnavailable):
        pruner(bench).prune()
    bench.kv.before = lambda _operation, _key: None
    bench.publisher().publish(build(1), "preview")
    assert bench.is_whole("preview")


def test_pruning_waits_for_publishers(bench: Bench) -> None:
    with bench.ledger.lease("publisher"), pytest.raises(LeaseHeld):
        pruner(bench).prune()


def test_with_another_ledger_or_an_unreadable_pointer_nothing_is_superfluous(
    bench: Bench, tmp_path: Path
) -> None:
    publish(bench, 1, 2, 3, 4, 5)
    bench.clock.sleep(LATER)
    other = Ledger(tmp_path / "other.sqlite", "test/store", bench.clock)
    with pytest.raises(LedgerBehind):
        Pruner(bench.kv, other, bench.pointers(), "pruner").prune(grace=0)
    bench.kv.put_many([Pair("pointer/strange", b"?")])
    with pytest.raises(SnapshotError):
        pruner(bench).prune(grace=0)
    assert holds(bench, 1)
