from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from origin.publishing.errors import (
    GuardrailRefused,
    LeaseHeld,
    LeaseLost,
    LedgerBehind,
    PointerMoved,
    PublishingError,
    ReadBackMismatch,
    RemoteUnavailable,
    UnknownVersion,
)
from origin.publishing.kv import Pair
from origin.publishing.lease import LEASE_SECONDS
from origin.publishing.ledger import Ledger
from origin.publishing.pointers import Pointers
from origin.publishing.publisher import Publisher
from origin.publishing.signing import Ed25519Signer
from selvedge.errors import DamagedPart, MissingPart
from selvedge.snapshot.manifest import FORMAT, Pointer
from tests.origin.publishing.conftest import SHOP, Bench, build, with_delta

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def dropping_after(puts: int) -> Callable[[str, str], None]:
    """A connection that drops once so many pairs have been stored."""
    left = puts

    def before(operation: str, _key: str) -> None:
        nonlocal left
        if operation == "put":
            left -= 1
            if left < 0:
                raise RemoteUnavailable("the connection dropped")

    return before


def test_a_publication_stores_every_part_and_then_the_pointer(bench: Bench) -> None:
    built = build(1)
    order = []
    bench.kv.before = lambda operation, key: order.append(key) if operation == "put" else None
    outcome = bench.publisher().publish(built, "live")
    assert (outcome.sequence, outcome.version, outcome.written) == (1, built.release.version, 3)
    assert order[-1] == "pointer/live"
    assert bench.is_whole()


def test_the_next_version_keeps_the_previous_one_and_writes_only_what_is_new(bench: Bench) -> None:
    first, second = build(1), build(2)
    bench.publisher().publish(first, "live")
    outcome = bench.publisher().publish(second, "live")
    assert (outcome.sequence, outcome.written) == (2, 2)
    pointer = bench.pointer()
    assert pointer.previous == first.release
    assert bench.is_whole()


def test_publishing_what_is_current_moves_nothing_and_restores_lost_parts(bench: Bench) -> None:
    built = build(1)
    bench.publisher().publish(built, "live")
    bench.clock.sleep(300)
    lost = next(key for key in bench.kv.pairs if key.startswith("part/"))
    del bench.kv.pairs[lost]
    outcome = bench.publisher().publish(built, "live")
    assert (outcome.moved, outcome.sequence, outcome.written) == (False, 1, 1)
    assert lost in bench.kv.pairs


def test_a_pointer_that_the_store_denies_takes_no_guardrail_away(bench: Bench) -> None:
    first = build(1)
    bench.publisher().publish(first, "live")
    del bench.kv.pairs["pointer/live"]
    with pytest.raises(
        GuardrailRefused, match=r"falls from 100 to 9.*no pointer; compared with what the ledger"
    ):
        bench.publisher().publish(build(2, counts={"products": 9}), "live")
    assert bench.publisher().publish(first, "live").sequence == 2
    assert bench.current() == first.release.version


def test_a_delta_takes_the_same_path_and_keeps_the_previous_version(bench: Bench) -> None:
    first, second = build(1), build(2)
    bench.publisher().publish(first, "live")
    bench.publisher().publish(second, "live")
    outcome = bench.publisher().publish(with_delta(second, 1), "live")
    assert (outcome.sequence, outcome.delta_number, outcome.written) == (3, 1, 1)
    assert bench.pointer().previous == first.release
    with pytest.raises(GuardrailRefused, match="delta 1 is not newer than delta 1"):
        bench.publisher().publish(with_delta(second, 1, b"other prices"), "live")


def test_a_break_before_the_pointer_leaves_the_old_release_and_resumes_with_what_is_missing(
    bench: Bench,
) -> None:
    first, second = build(1), build(2)
    bench.publisher().publish(first, "live")
    bench.kv.before = dropping_after(1)
    with pytest.raises(RemoteUnavailable):
        bench.publisher().publish(second, "live")
    assert bench.current() == first.release.version
    stored = []
    bench.kv.before = lambda operation, key: stored.append(key) if operation == "put" else None
    assert bench.publisher().publish(second, "live").written == 1
    assert len(stored) == 2
    assert bench.current() == second.release.version


