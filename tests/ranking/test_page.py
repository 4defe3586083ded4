from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from origin.building import build
from selvedge.ranking.affinity import Personal
from selvedge.ranking.order import BaseOrder
from selvedge.ranking.page import page
from selvedge.ranking.signals import Signal
from tests.ranking.conftest import index_of
from tests.truth import Truth
from tests.wardrobe import NOW, catalogues, garment, shop

if TYPE_CHECKING:
    from selvedge.catalogue.model import Catalogue
    from selvedge.ranking.order import Order, Position
    from selvedge.snapshot.index import Index


def walk(index: Index, order: Order, matches: int, count: int, *, every: bool) -> list[int]:
    """A whole list, page by page; each page knows only where the one before it ended."""
    ranks: list[int] = []
    start: Position | None = None
    while True:
        places = page(index, order, matches, count, start=start, every_colourway=every)
        ranks += [place.rank for place in places]
        assert len(ranks) <= matches.bit_count(), "a list repeats nothing"
        if len(places) < count:
            return ranks
        start = places[-1]


@given(catalogue=catalogues(max_size=20), count=st.integers(1, 8), every=st.booleans(), data=st.data())
def test_pages_give_every_style_once_in_its_best_colourway(
    *, catalogue: Catalogue, count: int, every: bool, data: st.DataObject
) -> None:
    index = index_of(build(catalogue, shop="acme"))
    ranked = Truth(catalogue, "nl", NOW).ranked
    signals = [Signal("affinity", "color", one, data.draw(st.integers(0, 127))) for one in ("red", "blue")]
    matches = data.draw(st.integers(0, (1 << len(ranked)) - 1))
    personal = Personal(index, signals, NOW)
    order = personal.order()
    ordered = sorted(range(len(ranked)), key=lambda rank: (-personal.facet_score(rank), rank))
    kept = [ranked[rank] for rank in ordered if matches >> rank & 1]
    found = [ranked[rank].id for rank in walk(index, order, matches, count, every=every)]
    assert found == Truth.each_style_once(kept, every=every)


def test_a_style_of_many_colourways_fills_no_page() -> None:
    colourways = [garment(f"a{number:02}", group="a") for number in range(40)]
    catalogue = shop(*colourways, garment("b"))
    index = index_of(build(catalogue, shop="acme"))
    assert len(page(index, BaseOrder(), (1 << 41) - 1, 2)) == 2


def test_an_empty_list_is_an_empty_page() -> None:
    index = index_of(build(shop(), shop="acme"))
    assert page(index, BaseOrder(), 0, 24) == []
