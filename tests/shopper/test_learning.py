from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selvedge.ranking.weights import MAX_WEIGHT
from selvedge.shopper.context import MAX_AFFINITIES, MAX_SEEN, Context
from selvedge.shopper.learning import STEPS, Happening, learn
from tests.stage import Stage
from tests.wardrobe import garment, shell, shop

if TYPE_CHECKING:
    from selvedge.snapshot.index import Index

KINDS = (*STEPS, "impression", "filter", "search")


@pytest.fixture(scope="module")
def index() -> Index:
    stage = Stage(
        shop(
            garment("a", color="blue", components=(shell(linen=100),)),
            garment("b", color="red", components=(shell(cotton=100),)),
            brands={"style-b": "Bolt"},
            categories={"style-a": "shirts", "style-b": "coats"},
        )
    )
    stage.get("/readyz")
    current = stage.app._edge.store.current
    assert current is not None
    return current.index


def weights(context: Context) -> dict[str, int]:
    return {one.value: one.weight for one in context.affinities}


def ordinal(index: Index, product: str) -> int:
    found = index.ordinal(product)
    assert found is not None
    return found


def after(index: Index, *events: tuple[str, str], context: Context | None = None) -> Context:
    happenings = [
        Happening(f"event-{number}", kind, ordinal(index, product))
        for number, (kind, product) in enumerate(events)
    ]
    return learn(context or Context(), happenings, index)


def test_a_click_leans_towards_what_the_product_is(index: Index) -> None:
    context = after(index, ("click", "a"))
    assert weights(context) == {"shirts": 4, "acme": 3, "linen": 2, "blue": 2}
    assert context.recent == (ordinal(index, "a"),)


def test_what_raises_others_fades_what_was_there(index: Index) -> None:
    context = after(index, ("add_to_cart", "a"), ("add_to_cart", "b"))
    assert weights(context)["shirts"] == 11
    assert weights(context)["coats"] == 12
    assert weights(after(index, *[("click", "b")] * 1, context=context))["coats"] == 12


def test_a_return_lowers_and_is_not_shown_again(index: Index) -> None:
    context = after(index, ("add_to_cart", "a"), ("purchase", "a"), ("return", "a"))
    assert (context.purchased, context.dismissed) == ((), (ordinal(index, "a"),))
    assert weights(context)["shirts"] < 12


def test_a_dismissed_product_is_nowhere_else(index: Index) -> None:
    context = after(index, ("click", "a"), ("dismiss", "a"))
    assert (context.recent, context.seen, context.dismissed) == ((), (), (ordinal(index, "a"),))
    assert context.affinities == ()


def test_what_was_shown_is_seen_until_it_is_looked_at(index: Index) -> None:
    shown = after(index, ("impression", "a"), ("impression", "b"))
    assert shown.seen == (ordinal(index, "b"), ordinal(index, "a"))
    assert shown.affinities == ()
    looked = learn(shown, [Happening("new", "view", ordinal(index, "a"))], index)
    assert (looked.seen, looked.recent) == ((ordinal(index, "b"),), (ordinal(index, "a"),))


def test_two_tabs_that_wrote_at_once_meet_again_by_event_id(index: Index) -> None:
    """The browser keeps the cookie that came last; what the other tab sends again is counted then, once."""
    first = Happening("tab-1", "click", ordinal(index, "a"))
    second = Happening("tab-2", "click", ordinal(index, "b"))
    kept = learn(Context(), [second], index)  # the other tab's answer, learn(Context(), [first]), is lost
    merged = learn(kept, [first, second], index)
    assert set(merged.recent) == {first.ordinal, second.ordinal}
    assert merged == learn(merged, [second, first], index)
    assert merged == learn(Context(), [second, first], index)


@given(
    st.lists(
        st.builds(
            Happening,
            st.integers(0, 100).map(str),
            st.sampled_from(KINDS),
            st.none() | st.integers(0, 1) | st.integers(0, 2**31),
        ),
        max_size=120,
    )
)
def test_a_context_stays_within_its_bounds_and_counts_nothing_twice(
    index: Index, happenings: list[Happening]
) -> None:
    context = learn(Context(), happenings, index)
    assert all(1 <= one.weight <= MAX_WEIGHT for one in context.affinities)
    assert len(context.affinities) <= MAX_AFFINITIES
    assert len(context.seen) <= MAX_SEEN
    assert len(set(context.seen)) == len(context.seen)
    assert learn(context, happenings[-20:], index) == context
