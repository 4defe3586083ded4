"""The rules of `rules.toml`, whose head explains the fields."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

Language = Literal["en", "fr", "de", "nl", "es"]
Patterns = dict[Language, tuple[str, ...]]
Level = Literal["breach", "note"]

LANGUAGES: tuple[Language, ...] = ("en", "fr", "de", "nl", "es")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may not be said, on what legal basis, and how to say it lawfully in each language."""

    level: Level
    basis: str
    why: str
    instead: dict[Language, str]
    terms: Patterns
    bound: Patterns = {}
    about: Patterns = {}
    unless: tuple[str, ...] = ()


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rules by id, and the phrases that hold their words without a claim."""

    rules: dict[str, Rule]
    harmless: Patterns


@cache
def rules() -> Rules:
    """Load the rules."""
    text = resources.files(__package__).joinpath("rules.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Rules)


def language_of(locale: str | None) -> Language | None:
    """Return the language of a locale if there are rules for it."""
    primary = (locale or "").replace("_", "-").partition("-")[0].lower()
    return next((language for language in LANGUAGES if language == primary), None)
