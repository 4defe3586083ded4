from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.footprint import method
from origin.footprint.encoding import encode
from origin.footprint.engine import compute
from origin.footprint.query import MaterialShare, Printing, Query, read_pairs, read_query

if TYPE_CHECKING:
    from pathlib import Path

    from origin.footprint.tables import Tables

RELATIVE = 1e-5
SHIRT = Query(
    mass=0.17,
    product="tshirt",
    materials=(MaterialShare("ei-coton", 1.0),),
    country_fabric="FR",
    country_dyeing="FR",
    country_making="FR",
    trims=(),
)
COUNTRIES = ("---", "BD", "CN", "FR", "IN", "REO", "RAF", "TR", None)
MATERIALS = ("ei-coton", "ei-pet", "ei-pet-r", "ei-viscose", "ei-laine-par-defaut", "coton-rdp")
PRODUCTS = ("tshirt", "jean", "pull", "chaussettes", "manteau")


def points(query: Query, tables: Tables) -> dict[str, float]:
    found = compute(encode([query], tables), tables).points[0]
    return dict(zip(method.INDICATORS, found.tolist(), strict=True))


def but(**changes: object) -> Query:
    return msgspec.structs.replace(SHIRT, **changes)


def test_all_published_cases_are_met_to_a_thousandth_of_a_percent(published: Path, tables: Tables) -> None:
    cases = json.loads((published / "e2e-textile.json").read_text(encoding="utf-8"))
    assert len(cases) >= 12
    for case in cases:
        found = points(read_pairs(case["query"]), tables)
        for indicator in method.INDICATORS:
            assert found[indicator] == pytest.approx(case["impacts"][indicator], rel=RELATIVE), case["name"]


def test_all_published_examples_compute(published: Path, tables: Tables) -> None:
    examples = json.loads((published / "examples.json").read_text(encoding="utf-8"))
    found = compute(encode([read_query(one["query"]) for one in examples], tables), tables)
    assert len(found.points) == len(examples)
    assert (found.points > 0).all()
    by_name = dict(zip((one["name"] for one in examples), found.points[:, 0], strict=True))
    organic = by_name['Pull coton bio (550g) - France - Mode "traditionnelle"']
    assert organic < by_name["Pull coton (550g) - Majorant par défaut"]


shares = st.lists(st.sampled_from(MATERIALS), min_size=1, max_size=3, unique=True).map(
    lambda names: tuple(MaterialShare(name, 1 / len(names)) for name in names)
)
optional = st.sampled_from
queries = st.builds(
    Query,
    mass=st.floats(0.02, 2.0),
    materials=shares,
    product=optional(PRODUCTS),
    country_spinning=optional(COUNTRIES),
    country_fabric=optional(COUNTRIES),
    country_dyeing=optional(COUNTRIES),
    country_making=optional(COUNTRIES),
    air_transport_ratio=optional((None, 0.0, 0.4, 1.0)),
    business=optional((None, *method.BUSINESS)),
    disabled_steps=st.lists(st.sampled_from(method.STEPS), max_size=8, unique=True).map(tuple),
    dyeing_process_type=optional((None, *method.DYEING)),
    fabric_process=optional((None, *method.FABRIC_PROCESSES)),
    fading=optional((None, True, False)),
    making_complexity=optional((None, *method.MINUTES)),
    making_dead_stock=optional((None, 0.0, 0.3)),
    making_waste=optional((None, 0.0, 0.4)),
    number_of_references=optional((None, 1, 5000, 12_000)),
    physical_durability=optional((None, 0.67, 1.2)),
    price=optional((None, 5.0, 30.0, 200.0)),
    printing=optional((None, Printing("pigment", 0.5), Printing("substantive"))),
    surface_mass=optional((None, 120.0, 400.0)),
    traceability=optional((None, True, False)),
    upcycled=st.booleans(),
    yarn_size=optional((None, 20.0, 60.0)),
)


@given(batch=st.lists(queries, min_size=1, max_size=12))
def test_a_garment_comes_to_the_same_alone_and_among_others(tables: Tables, batch: list[Query]) -> None:
    together = compute(encode(batch, tables), tables).points
    alone = [compute(encode([one], tables), tables).points[0] for one in batch]
    # Padding with shares of 0 may change the order of a sum.
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    assert np.isfinite(together).all()


def test_chunks_do_not_show(tables: Tables) -> None:
    many = [but(mass=0.1 + number / 10_000) for number in range(5000)]
    found = compute(encode(many, tables), tables).points
    assert found[4999].tolist() == pytest.approx(list(points(many[4999], tables).values()), rel=1e-12)
    assert (np.diff(found[:, 0]) > 0).all()


def test_each_field_has_its_effect(tables: Tables) -> None:
    plain = points(SHIRT, tables)["ecs"]
    worse = {
        "country_making": "IN",
        "country_dyeing": "IN",
        "fading": True,
        "making_complexity": "very-high",
        "making_waste": 0.4,
        "making_dead_stock": 0.5,
        "physical_durability": 0.67,
        "yarn_size": 90.0,
        "dyeing_process_type": "discontinuous",
        "printing": Printing("substantive"),
        "fabric_process": "weaving",
        "trims": None,
    }
    for field, value in worse.items():
        if field == "physical_durability":
            assert (
                points(but(physical_durability=0.67, price=99, number_of_references=1), tables)["ecs"]
                > (points(but(price=99, number_of_references=1), tables)["ecs"])
            )
        elif field == "trims":
            jeans = but(product="jean")
            assert (
                points(msgspec.structs.replace(jeans, trims=None), tables)["ecs"]
                > points(jeans, tables)["ecs"]
            )
        else:
            assert points(but(**{field: value}), tables)["ecs"] > plain, field
    better = {
        "number_of_references": 100,
        "price": 100.0,
        "traceability": True,
        "business": "large-business-with-services",
        "upcycled": True,
        "country_spinning": "FR",
        "materials": (MaterialShare("ei-coton-organic", 1.0),),
    }
    for field, value in better.items():
        assert points(but(**{field: value}), tables)["ecs"] < plain, field


def test_only_a_garment_sewn_far_away_flies(tables: Tables) -> None:
    def flown(**changes: object) -> bool:
        return (
            points(but(**changes), tables)["ecs"]
            > points(but(**changes, air_transport_ratio=0.0), tables)["ecs"]
        )

    assert not flown()
    assert not flown(country_making="TR")
    assert not flown(country_making="REE")
    assert flown(country_making="BD")


def test_recycled_cotton_bears_a_part_of_what_it_was_made_from(tables: Tables) -> None:
    virgin, recycled = (
        points(but(materials=(MaterialShare(name, 1.0),)), tables)["ecs"]
        for name in ("ei-coton", "coton-rdp")
    )
    assert recycled < virgin
