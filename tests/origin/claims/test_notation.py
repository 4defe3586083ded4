from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from origin.claims.lint import lint
from origin.claims.notation import steps
from origin.claims.rules import LANGUAGES, Language, rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from origin.claims.rules import Wording


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("Go green", [{("go",)}, {("green",)}]),
        ("sustainab*", [{("sustainab*",)}]),
        ("(our|) planet", [{("our",), ()}, {("planet",)}]),
        ("({gases})~free", [{("co2", "free"), ("co2free",), ("carbon", "free"), ("carbonfree",)}]),
        ("für", [{("fur",), ("fuer",)}]),
        ("respectueux de l'environnement", [{("respectueux",)}, {("de",)}, {("l", "environnement")}]),
        ("eco-conçu*", [{("eco", "concu*")}]),
        ("(by|the end of) <year>", [{("by",), ("the", "end", "of")}, {("<year>",)}]),
        ("100 %", [{("100",)}, {("%",)}]),
    ],
)
def test_a_pattern_is_read_step_by_step(pattern: str, expected: list[set[tuple[str, ...]]]) -> None:
    assert list(steps(pattern, {"gases": ("co2", "carbon")})) == expected


@pytest.mark.parametrize("pattern", ["(eco (line|)|green)", "(eco|green", "eco|green)", "{planet"])
def test_what_could_never_match_is_an_error(pattern: str) -> None:
    with pytest.raises(ValueError, match="choice within another"):
        list(steps(pattern, {}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_finds_what_it_says(language: Language) -> None:
    wording = rules().wordings[language]
    for sought in wording.rules.values():
        for term in sought.terms:
            words = (word for step in steps(term, wording.names) for word in max(step))
            text = " ".join(words).replace("*", "").replace("<year>", "2040")
            assert lint(text, language), term


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="plnaet"):
        list(steps("love our ({plnaet})", {}))


def patterns(wording: Wording) -> Iterator[str]:
    yield from wording.harmless
    for sought in wording.rules.values():
        yield from (*sought.terms, *sought.bound, *sought.unless)
        for pair in sought.pairs.values():
            yield from (*pair.terms, *pair.about)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pattern_is_tidy_and_has_a_step_that_may_not_be_missing(language: Language) -> None:
    wording = rules().wordings[language]
    for pattern in patterns(wording):
        assert pattern == " ".join(pattern.split())
        assert pattern.count("(") == pattern.count(")")
        assert any(() not in step for step in steps(pattern, wording.names)), pattern


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_is_used(language: Language) -> None:
    wording = rules().wordings[language]
    for name in wording.names:
        assert any("{" + name + "}" in pattern for pattern in patterns(wording)), name
