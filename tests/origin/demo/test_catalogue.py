import hashlib
from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from origin.demo import DEMO_MARKETS, generate
from origin.importing.colours import find_colour
from origin.importing.offers import is_gtin
from origin.importing.schemes import registry
from origin.importing.vocabulary import vocabulary
from selvedge.catalogue.model import Catalogue


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return generate(2000)


def digest(catalogue: Catalogue) -> str:
    return hashlib.sha256(msgspec.msgpack.encode(catalogue)).hexdigest()


def test_the_same_seed_gives_the_same_bytes_on_every_python() -> None:
    # A change of the generator or its words changes this; a new Python must not.
    assert digest(generate(300, seed=7)) == DIGEST
    assert digest(generate(300, seed=8)) != DIGEST


def test_there_are_as_many_products_as_asked_for(catalogue: Catalogue) -> None:
    assert len(catalogue.products) == 2000
    assert len({product.id for product in catalogue.products}) == 2000
    assert {product.group for product in catalogue.products} == {g.id for g in catalogue.groups}
    assert [len(generate(count).products) for count in (0, 1, 17)] == [0, 1, 17]


def test_shares_add_up(catalogue: Catalogue) -> None:
    parts = [part for product in catalogue.products for part in product.components]
    assert all(sum(f.percentage or 0 for f in part.fibres) == 100 for part in parts)
    assert all(f.percentage for part in parts for f in part.fibres)


def test_codes_are_of_the_vocabularies(catalogue: Catalogue) -> None:
    fibres, parts = vocabulary("fibres").terms, vocabulary("components").terms
    for product in catalogue.products:
        assert find_colour(product.color_name, "en") == product.color
        assert {part.name for part in product.components} <= set(parts)
        assert {f.fibre for part in product.components for f in part.fibres} <= set(fibres)
        assert {evidence.scheme for evidence in product.evidence} <= set(registry())
    assert {group.category for group in catalogue.groups} <= set(vocabulary("categories").terms)


def test_evidence_keeps_to_its_schemes_rules(catalogue: Catalogue) -> None:
    evidence = [each for product in catalogue.products for each in product.evidence]
    assert {each.level for each in evidence} == {"product", "material", "facility", "brand"}
    for each in evidence:
        scheme = registry()[each.scheme]
        assert each.level in scheme.levels
        assert (each.share or 100) >= scheme.minimum_share
        assert scheme.ends == "licence" or each.valid_to is None


def test_some_evidence_has_ended_some_ends_soon_and_some_is_open(catalogue: Catalogue) -> None:
    ends = [each.valid_to for product in catalogue.products for each in product.evidence]
    soon = catalogue.taken + timedelta(days=17)
    kinds = Counter(
        "open" if end is None else "ended" if end <= catalogue.taken else "soon" if end < soon else "later"
        for end in ends
    )
    assert all(kinds[kind] > 50 for kind in ("open", "ended", "soon", "later"))


def test_a_reduction_carries_its_30_day_price(catalogue: Catalogue) -> None:
    offers = [offer for product in catalogue.products for offer in product.offers]
    reduced = [offer for offer in offers if offer.regular_price is not None]
    assert 0.04 < len(reduced) / len(offers) < 0.2
    for offer in reduced:
        assert offer.lowest_price_30_days is not None
        assert offer.price < offer.lowest_price_30_days <= (offer.regular_price or 0)
    assert all(o.lowest_price_30_days is None for o in offers if o.regular_price is None)


def test_prices_are_the_points_shops_use(catalogue: Catalogue) -> None:
    endings: dict[str, set[int]] = {market.code: set() for market in DEMO_MARKETS}
    for product in catalogue.products:
        for offer in product.offers:
            endings[offer.market].add(offer.price % 1000)
    assert all(end % 100 == 99 for end in endings["nl"] | endings["es"])
    assert endings["se"] == {900}
    assert endings["pl"] == {999}


def test_sizes_sell_out_products_sell_out_and_some_are_not_sold_everywhere(
    catalogue: Catalogue,
) -> None:
    by_market = [
        [offer.stock for offer in product.offers if offer.market == "nl"] for product in catalogue.products
    ]
    assert any(not stocks for stocks in by_market)
    assert any(stocks and not any(stocks) for stocks in by_market)
    assert any(0 in stocks and any(stocks) for stocks in by_market)
    sold_out = sum(bool(stocks) and not any(stocks) for stocks in by_market)
    assert sold_out / len(by_market) < 0.1
    assert all(product.offers for product in catalogue.products)


def test_gtins_are_valid_and_one_per_size(catalogue: Catalogue) -> None:
    gtins: dict[str | None, tuple[str, str]] = {}
    for product in catalogue.products:
        for offer in product.offers:
            key = (product.id, offer.size)
            assert gtins.setdefault(offer.gtin, key) == key
            assert is_gtin(offer.gtin or "")


def test_dates_spread_over_two_years(catalogue: Catalogue) -> None:
    ages = [(catalogue.taken - product.published).days for product in catalogue.products]
    assert 0 <= min(ages) < 10
    assert 600 < max(ages) <= 730


def test_colours_of_a_style_differ_and_every_locale_is_named(catalogue: Catalogue) -> None:
    styles = Counter((product.group, product.color_name) for product in catalogue.products)
    assert max(styles.values()) == 1
    locales = {locale for market in DEMO_MARKETS for locale in market.locales}
    assert all(set(group.name) == locales for group in catalogue.groups)


def test_brands_are_a_few_large_and_many_small(catalogue: Catalogue) -> None:
    sizes = [count for _, count in Counter(g.brand for g in catalogue.groups).most_common()]
    assert sizes[0] > 3 * sizes[4]
    assert len(sizes) > 30


def test_it_may_be_taken_at_another_time() -> None:
    taken = datetime(2027, 5, 1, tzinfo=UTC)
    assert generate(10, taken=taken).taken == taken


DIGEST = "6d6d48287a2fcd73aec3fbe5d44712a40284ac83804f09a26563ea70398caf53"
