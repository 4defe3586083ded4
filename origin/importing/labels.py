"""The words a shopper reads for fields and values: the `Labels` that a snapshot is built with.

Labels name facts. None makes a generic environmental claim (Directive (EU) 2024/825); a test reads
every label file for such words.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from origin.importing.schemes import scheme_labels
from origin.importing.vocabulary import Term, read_table, vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

_VOCABULARIES = {
    "material": "fibres",
    "color": "colours",
    "category": "categories",
    "countryOfOrigin": "countries",
}
_EVIDENCE_FIELDS = frozenset({"certification", "facilityCertification", "brandCertification"})
_SHARE = "share."


class VocabularyLabels:
    """Labels from the vocabularies; what they do not know stands for itself."""

    def field(self, field: str, locale: str) -> str:
        """Return the label of a filter field, `share.<fibre>` included."""
        names = field_terms()["fields"]
        if field.startswith(_SHARE):
            fibre = self.value("material", field.removeprefix(_SHARE), locale)
            return names["share"].label(locale).format(fibre=fibre)
        return names[field].label(locale) if field in names else field

    def value(self, field: str, value: str, locale: str) -> str:
        """Return the label of a field's value."""
        found = self._known(field, locale).get(value)
        if found is None and value in field_terms()["values"]:
            found = field_terms()["values"][value].label(locale)
        return value if found is None else found

    def _known(self, field: str, locale: str) -> Mapping[str, str]:
        if field in _EVIDENCE_FIELDS:
            return scheme_labels(locale)
        name = _VOCABULARIES.get(field)
        return vocabulary(name).labels(locale) if name else {}


@cache
def field_terms() -> dict[str, dict[str, Term]]:
    """Load the names of fields, and of values outside the vocabularies."""
    return msgspec.convert(read_table("fields"), dict[str, dict[str, Term]])
