from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from selvedge.catalogue.counting import count_facets
from selvedge.catalogue.query import parse_query
from selvedge.snapshot.postings import to_ranks
from tests.questions import queries, scope_of
from tests.truth import Truth
from tests.wardrobe import DAY, NOW, catalogues, certificate, garment, offer, shell, shop

if TYPE_CHECKING:
    from selvedge.catalogue.model import Catalogue, Product


def found(raw: str, *products: Product, days: float = 0) -> set[str]:
    """The ids that match `raw`, so many days after the feed was taken."""
    catalogue = shop(*products)
    now = NOW + int(days * DAY)
    scope = scope_of(catalogue, now)
    ranked = Truth(catalogue, "nl", now).ranked
    query = parse_query(raw, scope.vocabulary())
    return {ranked[rank].id for rank in to_ranks(scope.matches(query), len(ranked))}


@given(catalogues(), st.integers(0, 7), st.data())
def test_matches_are_those_of_looking_at_every_product(
    catalogue: Catalogue, days: int, data: st.DataObject
) -> None:
    now = NOW + days * DAY
    scope = scope_of(catalogue, now)
    query = data.draw(queries(scope))
    truth = Truth(catalogue, "nl", now)
    ranked = [product.id for product in truth.ranked]
    matches = to_ranks(scope.matches(query), len(ranked))
    assert [ranked[rank] for rank in matches] == [product.id for product in truth.matching(query)]


@given(catalogues(), st.integers(0, 7), st.data())
def test_counts_are_those_of_looking_at_every_product_without_the_fields_own_selection(
    catalogue: Catalogue, days: int, data: st.DataObject
) -> None:
    now = NOW + days * DAY
    scope, truth = scope_of(catalogue, now), Truth(catalogue, "nl", now)
    fields = tuple(scope.vocabulary().facets)
    query = msgspec.structs.replace(data.draw(queries(scope)), facets=fields)
    counted = dict(count_facets(scope, query))
    assert tuple(counted) == fields
    for field in fields:
        counts: dict[str, int] = {}
        for product in truth.matching(query, without=field):
            for value in truth.values(product, field):
                counts[value] = counts.get(value, 0) + 1
        assert counted[field] == sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def test_an_exclusion_also_excludes_what_is_unknown() -> None:
    linen, leather = garment("linen"), garment("leather", components=(shell(leather=100),))
    nothing = garment("nothing", components=())
    assert found("material.not=leather", linen, leather, nothing) == {"linen"}


def test_evidence_about_brand_or_facility_satisfies_no_product_filter() -> None:
    own = garment("own", evidence=(certificate("GOTS", "material"),))
    maker = garment("maker", evidence=(certificate("GOTS", "facility"),))
    label = garment("label", evidence=(certificate("GOTS", "brand"),))
    assert found("certification=GOTS", own, maker, label) == {"own"}
    assert found("facilityCertification=GOTS", own, maker, label) == {"maker"}
    assert found("brandCertification=GOTS", own, maker, label) == {"label"}


def test_a_certificate_counts_from_its_first_second_up_to_its_last() -> None:
    product = garment("a", evidence=(certificate("GOTS", start=1, end=2),))
    second = 1 / DAY
    at = [1 - second, 1, 2 - second, 2]
    assert [bool(found("certification=GOTS", product, days=days)) for days in at] == [
        False,
        True,
        True,
        False,
    ]


def test_one_certificate_that_ends_leaves_another_of_the_same_scheme_standing() -> None:
    product = garment("a", evidence=(certificate(end=1), certificate(end=3)))
    assert found("certification=GOTS", product, days=2) == {"a"}
    assert found("certification=GOTS", product, days=4) == set()


def test_without_any_certificate_left_the_certification_is_unknown() -> None:
    product = garment("a", evidence=(certificate(end=1),))
    assert found("certification=unknown", product, days=2) == {"a"}


def test_a_certificate_that_never_ends_may_say_so_by_the_year_9999() -> None:
    product = garment("a", evidence=(certificate(end=2_900_000),))
    assert found("certification=GOTS", product, days=9000) == {"a"}


def test_a_size_matches_only_where_it_is_in_stock_in_this_market() -> None:
    product = garment("a", offers=(offer(size="S"), offer(size="M", stock=0), offer("se", "L")))
    other = garment("b", offers=(offer(size="M"),))
    assert found("size=M", product, other) == {"b"}
    assert found("size=S", product, other) == {"a"}


def test_a_size_that_is_sold_out_everywhere_finds_nothing() -> None:
    product = garment("a", offers=(offer(size="S"), offer(size="M", stock=0)))
    assert found("size=M", product) == set()


def test_the_cheapest_offer_in_stock_is_the_price() -> None:
    product = garment("a", offers=(offer(price=100, stock=0), offer(size="L", price=200)))
    assert found("price=..150", product) == set()
    assert found("price=150..250", product) == {"a"}


def test_sold_out_products_never_match() -> None:
    assert found("", garment("a", offers=(offer(stock=0),)), garment("b", offers=())) == set()
