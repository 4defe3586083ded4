"""A product type or a title to a code of the category vocabulary."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from origin.importing.vocabulary import fold, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

OTHER = "other"
Keywords = tuple[tuple[str, tuple[str, ...]], ...]
"""Categories with what to look for in a title; the first category that matches wins.

A word is looked for with a blank behind it, because a title's word may end with it (`Regenjacke`); words that
only together speak for a category with one before as well.
"""


@lru_cache(maxsize=16384)
def find_category(product_type: str, google_category: str, language: str) -> str | None:
    """Find the category of a feed's row: the last part of its product type, else Google's id."""
    for path in (product_type, google_category):
        is_id = path.isdigit()
        found = _by_google_id().get(int(path)) if is_id else _by_path(path, language)
        if found:
            return found
    return None


def match_keywords(title: str, keywords: Keywords) -> str | None:
    """Return the first category one of whose words ends a word of the title, or is in it."""
    padded = f" {fold(title)} "
    for category, sought in keywords:
        for one in sought:
            if one in padded:
                return category
    return None


def prepare_keywords(table: Iterable[tuple[str, Iterable[str]]]) -> Keywords:
    """Fold the words of a keyword table."""
    return tuple((category, tuple(_sought(fold(word)) for word in words)) for category, words in table)


def _sought(word: str) -> str:
    return f" {word} " if " " in word else f"{word} "


def _by_path(path: str, language: str) -> str | None:
    """`Women > Tops > T-shirts` is looked up from its last part backwards."""
    vocab = vocabulary("categories")
    for part in reversed(path.split(">")):
        found = vocab.find(part, language) if part.strip() else None
        found = found or match_keywords(part, _keywords(language))
        if found:
            return found
    return None


@cache
def _keywords(language: str) -> Keywords:
    terms = vocabulary("categories").terms
    return prepare_keywords((code, term.names(language)) for code, term in terms.items())


@cache
def _by_google_id() -> dict[int, str]:
    terms = vocabulary("categories").terms
    return {number: code for code, term in terms.items() for number in term.google}
