from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from origin.training.counts import Counts
from origin.training.job import number_by_name
from origin.training.model import build_model
from origin.training.sessions import GivenSessions, Session
from origin.training.settings import RowSettings, Settings
from origin.training.tally import TallySettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

SETTINGS = Settings(rows=RowSettings(reach=8, hop_reach=6))
PLAIN = TallySettings()

products = st.sampled_from([f"P{number}" for number in range(12)])
visits = st.lists(
    st.builds(
        Session,
        key=st.uuids().map(str),
        day=st.integers(20_000, 20_012),
        products=st.lists(products, min_size=1, max_size=9).map(tuple),
    ),
    max_size=25,
    unique_by=lambda session: session.key,
)


def part(counts: Counts, given_settings: Settings = SETTINGS) -> bytes:
    return build_model(counts, number_by_name([name for _, name in counts.products()]), given_settings).part


def rebuilt(sessions: Iterable[Session]) -> bytes:
    with closing(Counts(None, PLAIN)) as counts:
        counts.update(GivenSessions(sessions))
        return part(counts)


def many(number: int, first: int = 0) -> list[Session]:
    """Sessions of which each has the same shape and products of its own neighbourhood."""
    return [
        Session(str(at), 20_000 + at % 5, tuple(f"P{(at * 7 + step) % 500}" for step in range(4)))
        for at in range(first, first + number)
    ]


@settings(deadline=None, max_examples=60)
@given(visits, st.data())
def test_any_split_and_order_gives_the_bytes_of_a_full_rebuild(
    sessions: list[Session], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(sessions))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=4)))
    with closing(Counts(None, PLAIN)) as counts:
        for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
            counts.update(GivenSessions(order[start:end]))
        assert part(counts) == rebuilt(sessions)


@settings(deadline=None, max_examples=60)
@given(visits, st.data())
def test_sessions_that_must_leave_are_gone_as_if_they_had_never_been(
    sessions: list[Session], data: st.DataObject
) -> None:
    gone = set(data.draw(st.lists(st.sampled_from([one.key for one in sessions] or ["nobody"]))))
    with closing(Counts(None, PLAIN)) as counts:
        counts.update(GivenSessions(sessions))
        counts.update(GivenSessions((), removals=sorted(gone)))
        assert part(counts) == rebuilt([one for one in sessions if one.key not in gone])


@settings(deadline=None, max_examples=40)
@given(visits, st.integers(1, 10))
def test_old_days_age_out_as_if_they_had_never_been(sessions: list[Session], keep: int) -> None:
    newest = max((one.day for one in sessions), default=0)
    with closing(Counts(None, PLAIN)) as counts:
        for one in sessions:
            counts.update(GivenSessions([one]), keep_days=None)
        counts.update(GivenSessions(()), keep_days=keep)
        assert part(counts) == rebuilt([one for one in sessions if one.day > newest - keep])


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.lists(
                st.builds(
                    Session,
                    key=st.sampled_from("abcdefgh"),
                    day=st.integers(20_000, 20_012),
                    products=st.lists(products, min_size=1, max_size=6).map(tuple),
                ),
                max_size=5,
            ),
            st.lists(st.sampled_from("abcdefgh"), max_size=2),
            st.none() | st.integers(1, 12),
        ),
        max_size=8,
    )
)
def test_runs_that_add_grow_remove_and_forget_in_turn_give_the_bytes_of_a_full_rebuild(
    runs: list[tuple[list[Session], list[str], int | None]],
) -> None:
    kept: dict[str, Session] = {}
    with closing(Counts(None, PLAIN)) as counts:
        for added, removals, keep in runs:
            counts.update(GivenSessions(added, removals=removals), keep_days=keep)
            kept = {key: one for key, one in kept.items() if key not in removals}
            kept |= {one.key: one for one in added}
            if keep is not None:
                newest = max((one.day for one in kept.values()), default=0)
                kept = {key: one for key, one in kept.items() if one.day > newest - keep}
            assert part(counts) == rebuilt(kept.values())


