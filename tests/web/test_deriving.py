"""Which derived facts an explained list tells, and that no other list pays for them."""

from __future__ import annotations

from typing import Any

import pytest

from selvedge.catalogue.model import Evidence
from selvedge.shopper.context import Affinity, Context
from selvedge.snapshot.loaded import LoadedRelease
from tests.stage import Stage
from tests.wardrobe import DAY, NOW, garment, moment, shell, shop

R = "/v1/nl/en/recommendations"
ORGANIC = Evidence("o", "GOTS_ORGANIC", "product", share=97, valid_to=moment(2))
RECYCLED = Evidence("r", "GLOBAL_RECYCLED_STANDARD", "product", share=60)
CATALOGUE = shop(
    garment(
        "a",
        components=(shell(cotton=100),),
        evidence=(ORGANIC, RECYCLED),
        country_of_origin="PT",
    ),
    garment("b", components=(shell(cotton=60, polyester=40),), country_of_origin=None),
)
ORGANIC_TOLD = {
    "name": "organicContent",
    "value": 97.0,
    "rule": "certified-share",
    "inputs": [
        {"field": "certification", "value": "GOTS_ORGANIC"},
        {"field": "percentage", "value": 97.0},
    ],
}
IN_EUROPE = {"rule": "region-of-country", "inputs": [{"field": "countryOfOrigin", "value": "PT"}]}


@pytest.fixture
def stage() -> Stage:
    return Stage(CATALOGUE)


def derived(stage: Stage, target: str, headers: dict[str, str] | None = None) -> dict[str, list[Any]]:
    return {item["id"]: item.get("derived", []) for item in stage.get(target, headers).json["items"]}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("organicContent=at_least_70", [ORGANIC_TOLD]),
        ("madeInRegion=eu", [{"name": "madeInRegion", "value": "eu", **IN_EUROPE}]),
        ("madeInRegion=asia,europe", [{"name": "madeInRegion", "value": "europe", **IN_EUROPE}]),
        ("naturalFibrePercentage=90..", [{
            "name": "naturalFibrePercentage",
            "value": 100.0,
            "rule": "sum-of-natural-fibres",
            "inputs": [{"field": "share.cotton", "value": 100.0}],
        }]),
        ("fibreMix=single_fibre", [{
            "name": "fibreMix",
            "value": "single_fibre",
            "rule": "fibres-of-all-components",
            "inputs": [{"field": "material", "value": "cotton"}],
        }]),
        ("material=cotton&color=unknown,green,blue,red", None),
    ],
)  # fmt: skip
def test_a_filter_s_derived_facts_are_told_with_rule_and_inputs(
    stage: Stage, asked: str, told: list[Any] | None
) -> None:
    found = derived(stage, f"{R}?explain=true&{asked}")
    assert all(one == (told or []) for one in found.values())
    assert told is None or list(found) == ["a"]
    assert not any(derived(stage, f"{R}?{asked}").values())


def test_a_term_s_derived_fact_is_told_and_no_other(stage: Stage) -> None:
    found = derived(stage, f"{R}?explain=true&prefer=madeInRegion:eu")
    assert found == {"a": [{"name": "madeInRegion", "value": "eu", **IN_EUROPE}], "b": []}
    taste = Context(id=b"someone", written=NOW, affinities=(Affinity("organicContent", "at_least_95", 40),))
    assert derived(stage, f"{R}?explain=true", stage.cookies(taste))["a"] == [ORGANIC_TOLD]


def test_what_is_like_a_garment_tells_them_too(stage: Stage) -> None:
    similar = "/v1/nl/en/products/b/similar"
    assert derived(stage, f"{similar}?explain=true&organicContent=at_least_5") == {"a": [ORGANIC_TOLD]}
    assert derived(stage, f"{similar}?organicContent=at_least_5") == {"a": []}


def test_a_fact_whose_evidence_has_ended_is_not_told(stage: Stage) -> None:
    stage.clock.time = NOW + 2 * DAY
    taste = Context(id=b"someone", written=NOW, affinities=(Affinity("organicContent", "at_least_95", 40),))
    assert derived(stage, f"{R}?explain=true", stage.cookies(taste))["a"] == []


def test_details_are_read_for_an_explained_list_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    detail = LoadedRelease.detail

    async def counted(release: LoadedRelease, market: str, rank: int) -> Any:
        read.append(rank)
        return await detail(release, market, rank)

    monkeypatch.setattr(LoadedRelease, "detail", counted)
    stage.get(f"{R}?fibreMix=single_fibre")
    stage.get(f"{R}?explain=true&organicContent=at_least_5")
    stage.get("/v1/nl/en/fragments/recommendations?fibreMix=single_fibre")
    assert read == []
    stage.get(f"{R}?explain=true&fibreMix=single_fibre")
    assert len(read) == 1
