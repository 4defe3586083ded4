"""The rules of `rules.toml` and the words that they look for, of `patterns/en.toml` and its siblings."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec

Language = Literal["en", "fr", "de", "nl", "es"]
Level = Literal["breach", "note"]

LANGUAGES: tuple[Language, ...] = ("en", "fr", "de", "nl", "es")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may not be said, on what legal basis, and how to say it lawfully in each language."""

    level: Level
    basis: str
    why: str
    instead: dict[Language, str]


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns that break a rule only in a sentence that also has one of `about`."""

    terms: tuple[str, ...]
    about: tuple[str, ...]


class Sought(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A language's patterns for a rule; pairs by a name that all languages share."""

    terms: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()
    pairs: dict[str, Pair] = {}
    unless: tuple[str, ...] = ()


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a language says: words by name, harmless phrases, and what is sought for each rule."""

    names: dict[str, tuple[str, ...]]
    harmless: tuple[str, ...]
    rules: dict[str, Sought]


class Rules(msgspec.Struct, frozen=True):
    """All rules by id, and what they look for in each language."""

    rules: dict[str, Rule]
    wordings: dict[Language, Wording]


@cache
def rules() -> Rules:
    """Load the rules."""
    return Rules(
        rules=msgspec.convert(_table("rules.toml"), dict[str, Rule]),
        wordings={
            language: msgspec.convert(_table("patterns", f"{language}.toml"), Wording)
            for language in LANGUAGES
        },
    )


def _table(*path: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(*path).read_text(encoding="utf-8"))


def language_of(locale: str | None) -> Language | None:
    """Return the language of a locale if there are rules for it."""
    primary = (locale or "").replace("_", "-").partition("-")[0].lower()
    return next((language for language in LANGUAGES if language == primary), None)
