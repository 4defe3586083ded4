from __future__ import annotations

import json

import numpy as np

from origin.building import build
from origin.footprint.catalogue import Footprints
from origin.footprint.comparison import Comparison
from selvedge.catalogue.model import DeclaredScore
from selvedge.snapshot.alternatives import PAGES, encode_row
from selvedge.snapshot.cards import open_page
from tests.stage import Stage
from tests.wardrobe import garment, shop

DECLARED = DeclaredScore(1234.5, 726.0, "https://example.org/declared/1")
P = "/v1/nl/en/products"


def test_a_product_page_shows_an_official_score_per_product_and_per_100_g() -> None:
    page = Stage(shop(garment("a", declared_score=DECLARED))).get(f"{P}/a").json
    assert page["environmentalCost"] == {
        "points": 1234.5,
        "pointsPer100g": 726.0,
        "source": "https://example.org/declared/1",
    }


def test_without_a_declaration_no_answer_has_a_score() -> None:
    stage = Stage(shop(garment("a")))
    for target in (f"{P}/a", P, "/v1/nl/en/recommendations?explain=true"):
        answer = json.dumps(stage.get(target).json).lower()
        assert not any(word in answer for word in ("environmental", "footprint", "ecs", "pef")), target


def test_of_a_computed_footprint_a_version_holds_the_base_score_and_who_stands_in_for_whom() -> None:
    catalogue = shop(garment("a"), garment("b"))
    points = np.array([[500.0] * 3, [100.0] * 3])
    comparison = Comparison(points, points, points, np.ones(2, bool))
    known = Footprints({"a": 0.1, "b": 0.5}, comparison)
    plain, ranked = (build(catalogue, shop="acme", footprints=one) for one in (None, known))
    assert set(plain.sections("index")) == set(ranked.sections("index"))
    assert plain.release.manifest.groups.keys() == ranked.release.manifest.groups.keys()
    assert list(ranked.sections("index")["base/scores"]) != list(plain.sections("index")["base/scores"])
    assert build(catalogue, shop="acme").release == plain.release
    (page,) = ranked.release.manifest.pages[PAGES]
    assert [bytes(open_page(ranked.parts[page])[at]) for at in (0, 1)] == [encode_row([1], []), b""]
