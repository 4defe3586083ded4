"""Points for words: in proportion to how much alike they are, fading with older looks, bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from origin.building import build
from selvedge.ranking.alike import MAX_LOOKS, MAX_STYLES, alike, carrier
from selvedge.ranking.weights import RankingWeights, Recent
from selvedge.snapshot.index import Index
from tests.wardrobe import garment, moment, shop

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = (
    "ribbed vest",
    "ribbed vest",
    "ribbed skirt",
    "wide skirt",
    "anorak",
    *["plain"] * 12,
    *["other"] * 12,
)
WEIGHTS = RankingWeights()


@pytest.fixture(scope="module")
def index() -> Index:
    products = [garment(f"p{at:02}", published=moment(-at)) for at in range(len(NAMES))]
    names = {f"style-p{at:02}": name for at, name in enumerate(NAMES)}
    return Index(build(shop(*products, names=names), shop="acme").sections("index"))


def points(index: Index, recent: Sequence[int], weights: RankingWeights = WEIGHTS) -> dict[int, int]:
    return dict(alike(index, weights, recent))


def test_the_very_same_words_get_all_points_and_fewer_shared_words_less(index: Index) -> None:
    found = points(index, [0])
    assert found[1] == WEIGHTS.recent.text
    assert 0 < found[2] < found[1]
    assert 3 not in found


def test_older_looks_add_less_and_all_together_no_more_than_the_weight(index: Index) -> None:
    assert points(index, [4, 0])[1] == WEIGHTS.recent.text * WEIGHTS.decay // 100
    assert points(index, [0, 1, 2])[2] <= WEIGHTS.recent.text
    assert points(index, [0, 0, 0]) == points(index, [0])


def test_the_work_is_bounded(index: Index) -> None:
    assert not points(index, [4, *range(5, 5 + MAX_LOOKS), 0]).keys() & {0, 1, 2}
    assert len(points(index, [8, 20])) == MAX_STYLES


def test_a_shop_may_switch_it_off(index: Index) -> None:
    assert points(index, [0], RankingWeights(recent=Recent(text=0))) == {}


def test_the_look_whose_words_are_most_like_it_carried_a_product(index: Index) -> None:
    assert carrier(index, [3, 0], 2) == 3
    assert carrier(index, [3, 0], 1) == 0
    assert carrier(index, [4], 1) is None
