from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from origin.footprint.encoding import encode
from origin.footprint.errors import BadQuery
from origin.footprint.query import Printing, TrimCount, read_pairs, read_query

if TYPE_CHECKING:
    from origin.footprint.tables import Tables

PLAIN: dict[str, Any] = {"mass": 0.17, "product": "tshirt", "materials": [{"id": "ei-coton", "share": 1}]}


def test_pairs_and_json_say_the_same() -> None:
    pairs = (
        "mass=0.17",
        "product=tshirt",
        "materials[]=ei-coton;0.6",
        "materials[]=ei-pet;0.4;;CN",
        "trims[]=zip;2",
        "printing=pigment;0.5",
        "fading=true",
        "disabledSteps=use,eol",
        "numberOfReferences=200",
    )
    materials = [{"id": "ei-coton", "share": 0.6}, {"id": "ei-pet", "share": 0.4, "country": "CN"}]
    found = read_pairs(pairs)
    same = {
        **PLAIN,
        "materials": materials,
        "trims": [{"id": "zip", "quantity": 2}],
        "printing": {"kind": "pigment", "ratio": 0.5},
        "fading": True,
        "disabledSteps": ["use", "eol"],
        "numberOfReferences": 200,
    }
    assert found == read_query(json.dumps(same))
    assert found.trims == (TrimCount("zip", 2),)


def test_pairs_without_trims_have_none_and_json_has_the_products_own() -> None:
    assert read_pairs(["mass=1", "product=jean", "materials[]=ei-coton;1"]).trims == ()
    assert read_query(PLAIN).trims is None


def test_a_print_covers_a_fifth_unless_told_otherwise() -> None:
    assert read_query({**PLAIN, "printing": {"kind": "pigment"}}).printing == Printing("pigment", 0.2)


@pytest.mark.parametrize(
    ("change", "field", "allowed"),
    [
        ({"mass": 0}, "mass", "above 0"),
        ({"mass": "x"}, "mass", ""),
        ({"product": "sock"}, "product", "chaussettes"),
        ({"countryMaking": "XX"}, "countryMaking", "RAS"),
        ({"countryMaking": "ES"}, "countryMaking", "REO"),
        ({"materials": []}, "materials", "at least one"),
        ({"materials": [{"id": "ei-coton", "share": 0.5}]}, "materials.share", "a sum of 1"),
        ({"materials": [{"id": "silk", "share": 1}]}, "materials.id", "ei-lin"),
        (
            {"materials": [{"id": "ei-pet", "share": 1, "spinning": "ConventionalSpinning"}]},
            "spinning",
            "Synth",
        ),
        ({"fabricProcess": "felt"}, "fabricProcess", "weaving"),
        ({"dyeingProcessType": "twice"}, "dyeingProcessType", "average"),
        ({"makingComplexity": "hard"}, "makingComplexity", "very-high"),
        ({"business": "huge"}, "business", "small-business"),
        ({"disabledSteps": ["sewing"]}, "disabledSteps", "making"),
        ({"printing": {"kind": "batik"}}, "printing.kind", "pigment"),
        ({"printing": {"kind": "pigment", "ratio": 0.9}}, "printing.ratio", "0.8"),
        ({"physicalDurability": 2}, "physicalDurability", "1.45"),
        ({"makingWaste": 1}, "makingWaste", "0 to 0.99"),
        ({"airTransportRatio": -1}, "airTransportRatio", "0 to 1"),
        ({"trims": [{"id": "bell", "quantity": 1}]}, "trims.id", "-"),
        ({"colour": "red"}, "colour", "materials"),
    ],
)
def test_a_field_that_makes_no_sense_is_named_with_what_is_allowed(
    tables: Tables, change: dict[str, Any], field: str, allowed: str
) -> None:
    with pytest.raises(BadQuery) as caught:
        encode([read_query({**PLAIN, **change})], tables)
    assert field in caught.value.field
    assert allowed in " ".join(caught.value.allowed)
    assert str(caught.value).startswith(caught.value.field)


@pytest.mark.parametrize("missing", ["mass", "product", "materials"])
def test_a_field_that_is_required_is_named(missing: str) -> None:
    with pytest.raises(BadQuery, match=f"^{missing}: is required"):
        read_query({key: value for key, value in PLAIN.items() if key != missing})


@pytest.mark.parametrize("pair", ["mass=heavy", "fading=perhaps", "color=red", "materials[]=ei-coton;most"])
def test_a_pair_that_makes_no_sense_is_named(pair: str) -> None:
    with pytest.raises(BadQuery, match=pair.partition("=")[0].replace("[", r"\[").replace("]", r"\]")):
        read_pairs([pair])