@pytest.mark.parametrize("puts", range(4))
def test_wherever_a_publication_breaks_off_the_pointer_names_only_whole_releases(
    bench: Bench, puts: int
) -> None:
    bench.kv.before = dropping_after(puts)
    with pytest.raises(RemoteUnavailable):
        bench.publisher().publish(build(1), "live")
    assert bench.sequence() is None
    bench.kv.before = lambda _operation, _key: None
    bench.publisher().publish(build(1), "live")
    assert bench.is_whole()


def test_a_part_that_reads_back_differently_never_gets_a_pointer(bench: Bench) -> None:
    bench.kv.on_get = lambda key, value: value and (value[:-1] + b"!" if key.startswith("part/") else value)
    with pytest.raises(ReadBackMismatch, match="parts read back differently"):
        bench.publisher().publish(build(1), "live")
    assert "pointer/live" not in bench.kv.pairs


def test_a_part_that_was_damaged_on_its_way_is_written_again(bench: Bench) -> None:
    spoilt: list[str] = []

    def once(key: str, value: bytes | None) -> bytes | None:
        if key.startswith("part/") and value and not spoilt:
            spoilt.append(key)
            return value[:-1]
        return value

    bench.kv.on_get = once
    bench.publisher().publish(build(1), "live")
    assert bench.is_whole()


def test_parts_read_back_before_are_read_again_only_when_asked(bench: Bench) -> None:
    bench.publisher().publish(build(1), "live")
    read = []
    bench.kv.before = lambda operation, key: (
        read.append(key) if (operation, key[:5]) == ("get", "part/") else None
    )
    bench.publisher().publish(build(2), "live")
    assert len(read) == 2
    read.clear()
    bench.publisher().publish(build(2), "live", verify_all=True)
    assert len(read) == 3


def test_a_pointer_that_is_never_seen_is_reported(bench: Bench) -> None:
    bench.kv.on_get = lambda key, value: None if key.startswith("pointer/") else value
    with pytest.raises(ReadBackMismatch, match="pointer 1 of live"):
        bench.publisher().publish(build(1), "live")


def test_a_pointer_that_is_seen_late_is_waited_for(bench: Bench) -> None:
    seen = bench.clock.now() + 50
    bench.kv.on_get = lambda key, value: (
        None if key.startswith("pointer/") and bench.clock.now() < seen else value
    )
    assert bench.publisher().publish(build(1), "live").sequence == 1


def test_after_a_stale_read_the_ledger_knows_what_is_current(bench: Bench) -> None:
    first, second, third = build(1), build(2), build(3)
    bench.publisher().publish(first, "live")
    old = bench.kv.pairs["pointer/live"]
    bench.publisher().publish(second, "live")
    bench.kv.pairs["pointer/live"] = old
    assert bench.publisher().publish(third, "live").sequence == 3
    bench.publisher().publish(build(4), "live")
    assert bench.pointer().previous == third.release


def test_a_higher_sequence_in_the_store_means_another_ledger_unless_adopted(
    bench: Bench, tmp_path: Path
) -> None:
    bench.publisher().publish(build(1), "live")
    bench.publisher().publish(build(2), "live")
    bench.ledger = Ledger(tmp_path / "other.sqlite", "test/store", bench.clock)
    with pytest.raises(LedgerBehind, match="at sequence 2, this ledger at 0"):
        bench.publisher().publish(build(3), "live")
    assert bench.publisher().publish(build(3), "live", adopt=True).sequence == 3


def test_a_pointer_that_moves_meanwhile_stops_the_publication(bench: Bench) -> None:
    bench.publisher().publish(build(1), "live")
    foreign = bench.pointers().seal(Pointer(FORMAT, SHOP, "live", 9, 0, build(5).release))

    def before(operation: str, key: str) -> None:
        if operation == "put" and key.startswith("part/"):
            bench.kv.pairs["pointer/live"] = Pair("pointer/live", foreign)

    bench.kv.before = before
    with pytest.raises(PointerMoved):
        bench.publisher().publish(build(2), "live")
    assert bench.sequence() == 9


def test_a_second_publisher_is_told_who_is_at_work(bench: Bench) -> None:
    with bench.ledger.lease("anna@laptop"), pytest.raises(LeaseHeld, match="anna@laptop is publishing"):
        bench.publisher().publish(build(1), "live")


