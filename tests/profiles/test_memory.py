from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from selvedge.profiles.memory import OVERHEAD_BYTES, Entry, ProfileMemory
from selvedge.shopper.record import Tombstone
from tests.shopper.test_record import PROFILE


def test_what_is_too_old_or_behind_is_not_believed() -> None:
    memory = ProfileMemory(10_000)
    memory.put("v1", Entry(PROFILE, 3, until=60))
    assert memory.get("v1", 3, 59.9) is not None
    assert memory.get("v1", 3, 60) is None
    assert memory.get("v1", 4, 0) is None


def test_a_tombstone_is_believed_whatever_the_cookie_knows() -> None:
    memory = ProfileMemory(10_000)
    memory.put("v1", Entry(Tombstone(5), 0, until=60))
    assert memory.get("v1", 99, 0) is not None


def test_what_was_used_longest_ago_goes_first() -> None:
    memory = ProfileMemory(3 * (OVERHEAD_BYTES + 10))
    for name in ("a", "b", "c"):
        memory.put(name, Entry(None, 0, until=60, size=10))
    memory.get("a", 0, 0)
    memory.put("d", Entry(None, 0, until=60, size=10))
    assert [name for name in "abcd" if memory.get(name, 0, 0)] == ["a", "c", "d"]


names = st.sampled_from("abcdefgh")
sizes = st.integers(0, 3_000)


@given(st.lists(st.tuples(names, sizes) | st.tuples(names, st.none())), st.integers(0, 8_000))
def test_it_never_holds_more_than_it_may(steps: list[tuple[str, int | None]], max_bytes: int) -> None:
    memory = ProfileMemory(max_bytes, max_entries=4)
    held: dict[str, int] = {}
    for name, size in steps:
        if size is None:
            memory.forget(name)
        else:
            memory.put(name, Entry(None, 0, until=1, size=size))
            held[name] = size
        assert memory.bytes <= max_bytes
        assert len(memory) <= 4
        kept = [name for name in "abcdefgh" if memory.get(name, 0, 0)]
        assert memory.bytes == sum(held[name] + OVERHEAD_BYTES for name in kept)
