from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.footprint.assumptions import OTHER, assumptions
from origin.footprint.estimate import Estimates, Estimator
from origin.footprint.garment import Garment
from origin.footprint.seller import Seller
from origin.importing.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from origin.footprint.tables import Tables

CATEGORIES = sorted(assumptions().categories)
FIBRES = ("cotton", "polyester", "wool", "linen", "cashmere", "elastane", "viscose", "moonwool")
SHARES = (0.05, 0.2, 0.25, 0.5)
TEE = Garment("t_shirts", 0.15, (("cotton", 1.0),), country="PT", price=20.0)

compositions = st.lists(
    st.tuples(st.sampled_from(FIBRES), st.sampled_from(SHARES)), max_size=4, unique_by=lambda pair: pair[0]
).filter(lambda pairs: sum(share for _, share in pairs) <= 1)
described = st.builds(
    Garment,
    category=st.sampled_from(CATEGORIES),
    mass=st.none() | st.floats(0.01, 3.0),
    fibres=compositions.map(tuple),
    second=compositions.map(tuple),
    organic=st.sampled_from([0.0, 0.1, 0.7]),
    country=st.none() | st.sampled_from(["PT", "BD", "CN", "FR", "US", "EG", "XX"]),
    price=st.none() | st.floats(1, 400),
)
sellers = st.builds(
    Seller,
    business=st.none()
    | st.sampled_from(["small-business", "large-business-with-services", "large-business-without-services"]),
    references=st.none() | st.sampled_from([1.0, 3000.0, 50_000.0]),
    traceability=st.none() | st.booleans(),
)


def estimate(tables: Tables, *garments: Garment, seller: Seller | None = None) -> Estimates:
    return Estimator(tables, seller).estimate(garments)


def withheld(garment: Garment) -> Iterator[Garment]:
    """The garment without one of the things that are known of it, each in turn."""
    for field, nothing in (
        ("category", OTHER),
        ("mass", None),
        ("fibres", ()),
        ("country", None),
        ("price", None),
    ):
        if getattr(garment, field) != nothing:
            yield msgspec.structs.replace(garment, **{field: nothing})
    yield msgspec.structs.replace(garment, organic=0.0)
    yield msgspec.structs.replace(garment, second=())
    for at, (fibre, _) in enumerate(garment.fibres):
        rest = (garment.fibres[:at], garment.fibres[at + 1 :])
        yield msgspec.structs.replace(garment, fibres=(*rest[0], *rest[1]))
        yield msgspec.structs.replace(garment, fibres=(*rest[0], (fibre, None), *rest[1]))
        yield msgspec.structs.replace(
            garment, fibres=(*rest[0], ("unknown", garment.fibres[at][1]), *rest[1])
        )


@given(garment=described, seller=sellers)
def test_withholding_what_is_known_never_improves_the_rank(
    tables: Tables, garment: Garment, seller: Seller
) -> None:
    found = estimate(tables, garment, *withheld(garment), seller=seller)
    standing = found.standing()
    assert (standing[1:] <= standing[0] * (1 + 1e-12)).all()
    assert (found.cautious[1:] >= found.cautious[0] * (1 - 1e-12)).all()


@given(garment=described, seller=sellers)
def test_what_a_seller_withholds_never_improves_the_rank(
    tables: Tables, garment: Garment, seller: Seller
) -> None:
    known = estimate(tables, garment, seller=seller).cautious[0]
    for field in ("business", "references", "traceability"):
        silent = msgspec.structs.replace(seller, **{field: None})
        assert estimate(tables, garment, seller=silent).cautious[0] >= known * (1 - 1e-12), field


@given(garment=described, seller=sellers)
def test_what_is_expected_lies_between_the_bounds(tables: Tables, garment: Garment, seller: Seller) -> None:
    found = estimate(tables, garment, seller=seller)
    assert (found.low <= found.expected).all()
    assert (found.expected <= found.high).all()
    assert 0 <= found.known[0] <= 1
    assert 0 <= found.standing()[0] < 1


def test_knowing_more_narrows_the_bounds(tables: Tables) -> None:
    bare = Garment("t_shirts")
    found = estimate(tables, bare, msgspec.structs.replace(bare, fibres=(("cotton", 1.0),)), TEE)
    assert (np.diff((found.high - found.low)[:, 0]) < 0).all()
    assert (np.diff(found.known) > 0).all()


def test_a_fibre_that_takes_less_stands_better(tables: Tables) -> None:
    wool, cotton, linen = (
        msgspec.structs.replace(TEE, fibres=((fibre, 1.0),)) for fibre in ("wool", "cotton", "linen")
    )
    standing = estimate(tables, wool, cotton, linen).standing()
    assert standing[0] < standing[1] < standing[2]


def test_certified_organic_cotton_stands_better(tables: Tables) -> None:
    standing = estimate(tables, TEE, msgspec.structs.replace(TEE, organic=0.7)).standing()
    assert standing[0] < standing[1]


def test_what_the_method_leaves_out_gains_nothing(tables: Tables) -> None:
    found = estimate(tables, Garment("shoes", fibres=(("leather", 1.0),)), Garment(OTHER))
    assert not found.covered[0]
    assert np.isnan(found.expected[0]).all()
    assert found.standing().tolist() == [0.0, 0.0]
    assert found.covered[1]


def test_a_contradictory_composition_says_nothing(tables: Tables) -> None:
    twice = msgspec.structs.replace(TEE, fibres=(("cotton", 1.0), ("linen", 1.0)))
    found = estimate(tables, twice, msgspec.structs.replace(TEE, fibres=()))
    assert found.cautious[0] == pytest.approx(found.cautious[1])


def test_an_empty_catalogue_has_no_estimates(tables: Tables) -> None:
    assert estimate(tables).expected.shape == (0, 2)


def test_every_default_names_what_exists(tables: Tables) -> None:
    assumed = assumptions()
    assert {one.product or one.expected for one in assumed.categories.values()} <= set(tables.products)
    materials = {*assumed.same.values(), *assumed.near.values(), *assumed.organic.values()}
    assert materials | {assumed.unknown_material} <= set(tables.materials)
    assert set(assumed.regions.values()) <= tables.regions
    assert all(
        one.mass == tuple(sorted(one.mass)) and 0 < one.main <= 1 for one in assumed.categories.values()
    )


def test_every_category_and_fibre_is_one_of_ours() -> None:
    assumed = assumptions()
    named = {*assumed.categories, *assumed.not_covered}
    assert named == set(vocabulary("categories").terms) | {OTHER}
    assert {*assumed.same, *assumed.near} <= set(vocabulary("fibres").terms)


def test_the_bounds_of_no_category_are_within_those_of_one_that_is_told() -> None:
    widest = assumptions().category(OTHER)
    for one in assumptions().categories.values():
        assert widest.mass[2] >= one.mass[2]
        assert widest.mass[0] <= one.mass[0] or one.mass[0] < 0.05
        assert widest.main <= one.main