def test_a_publisher_that_was_silent_too_long_may_not_move_the_pointer(bench: Bench) -> None:
    def before(operation: str, key: str) -> None:
        if operation == "put" and key.startswith("part/") and bench.ledger.holder() != "other":
            bench.clock.sleep(LEASE_SECONDS + 1)
            bench.ledger.lease("other").__enter__()

    bench.kv.before = before
    with pytest.raises(LeaseLost):
        bench.publisher().publish(build(1), "live")
    assert "pointer/live" not in bench.kv.pairs


def test_a_crash_after_the_pointer_counts_as_published(bench: Bench) -> None:
    bench.publisher().publish(build(1), "live")
    bench.publisher().publish(build(2), "live")
    with bench.ledger.transaction() as db:
        db.execute("UPDATE publication SET state = 'unfinished', finished = NULL WHERE sequence = 2")
    bench.publisher().publish(build(3), "live")
    assert [entry.state for entry in bench.ledger.log("live")] == ["done"] * 3


def test_a_rollback_is_a_new_sequence_that_names_the_old_release(bench: Bench) -> None:
    first, second = build(1), build(2)
    bench.publisher().publish(first, "live")
    bench.publisher().publish(second, "live")
    outcome = bench.publisher().rollback("live", first.release.version, reason="wrong prices")
    assert (outcome.sequence, bench.current()) == (3, first.release.version)
    assert bench.pointer().previous == second.release
    newest = bench.ledger.log("live")[0]
    assert (newest.kind, newest.reason) == ("rollback", "wrong prices")


def test_a_rollback_refuses_unknown_versions_and_versions_with_lost_parts(bench: Bench) -> None:
    first, second = build(1), build(2)
    bench.publisher().publish(first, "live")
    bench.publisher().publish(second, "live")
    with pytest.raises(UnknownVersion):
        bench.publisher().rollback("live", "0" * 16)
    own = next(iter(set(first.parts) - set(second.parts)))
    del bench.kv.pairs[f"part/{own.hex()}"]
    with pytest.raises(ReadBackMismatch, match="are gone"):
        bench.publisher().rollback("live", first.release.version)
    assert bench.current() == second.release.version


def test_guardrails_refuse_and_a_reason_overrides_and_is_logged(bench: Bench) -> None:
    bench.publisher().publish(build(1), "live")
    shrunk = build(2, counts={"products": 50})
    with pytest.raises(GuardrailRefused, match="products falls from 100 to 50"):
        bench.publisher().publish(shrunk, "live")
    assert bench.sequence() == 1
    outcome = bench.publisher().publish(shrunk, "live", override="summer stock left")
    assert outcome.overridden
    assert bench.ledger.log("live")[0].reason == "summer stock left"


def test_channels_have_sequences_of_their_own(bench: Bench) -> None:
    bench.publisher().publish(build(1), "live")
    assert bench.publisher().publish(build(1), "preview").sequence == 1
    assert [one.channel for one in bench.publisher().status()] == ["live", "preview"]


def test_status_names_the_trouble_with_a_pointer(bench: Bench) -> None:
    bench.publisher().publish(build(1), "live")
    bench.kv.put_many([Pair("pointer/live", b"?")])
    (status,) = bench.publisher().status()
    assert (status.sequence, status.ledger_sequence) == (None, 1)
    assert (status.trouble or "").startswith("damaged-pointer")


def test_another_signing_key_signs_the_same_release_again(bench: Bench) -> None:
    bench.publisher().publish(build(1), "live")
    old = bench.signer
    signer = Ed25519Signer(b"n" * 32)
    pointers = Pointers(bench.kv, SHOP, signer, {old.key_id: old.public}, bench.clock)
    outcome = Publisher(bench.kv, bench.ledger, pointers, shop=SHOP, who="t").publish(build(1), "live")
    assert (outcome.moved, outcome.sequence) == (True, 2)


def test_an_incomplete_damaged_or_foreign_build_is_refused_before_anything_is_written(bench: Bench) -> None:
    built = build(1)
    digest, part = next(iter(built.parts.items()))
    without = {key: value for key, value in built.parts.items() if key != digest}
    with pytest.raises(MissingPart):
        bench.publisher().publish(type(built)(built.release, without), "live")
    with pytest.raises(DamagedPart):
        bench.publisher().publish(
            type(built)(built.release, {**built.parts, digest: part[:-1] + b"!"}), "live"
        )
    with pytest.raises(PublishingError, match="of shop 'acme', not 'other'"):
        Publisher(bench.kv, bench.ledger, bench.pointers(), shop="other", who="t").publish(built, "live")
    assert not bench.kv.pairs
