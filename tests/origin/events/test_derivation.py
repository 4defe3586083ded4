from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from origin.events.derivation import PERIOD_SECONDS, PERIODS, VERDICTS, Happened, State, add, derive
from origin.events.traits import MemoryTraits
from selvedge.ranking.weights import MAX_WEIGHT
from selvedge.shopper.context import Affinity
from selvedge.shopper.learning import STEPS

if TYPE_CHECKING:
    from origin.profiles.model import Derived

TRAITS = MemoryTraits(
    {
        "P1": [("category", "knitwear"), ("material", "wool"), ("brand", "a")],
        "P2": [("category", "knitwear"), ("material", "cotton")],
        "P3": [("category", "trousers"), ("material", "linen"), ("brand", "b")],
    }
)
NOW = 700 * PERIOD_SECONDS

moments = st.integers((NOW - 14 * PERIOD_SECONDS) * 1000, NOW * 1000)
events = st.lists(
    st.builds(
        Happened,
        moments,
        st.text("abcdef", min_size=8, max_size=8),
        st.sampled_from([*STEPS, "impression", "filter"]),
        st.sampled_from(["P1", "P2", "P3", "unknown"]),
    ),
    max_size=30,
    unique_by=lambda one: one.id,
)


def at(periods: float, identity: str, kind: str, product: str = "P1") -> Happened:
    return Happened(int((NOW - periods * PERIOD_SECONDS) * 1000), identity, kind, product)


def derived(*happened: Happened, now: int = NOW) -> Derived:
    return derive(add(State(), happened, TRAITS), now)


@given(events, st.data())
def test_the_order_of_arrival_is_nothing(happened: list[Happened], data: st.DataObject) -> None:
    arrived = data.draw(st.permutations(happened))
    cut = data.draw(st.integers(0, len(arrived)))
    in_pieces = add(add(State(), arrived[:cut], TRAITS), arrived[cut:], TRAITS)
    in_order = add(State(), sorted(happened, key=lambda one: (one.occurred, one.id)), TRAITS)
    assert derive(in_pieces, NOW) == derive(in_order, NOW)
    assert in_pieces == in_order


@given(events)
def test_leanings_are_few_and_small(happened: list[Happened]) -> None:
    found = derived(*happened).affinities
    assert all(1 <= one.weight <= MAX_WEIGHT for one in found)
    assert len(found) <= 12
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)


def test_an_event_says_what_it_says_in_the_cookie() -> None:
    assert derived(at(0, "e", "view")).affinities == (
        Affinity("category", "knitwear", 4),
        Affinity("brand", "a", 3),
        Affinity("material", "wool", 2),
    )


def test_a_period_counts_half_of_the_next() -> None:
    old, new = at(1, "e1", "view", "P3"), at(0, "e2", "view", "P2")
    found = {one.value: one.weight for one in derived(old, new).affinities}
    assert (found["trousers"], found["knitwear"]) == (2, 4)
    assert derived(old, now=NOW + PERIODS * PERIOD_SECONDS).affinities == ()


def test_what_is_taken_back_takes_back_the_leaning() -> None:
    assert derived(at(0, "e1", "wishlist"), at(0, "e2", "remove_from_cart")).affinities == ()


def test_the_strongest_leaning_bounds_the_others_in_proportion() -> None:
    many = [at(0, f"e{number}", "add_to_cart") for number in range(40)]
    found = derived(*many).affinities
    assert [one.weight for one in found] == [127, 95, 63]


def test_the_last_word_on_a_product_is_the_one_that_happened_last() -> None:
    bought, back = at(1, "e1", "purchase"), at(0.5, "e2", "return")
    assert derived(back, bought).dismissed == ("P1",)
    assert derived(back, bought).purchased == ()
    again = at(0.2, "e3", "purchase")
    assert derived(again, back, bought).purchased == ("P1",)


def test_products_come_the_newest_first() -> None:
    found = derived(
        at(2, "e1", "purchase", "P1"), at(1, "e2", "purchase", "P2"), at(3, "e3", "dismiss", "P3")
    )
    assert (found.purchased, found.dismissed) == (("P2", "P1"), ("P3",))


def test_only_the_latest_words_are_remembered() -> None:
    many = [Happened(NOW * 1000 + number, f"e{number}", "purchase", f"Q{number}") for number in range(300)]
    state = add(State(), many, TRAITS)
    assert len(state.verdicts) == VERDICTS
    assert derive(state, NOW).purchased[0] == "Q299"
