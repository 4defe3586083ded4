"""Which look carried a product: the one whose row gave it most, as the predictor weighs rows."""

from __future__ import annotations

import random
from contextlib import closing

import pytest

from origin.training.counts import Counts
from origin.training.model import build_model
from origin.training.sessions import GivenSessions, Session
from origin.training.settings import Settings
from selvedge.sessions.attribution import carrier
from selvedge.sessions.part import SessionRows

PRODUCTS = 40


@pytest.fixture(scope="module")
def rows() -> SessionRows:
    chance = random.Random(3)  # noqa: S311 - no secret
    sessions = [
        Session(str(number), 20_000, tuple(str((start + step) % PRODUCTS) for step in (0, 1, 2, 4)))
        for number in range(300)
        if (start := chance.randrange(PRODUCTS)) >= 0
    ]
    with closing(Counts(None, Settings().tally)) as counts:
        counts.update(GivenSessions(sessions))
        part = build_model(counts, {str(one): one for one in range(PRODUCTS)}, Settings()).part
    return SessionRows.decode(part)


def given(rows: SessionRows, of: int, at: int, product: int) -> float:
    """What the row of an item at a position gives to a product, by the predictor's own weights."""
    start = rows.starts[of]
    table = rows.weight_table(rows.head.positions[at])
    for place in range(start, min(rows.starts[of + 1], start + rows.head.reach[at])):
        if rows.neighbours[place] == product:
            return table[rows.weights[place]]
    return 0.0


def test_it_is_the_look_whose_row_gave_most(rows: SessionRows) -> None:
    chance = random.Random(4)  # noqa: S311 - no secret
    found = 0
    for _ in range(200):
        recent = chance.sample(range(PRODUCTS), 4)
        product = chance.randrange(PRODUCTS)
        parts = [given(rows, one, at, product) for at, one in enumerate(recent)]
        named = carrier(rows, recent, product)
        assert named == (recent[parts.index(max(parts))] if max(parts) else None)
        found += named is not None
    assert found > 20


def test_what_no_row_names_was_carried_by_none(rows: SessionRows) -> None:
    assert carrier(rows, [0], PRODUCTS + 5) is None
    assert carrier(rows, [PRODUCTS + 5], 1) is None
    assert carrier(rows, [], 1) is None
