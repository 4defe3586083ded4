import pytest

from origin.importing import VocabularyLabels
from origin.importing.labels import field_terms
from origin.importing.vocabulary import LOCALES

LABELS = VocabularyLabels()


@pytest.mark.parametrize(
    ("field", "value", "locale", "label"),
    [
        ("material", "linen", "nl", "linnen"),
        ("color", "blue", "es", "azul"),
        ("category", "dresses", "sv", "klänningar"),
        ("countryOfOrigin", "TR", "pl", "Turcja"),
        ("certification", "GOTS_ORGANIC", "en", "GOTS-certified “organic”"),
        ("brandCertification", "B_CORPORATION", "nl", "Merk is een gecertificeerde B Corp"),
        ("material", "unknown", "en", "not stated"),
        ("size", "ONE SIZE", "es", "Talla única"),
        ("size", "XL", "es", "XL"),
        ("material", "linen", "fr", "linen"),
        ("material", "linen", "nl-BE", "linnen"),
    ],
)
def test_a_value_has_a_word_in_every_locale(field: str, value: str, locale: str, label: str) -> None:
    assert LABELS.value(field, value, locale) == label


def test_fields_have_names_and_shares_name_their_fibre() -> None:
    assert LABELS.field("countryOfOrigin", "nl") == "Gemaakt in"
    assert LABELS.field("share.linen", "es") == "Porcentaje de lino"
    assert LABELS.field("somethingNew", "es") == "somethingNew"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_field_name_is_translated(locale: str) -> None:
    terms = [term for group in field_terms().values() for term in group.values()]
    assert all(term.label(locale) for term in terms)
