from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from origin.identity.limits import Buckets
from origin.identity.rates import Rate
from tests.origin.identity.tokens import NOW, Clock


@given(
    st.floats(0.1, 100),
    st.integers(1, 50),
    st.lists(st.floats(0, 10), max_size=100),
)
def test_nobody_gets_more_than_burst_and_time_give(rate: float, burst: int, gaps: list[float]) -> None:
    clock = Clock(NOW)
    buckets, taken = Buckets(Rate(rate, burst), clock), 0
    for gap in gaps:
        clock.time += gap
        if buckets.wait("k") == 0:
            buckets.take("k")
            taken += 1
    assert taken <= burst + (clock.time - NOW) * rate + 1e-6


@given(st.floats(0.1, 100), st.integers(1, 50))
def test_who_waits_as_told_may_go_on(rate: float, burst: int) -> None:
    clock = Clock(NOW)
    buckets = Buckets(Rate(rate, burst), clock)
    while buckets.wait("k") == 0:
        buckets.take("k")
    clock.time += buckets.wait("k") + 1e-3
    assert buckets.wait("k") == 0


def test_one_key_does_not_cost_another_anything() -> None:
    buckets = Buckets(Rate(1, 1), Clock())
    buckets.take("a")
    assert (buckets.wait("a"), buckets.wait("b")) == (1, 0)


def test_only_so_many_keys_are_remembered_and_the_idlest_is_forgotten() -> None:
    buckets = Buckets(Rate(1, 1), Clock(), max_keys=2)
    for key in ("a", "b", "a", "c"):
        buckets.take(key)
    assert [buckets.wait(key) == 0 for key in ("a", "b", "c")] == [False, True, False]
    assert len(buckets._levels) == 2


def test_a_clock_that_is_set_back_gives_nothing() -> None:
    clock = Clock(NOW)
    buckets = Buckets(Rate(1, 1), clock)
    buckets.take("a")
    clock.time -= 1000
    assert buckets.wait("a") == 1
