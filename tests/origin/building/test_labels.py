import pytest

from origin.building.labels import VocabularyLabels

LABELS = VocabularyLabels()


@pytest.mark.parametrize(
    ("field", "value", "locale", "label"),
    [
        ("material", "linen", "nl", "linnen"),
        ("color", "blue", "es", "azul"),
        ("category", "dresses", "sv", "klänningar"),
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
