from pathlib import Path

import msgspec
import pytest

from origin.demo import DEMO_MARKETS, generate, write_feeds, write_shop
from origin.importing import Import, Shop, read_feeds, read_shop
from selvedge.catalogue.model import Catalogue

SHOP = Shop("Demo", DEMO_MARKETS)


@pytest.fixture(scope="module")
def written() -> Catalogue:
    return generate(150, seed=3)


@pytest.fixture(scope="module")
def result(written: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Import:
    folder = tmp_path_factory.mktemp("feeds")
    feeds = write_feeds(written, folder)
    return read_feeds(folder, feeds, SHOP, taken=written.taken)


def test_every_product_comes_back_as_it_was(written: Catalogue, result: Import) -> None:
    found = {product.id: product for product in result.catalogue.products}
    assert {product.id: product for product in written.products} == found


def test_every_style_comes_back_in_the_locales_it_is_sold_in(written: Catalogue, result: Import) -> None:
    found = {group.id: group for group in result.catalogue.groups}
    sold: dict[str, set[str]] = {}
    locales = {market.code: market.locales for market in DEMO_MARKETS}
    for product in written.products:
        for offer in product.offers:
            sold.setdefault(product.group, set()).update(locales[offer.market])
    for group in written.groups:
        texts = {
            field: {key: text for key, text in getattr(group, field).items() if key in sold[group.id]}
            for field in ("name", "description")
        }
        assert found[group.id] == msgspec.structs.replace(group, **texts)


def test_nothing_has_to_be_repaired(result: Import) -> None:
    assert result.report.issues == ()
    assert result.report.rows == result.report.accepted


def test_there_is_a_feed_per_market_and_locale(written: Catalogue, tmp_path: Path) -> None:
    feeds = write_feeds(written, tmp_path)
    assert len(feeds) == sum(len(market.locales) for market in DEMO_MARKETS)
    header = (tmp_path / "nl-nl.tsv").read_text(encoding="utf-8").partition("\n")[0].split("\t")
    assert header[:2] == ["id", "item_group_id"]


def test_the_shop_file_lists_the_feeds(written: Catalogue, result: Import, tmp_path: Path) -> None:
    shop = write_shop(written, write_feeds(written, tmp_path), tmp_path)
    assert read_shop(shop) == result
