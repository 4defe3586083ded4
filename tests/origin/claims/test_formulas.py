"""The lint against tables of formulas and of lawful texts like them: `formulas_en.toml` and its siblings."""

from __future__ import annotations

import tomllib
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from origin.claims.lint import lint
from origin.claims.rules import LANGUAGES, Language, rules

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
TABLES = {
    each: tomllib.loads((HERE / f"formulas_{each}.toml").read_text(encoding="utf-8")) for each in LANGUAGES
}
FAMILIES = {"generic-claim", "sustainability-claim", "offset-neutrality", "future-claim"}
ENOUGH = 25


def missed(
    language: Language, locale: str | None, write: Callable[[str], str] = str
) -> list[tuple[str, str]]:
    """Return the formulas of a language, as they are written, that their rule does not find."""
    return [
        (rule, write(text))
        for rule, texts in TABLES[language]["claims"].items()
        for text in texts
        if rule not in {found.rule for found in lint(write(text), locale)}
    ]


def without_accents(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))


def with_digraphs(text: str) -> str:
    for umlaut in "äöüÄÖÜ":
        text = text.replace(umlaut, unicodedata.normalize("NFD", umlaut)[0] + "e")
    return text


def with_soft_hyphens(text: str) -> str:
    return " ".join(word[:3] + "\u00ad" + word[3:] if len(word) > 5 else word for word in text.split(" "))


WRITINGS: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "decomposed accents": lambda text: unicodedata.normalize("NFD", text),
    "no accents": without_accents,
    "digraphs for umlauts": with_digraphs,
    "soft hyphens": with_soft_hyphens,
    "non-breaking hyphens": lambda text: text.replace("-", "\u2011"),
    "dashes for hyphens": lambda text: text.replace("-", "\u2013"),
    "blanks for hyphens": lambda text: text.replace("-", " "),
    "non-breaking blanks": lambda text: text.replace(" ", "\u00a0"),
    "curly apostrophes": lambda text: text.replace("'", "\u2019"),
    "straight apostrophes": lambda text: text.replace("\u2019", "'"),
    "subscript": lambda text: text.replace("CO2", "CO₂"),
    "superscript": lambda text: text.replace("CO2", "CO²"),
    "a subscript tag": lambda text: text.replace("CO₂", "CO2").replace("CO2", "CO<sub>2</sub>"),
    "CO 2": lambda text: text.replace("CO2", "CO 2"),
    "quotes": lambda text: f"“{text}”",
    "a bold word": lambda text: f"<p><b>{text}</b></p>",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_table_of_formulas_for_each_rule_and_of_lawful_texts(language: Language) -> None:
    table = TABLES[language]
    assert set(table["claims"]) == FAMILIES
    for texts in (*table["claims"].values(), table["lawful"]["texts"]):
        assert len(texts) == len(set(texts)) >= ENOUGH


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_formula_is_found_with_the_language_known_and_unknown(language: Language) -> None:
    assert missed(language, language) == []
    assert missed(language, None) == []


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_way_of_writing_hides_a_formula(language: Language, writing: str) -> None:
    assert missed(language, language, WRITINGS[writing]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_lawful_text_is_taken_for_a_claim(language: Language) -> None:
    texts = TABLES[language]["lawful"]["texts"]
    for locale in (language, None):
        assert [(text, found) for text in texts for found in lint(text, locale)] == []


def test_all_languages_have_the_same_names_and_look_for_the_same_rules() -> None:
    english = rules().wordings["en"]
    shared = set(rules().rules) - {"collection-name"}  # its words are English wherever they are used
    assert set(english.rules) == set(rules().rules)
    for language, wording in rules().wordings.items():
        assert set(wording.names) == set(english.names), language
        assert set(wording.rules) >= shared, language


def test_all_languages_have_the_same_pairs() -> None:
    for name, english in rules().wordings["en"].rules.items():
        for language, wording in rules().wordings.items():
            if name in wording.rules:
                assert set(wording.rules[name].pairs) == set(english.pairs), (language, name)
