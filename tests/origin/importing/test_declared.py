from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from origin.importing import Import, Shop, read_feed
from selvedge.catalogue.model import DeclaredScore
from tests.origin.importing.rows import TAKEN, feed_text

if TYPE_CHECKING:
    from pathlib import Path

DECLARED = {
    "environmental_cost": "1234.5",
    "environmental_cost_per_100g": "726",
    "environmental_cost_source": "https://example.org/declared/1",
}


def read(path: Path, shop: Shop, row: dict[str, str], *, official: bool) -> Import:
    path.write_text(feed_text([row]), encoding="utf-8")
    stating = msgspec.structs.replace(shop, official_scores=official)
    return read_feed(path, stating, market="nl", locale="en", taken=TAKEN)


def test_a_declared_score_is_read_where_the_shop_says_it_holds_one(tmp_path: Path, shop: Shop) -> None:
    found = read(tmp_path / "feed.tsv", shop, DECLARED, official=True)
    assert found.catalogue.products[0].declared_score == DeclaredScore(
        1234.5, 726, "https://example.org/declared/1"
    )


def test_a_declared_score_is_not_read_where_the_shop_does_not_say_so(tmp_path: Path, shop: Shop) -> None:
    assert not shop.official_scores
    found = read(tmp_path / "feed.tsv", shop, DECLARED, official=False)
    assert found.catalogue.products[0].declared_score is None


@pytest.mark.parametrize("missing", list(DECLARED))
def test_half_a_declaration_is_left_out_and_reported(tmp_path: Path, shop: Shop, missing: str) -> None:
    found = read(tmp_path / "feed.tsv", shop, {**DECLARED, missing: ""}, official=True)
    assert found.catalogue.products[0].declared_score is None
    assert found.report.summary()["repaired"] == {"incomplete-official-score": 1}
