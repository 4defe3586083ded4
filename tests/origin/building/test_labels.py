"""What facts are called: in every locale that the vocabularies have, and for all that the demo shop sells."""

import msgspec
import pytest

from origin.building import build
from origin.building.labels import VocabularyLabels
from origin.demo import generate
from origin.importing.schemes import registry
from origin.importing.vocabulary import LOCALES, vocabulary
from selvedge.snapshot.loaded import Labels

LABELS = VocabularyLabels()


@pytest.mark.parametrize(
    ("field", "value", "locale", "label"),
    [
        ("material", "linen", "nl", "linnen"),
        ("color", "blue", "es", "azul"),
        ("category", "dresses", "sv", "klänningar"),
        ("component", "pocket_lining", "pl", "podszewka kieszeni"),
        ("component", "Achterkant kap", "en", "Achterkant kap"),
        ("countryOfOrigin", "TR", "pl", "Turcja"),
        ("certification", "GOTS_ORGANIC", "en", "GOTS-certified \u201corganic\u201d"),
        ("brandCertification", "B_CORPORATION", "nl", "Merk is een gecertificeerde B Corp"),
        ("countryOfOrigin", "unknown", "en", "not stated"),
        ("size", "XL", "es", "XL"),
        ("material", "linen", "fr", "linen"),
        ("material", "linen", "nl-BE", "linnen"),
    ],
)
def test_a_value_has_a_word_in_every_locale(field: str, value: str, locale: str, label: str) -> None:
    assert LABELS.value(field, value, locale) == label


def test_fields_have_names_and_shares_name_their_fibre() -> None:
    assert LABELS.field("countryOfOrigin", "nl") == "Gemaakt in"
    assert "lino" in LABELS.field("share.linen", "es")
    assert LABELS.field("somethingNew", "es") == "somethingNew"


VOCABULARIES = {
    "material": "fibres",
    "component": "components",
    "color": "colours",
    "category": "categories",
    "countryOfOrigin": "countries",
}


@pytest.fixture(scope="module")
def demo() -> dict[str, Labels]:
    """The labels in the snapshot of the demo shop, by locale."""
    built = build(generate(products=400), shop="demo", labels=LABELS)
    return {
        locale: msgspec.msgpack.decode(built.sections(f"labels/{locale}")["labels"], type=Labels)
        for locale in LOCALES
    }


@pytest.mark.parametrize("locale", LOCALES)
def test_no_code_of_the_demo_shop_is_shown_for_want_of_a_label(demo: dict[str, Labels], locale: str) -> None:
    values = demo[locale].values
    assert {"pocket_lining", "shell"} <= values["component"].keys()
    bare = {
        f"{field}:{code}"
        for field, labels in values.items()
        for code, label in labels.items()
        if "_" in label or not label
    }
    assert bare == set()
    schemes = values["certification"].keys() - {"unknown"}
    assert {scheme for scheme in schemes if locale not in registry()[scheme].labels} == set()
    for field, name in VOCABULARIES.items():
        assert values[field].keys() - {"unknown"} <= vocabulary(name).terms.keys(), field