def test_a_session_that_has_grown_replaces_what_it_was() -> None:
    short = Session("one", 20_000, ("A", "B"))
    long = Session("one", 20_001, ("A", "B", "C"))
    other = Session("two", 20_000, ("A", "C"))
    with closing(Counts(None, PLAIN)) as counts:
        counts.update(GivenSessions([short, other]))
        folded = counts.update(GivenSessions([long, long]))
        assert (folded.added, folded.replaced) == (0, 1)
        assert part(counts) == rebuilt([long, other])


def test_sessions_that_are_there_already_change_nothing() -> None:
    with closing(Counts(None, PLAIN)) as counts:
        counts.update(GivenSessions(many(50)))
        assert counts.update(GivenSessions(many(50))).counters == 0


@pytest.mark.parametrize("before", [0, 1_000, 10_000])
def test_a_thousand_sessions_touch_as_many_counters_whatever_was_there_before(before: int) -> None:
    with closing(Counts(None, PLAIN)) as counts:
        counts.update(GivenSessions(many(before, first=1_000)))
        folded = counts.update(GivenSessions(many(1_000)))
    clicks_pairs_repeats_and_returns = 4 + 6 + 3 + 3
    assert folded.added == 1_000
    assert folded.counters <= 1_000 * clicks_pairs_repeats_and_returns


def test_the_statements_run_for_a_thousand_sessions_do_not_grow_with_what_is_stored() -> None:
    def steps(before: int) -> int:
        with closing(Counts(None, PLAIN)) as counts:
            counts.update(GivenSessions(many(before, first=1_000)))
            ticks = 0

            def tick() -> int:
                nonlocal ticks
                ticks += 1
                return 0

            counts._database.set_progress_handler(tick, 100)  # every 100 instructions of SQLite's machine
            counts.update(GivenSessions(many(1_000)))
            return ticks

    assert steps(20_000) < 1.5 * steps(2_000)


class Breaks(GivenSessions):
    """A source whose reader is interrupted half-way."""

    def sessions(self) -> Iterator[Session]:
        yield from super().sessions()
        raise KeyboardInterrupt


def test_an_interrupted_run_leaves_the_counts_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "counts.sqlite"
    with closing(Counts(path, PLAIN)) as counts:
        counts.update(GivenSessions(many(10)))
        before = part(counts)
        with pytest.raises(KeyboardInterrupt):
            counts.update(Breaks([Session("new", 20_009, ("X", "Y"))]))
        assert part(counts) == before
        counts.update(GivenSessions([Session("new", 20_009, ("X", "Y"))]))
        assert part(counts) == rebuilt([*many(10), Session("new", 20_009, ("X", "Y"))])
    with closing(Counts(path, PLAIN)) as counts:
        assert part(counts) != before


def test_other_ways_of_counting_recount_what_is_kept(tmp_path: Path) -> None:
    sessions = [Session("one", 20_000, ("A", "A", "B")), Session("two", 20_001, ("B", "C", "B"))]
    distinct = TallySettings(distinct=True)
    with closing(Counts(tmp_path / "counts.sqlite", PLAIN)) as counts:
        counts.update(GivenSessions(sessions))
    with (
        closing(Counts(tmp_path / "counts.sqlite", distinct)) as again,
        closing(Counts(None, distinct)) as fresh,
    ):
        again.update(GivenSessions(()))
        fresh.update(GivenSessions(sessions))
        assert part(again) == part(fresh)


def test_neither_keys_nor_times_nor_names_travel_in_the_model() -> None:
    sessions = [
        Session("someone-in-particular", 20_000, ("PRODUCT-NAME", "B")),
        Session("k", 19_999, ("B", "PRODUCT-NAME")),
    ]
    data = rebuilt(sessions)
    for secret in (b"someone", b"PRODUCT", msgspec.msgpack.encode(20_000)):
        assert secret not in data


def shuffled(items: Sequence[Session]) -> list[Session]:
    return list(reversed(items))


def test_the_day_counts_and_the_hour_does_not() -> None:
    old = [Session("a", 19_900, ("A", "B")), Session("b", 20_000, ("A", "C"))]
    new = [Session("a", 20_000, ("A", "B")), Session("b", 19_900, ("A", "C"))]
    assert rebuilt(old) == rebuilt(shuffled(old)) != rebuilt(new)
