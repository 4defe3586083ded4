"""Labels from the project's vocabularies: what facts are called in a shopper's language.

Names of facts, never of virtues: claims such as "eco-friendly" are not in these words (2024/825).
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from origin.importing.schemes import scheme_labels
from origin.importing.vocabulary import vocabulary
from selvedge.catalogue.filter import SHARE, UNKNOWN

_VOCABULARY_OF = {
    "material": "fibres",
    "color": "colours",
    "category": "categories",
    "component": "components",
    "countryOfOrigin": "countries",
}
_EVIDENCE = frozenset({"certification", "facilityCertification", "brandCertification"})
_DERIVED = frozenset({"madeInRegion", "fibreMix", "organicContent", "recycledContent"})


class VocabularyLabels:
    """The labels of every field of the filter grammar, in every locale that the vocabularies have."""

    def field(self, field: str, locale: str) -> str:
        """Return the label of a field; a share is named after its fibre."""
        if field.startswith(SHARE):
            return f"{self.value('material', field.removeprefix(SHARE), locale)} (%)"
        return _words(locale)["fields"].get(field, field)

    def value(self, field: str, value: str, locale: str) -> str:
        """Return the label of a value; one without a label stands for itself."""
        if value == UNKNOWN:
            return _words(locale)["unknown"].get(field, value)
        if field in _EVIDENCE:
            return scheme_labels(locale).get(value, value)
        if field in _DERIVED:
            return _words(locale).get(f"values.{field}", {}).get(value, value)
        name = _VOCABULARY_OF.get(field)
        return vocabulary(name).labels(locale).get(value, value) if name else value


@cache
def _words(locale: str) -> dict[str, dict[str, str]]:
    text = resources.files(__package__).joinpath("fields.toml").read_text(encoding="utf-8")
    words = tomllib.loads(text)
    tables = {**words, **{f"values.{field}": values for field, values in words.pop("values").items()}}
    language = locale.partition("-")[0]
    return {part: {field: labels.get(language, labels["en"]) for field, labels in entries.items()}
            for part, entries in tables.items() if part != "values"}  # fmt: skip
