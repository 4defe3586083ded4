from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from origin.footprint.comparison import compare
from origin.footprint.estimate import Estimator
from origin.footprint.garment import Garment
from tests.origin.footprint.test_estimate import compositions

if TYPE_CHECKING:
    from origin.footprint.tables import Tables

TEE = Garment("t_shirts", None, (("cotton", 1.0),), country="PT", price=20.0)
garments = st.builds(
    Garment,
    category=st.sampled_from(["t_shirts", "dresses", "coats"]),
    fibres=compositions.map(tuple),
    organic=st.sampled_from([0.0, 0.7]),
    country=st.none() | st.sampled_from(["PT", "BD", "XX"]),
    price=st.floats(10, 15),
)


def lower(tables: Tables, subject: Garment, *others: Garment) -> list[bool]:
    """Which of `others` take clearly less than `subject`."""
    found = compare([subject, *others], Estimator(tables))
    rows = np.arange(1, len(others) + 1)
    return [bool(one) for one in found.clearly_lower(np.array([0]), rows)[0]]


def of(fibre: str, country: str | None = "PT") -> Garment:
    return msgspec.structs.replace(TEE, fibres=((fibre, 1.0),), country=country)


def test_what_differs_by_much_is_told_apart_and_what_by_little_is_not(tables: Tables) -> None:
    assert lower(tables, of("wool"), of("linen"), of("wool")) == [True, False]
    nearly = msgspec.structs.replace(TEE, fibres=(("cotton", 0.95), ("linen", 0.05)))
    assert lower(tables, TEE, nearly) == [False]


def test_what_nobody_can_state_is_no_difference_but_what_a_shop_withholds_is(tables: Tables) -> None:
    assert lower(tables, of("wool", None), of("linen", None), of("linen")) == [True, True]
    assert lower(tables, TEE, of("hemp"), of("hemp", None)) == [True, False]
    assert lower(tables, of("wool"), msgspec.structs.replace(TEE, fibres=())) == [False]


def test_what_the_method_does_not_cover_is_compared_with_nothing(tables: Tables) -> None:
    shoe, other = (msgspec.structs.replace(TEE, category=category) for category in ("shoes", "other"))
    assert lower(tables, shoe, TEE, of("linen")) == [False, False]
    assert lower(tables, of("wool"), shoe, other) == [False, False]


@given(subject=garments, other=garments)
def test_withholding_never_makes_a_garment_clearly_lower(
    tables: Tables, subject: Garment, other: Garment
) -> None:
    silent = [
        msgspec.structs.replace(other, organic=0.0),
        msgspec.structs.replace(other, country=None),
        msgspec.structs.replace(other, fibres=()),
        *(
            msgspec.structs.replace(other, fibres=(*other.fibres[:at], *other.fibres[at + 1 :]))
            for at in range(len(other.fibres))
        ),
    ]
    said, *withheld = lower(tables, subject, other, *silent)
    assert said or not any(withheld)


@given(st.lists(garments, min_size=2, max_size=6))
def test_no_two_garments_are_clearly_lower_than_each_other(tables: Tables, found: list[Garment]) -> None:
    rows = np.arange(len(found))
    matrix = compare(found, Estimator(tables)).clearly_lower(rows, rows)
    assert not (matrix & matrix.T).any()
    alone = [lower(tables, one, other)[0] for one, other in pairwise(found)]
    assert alone == [bool(matrix[at, at + 1]) for at in range(len(found) - 1)]
