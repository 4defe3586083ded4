from __future__ import annotations

import pytest
from hypothesis import given

from origin.building import arrangement
from origin.building.arrangement import CollidingIds, arrange, assign_ordinals, base_score
from selvedge.catalogue.model import Catalogue, Component, FibreShare
from selvedge.snapshot.index import id_hash
from tests.wardrobe import TAKEN, catalogues, certificate, garment, moment, offer, shop


def order(catalogue: Catalogue) -> list[str]:
    return [product.id for product in arrange(catalogue).products]


@given(catalogues())
def test_a_base_score_fits_its_eight_bits(catalogue: Catalogue) -> None:
    arranged = arrange(catalogue)
    assert all(0 <= score <= 255 for score in arranged.scores)
    assert list(arranged.scores) == sorted(arranged.scores, reverse=True)


def test_the_best_product_reaches_the_highest_score() -> None:
    best = garment(published=TAKEN, image="/a.jpg", evidence=(certificate(),))
    assert base_score(best, TAKEN) == 255


def test_newer_more_available_and_better_documented_products_come_first() -> None:
    assert order(shop(garment("old", published=moment(-99)), garment("new"))) == ["new", "old"]
    scarce = garment("scarce", offers=(offer(), offer(size="L", stock=0)))
    assert order(shop(scarce, garment("whole"))) == ["whole", "scarce"]
    assert order(shop(garment("bare", country_of_origin=None), garment("told"))) == ["told", "bare"]


def test_saying_nothing_about_fibres_is_no_documentation() -> None:
    half = (Component("shell", (FibreShare("linen"),)),)
    scores = [base_score(garment(components=parts), TAKEN) for parts in ((), half)]
    assert scores[0] < scores[1] < base_score(garment(), TAKEN)


def test_equals_come_newest_first_and_then_by_id() -> None:
    hour = 1 / 24
    twins = [garment("b"), garment("a"), garment("c", published=moment(-10 + hour / 60))]
    assert order(shop(*twins)) == ["c", "a", "b"]


def test_a_time_in_the_future_is_as_new_as_can_be() -> None:
    assert base_score(garment(published=moment(50)), TAKEN) == base_score(garment(published=TAKEN), TAKEN)


def test_known_ordinals_stay_and_new_ones_follow_by_name() -> None:
    first = assign_ordinals(["b", "a"], {})
    assert [first[id_hash(one)] for one in "ab"] == [0, 1]
    second = assign_ordinals(["0", "b", "c"], first)
    assert [second[id_hash(one)] for one in "ab0c"] == [0, 1, 2, 3]


def test_two_ids_of_one_hash_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrangement, "id_hash", lambda _: 7)  # nobody can make SHA-256 collide
    with pytest.raises(CollidingIds, match="'b' and 'a'"):
        assign_ordinals(["a", "b"], {})


def test_a_footprint_has_a_bounded_part_and_none_unless_it_is_given() -> None:
    plain = base_score(garment(), TAKEN)
    scores = [base_score(garment(), TAKEN, standing) for standing in (0.0, 0.5, 1.0)]
    assert scores == sorted(scores)
    assert scores[2] - scores[0] == arrangement.FOOTPRINT
    assert abs(scores[2] - plain) <= arrangement.FOOTPRINT
    best = garment(published=TAKEN, image="/a.jpg", evidence=(certificate(),))
    assert base_score(best, TAKEN, 1.0) == 255


def test_of_two_that_are_equal_the_better_standing_comes_first_and_one_without_comes_last() -> None:
    found = arrange(shop(garment("a"), garment("b"), garment("c")), standings={"b": 0.5, "c": 0.9})
    assert [product.id for product in found.products] == ["c", "b", "a"]
