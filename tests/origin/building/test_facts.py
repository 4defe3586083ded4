from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.building.facts import (
    UnusableValue,
    as_shown,
    field_info,
    main_shares,
    materials,
    slug,
)
from selvedge.catalogue.filter import size_value
from selvedge.catalogue.model import Component, FibreShare
from tests.wardrobe import FIBRES, garment, offer, shell, shop


def materials_of(*components: Component) -> set[str]:
    product = garment(components=components)
    return materials(product, shop(product).groups[0])


def test_materials_are_those_of_all_components() -> None:
    lining = Component("lining", (FibreShare("cotton", 100),))
    assert materials_of(shell(linen=55, hemp=45), lining) == {"linen", "hemp", "cotton"}


def test_a_word_for_a_fibre_that_nobody_knows_may_hide_any_fibre() -> None:
    assert materials_of(shell(linen=90), Component("trim", (FibreShare("moonwool", 10, known=False),))) == {
        "linen",
        "unknown",
    }


def test_a_component_without_fibres_may_be_of_anything() -> None:
    assert materials_of(shell(linen=100), Component("lining", ())) == {"linen", "unknown"}


@pytest.mark.parametrize("fibre", ["other_fibres", "other_materials"])
def test_other_fibres_may_be_any(fibre: str) -> None:
    assert "unknown" in materials_of(shell(linen=90, **{fibre: 10}))


def test_shares_that_end_below_100_leave_a_rest_that_may_be_anything() -> None:
    assert materials_of(shell(linen=60)) == {"linen", "unknown"}
    assert materials_of(shell(linen=33.3, cotton=33.3, hemp=33.3)) == {"linen", "cotton", "hemp"}
    rest = Component("shell", (FibreShare("linen", 60), FibreShare("cotton")))
    assert materials_of(rest) == {"linen", "cotton"}


@given(st.lists(st.tuples(st.sampled_from(FIBRES), st.floats(0.01, 100)), unique_by=lambda pair: pair[0]))
def test_a_composition_is_known_only_where_it_leaves_no_room(stated: list[tuple[str, float]]) -> None:
    part = Component("shell", tuple(FibreShare(fibre, share) for fibre, share in stated))
    room = 100 - sum(share for _, share in stated)
    assert ("unknown" in materials_of(part)) is (room > 0.5)


def test_no_composition_is_unknown() -> None:
    assert materials_of() == {"unknown"}


def test_a_share_is_of_the_main_component_and_in_whole_percent() -> None:
    product = garment(components=(shell(linen=49.9, cotton=50.1), shell(silk=100)))
    assert main_shares(product) == {"linen": 49, "cotton": 50}


def test_shares_of_one_fibre_add_up() -> None:
    main = Component("shell", (FibreShare("wool", 30.0), FibreShare("wool", 20.0), FibreShare("silk")))
    assert main_shares(garment(components=(main,))) == {"wool": 50}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Levi's", "levis"),
        ("H&M", "h-m"),
        ("  Cœur, Co. ", "cœur-co"),
        ("Strauß", "strauss"),
        ("!", "unknown"),
    ],
)
def test_a_brand_is_asked_for_by_its_words(name: str, value: str) -> None:
    assert slug(name) == value


def test_a_value_that_no_query_could_name_is_refused() -> None:
    with pytest.raises(UnusableValue, match="color: 'red,blue'"):
        field_info("color", {"red,blue"})


def test_a_half_size_is_asked_for_with_a_point() -> None:
    assert size_value(offer(size="38,5")) == "38.5"


def test_a_reduction_shows_all_three_prices_or_none() -> None:
    whole = offer(price=20, regular_price=30, lowest_price_30_days=22)
    assert as_shown(whole) == whole
    assert as_shown(offer(price=20, lowest_price_30_days=22)) == offer(price=20)
    assert as_shown(offer(price=30, regular_price=30, lowest_price_30_days=30)) == offer(price=30)
