"""The vocabularies: codes for fibres, components, colours, categories, countries and schemes.

Each is a TOML file beside this module, with a label per locale. Names are compared `fold`ed:
without case, accents or punctuation, because scrapes and feeds differ in all three.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib import resources

import msgspec

LOCALES = ("en", "nl", "es", "sv", "pl")
"""The locales that every label file covers."""

_STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d"})  # no canonical decomposition
_NOT_WORD = re.compile(r"[^a-z0-9%]+")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Reduce a name to lower-case ASCII words, one blank apart: `Cáñamo-mix` -> `canamo mix`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_STROKES))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", bare).strip()


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of a vocabulary: a label per locale and further names by language."""

    en: str
    nl: str
    es: str
    sv: str
    pl: str
    also: dict[str, tuple[str, ...]] = {}
    textile: bool = True
    hex: str | None = None
    google: tuple[int, ...] = ()

    def label(self, locale: str) -> str:
        """Return the label for a locale; English for one without labels."""
        language = locale.partition("-")[0]
        return str(getattr(self, language if language in LOCALES else "en"))

    def names(self, language: str) -> tuple[str, ...]:
        """Return the folded names in a language, the label first."""
        return tuple(fold(name) for name in (self.label(language), *self.also.get(language, ())))


class Vocabulary:
    """Terms by code, found by name in a language."""

    def __init__(self, terms: dict[str, Term]) -> None:
        self.terms = terms
        self._by_language = {language: self._names(language) for language in LOCALES}

    def _names(self, language: str) -> dict[str, str]:
        """Names of one language first, then those of the others, then the codes themselves."""
        found: dict[str, str] = {}
        for each in (language, *LOCALES):
            for code, term in self.terms.items():
                for name in term.names(each):
                    found.setdefault(name, code)
        for code in self.terms:
            found.setdefault(fold(code), code)
        return found

    def find(self, name: str, language: str) -> str | None:
        """Return the code of a name in the given language, else in any other; None if unknown."""
        return self.names(language).get(fold(name))

    def names(self, language: str) -> dict[str, str]:
        """Return all names with their codes; where languages disagree, `language` decides."""
        return self._by_language.get(language.partition("-")[0], self._by_language["en"])

    def labels(self, locale: str) -> dict[str, str]:
        """Return the label of every code in a locale."""
        return {code: term.label(locale) for code, term in self.terms.items()}


def read_table(name: str) -> dict[str, object]:
    """Read one of the TOML files of this package."""
    text = resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def vocabulary(name: str) -> Vocabulary:
    """Load `fibres`, `components`, `colours`, `categories` or `countries`."""
    return Vocabulary(msgspec.convert(read_table(name), dict[str, Term]))
