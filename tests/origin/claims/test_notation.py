from __future__ import annotations

import pytest

from origin.claims.notation import steps
from origin.claims.rules import LANGUAGES, Language, rules


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


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="plnaet"):
        list(steps("love our ({plnaet})", {}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pattern_is_tidy_and_has_a_step_that_may_not_be_missing(language: Language) -> None:
    wording = rules().wordings[language]
    lists = [wording.harmless]
    for sought in wording.rules.values():
        lists += [sought.terms, sought.bound, sought.about, sought.unless]
    for pattern in (pattern for patterns in lists for pattern in patterns):
        assert pattern == " ".join(pattern.split())
        assert pattern.count("(") == pattern.count(")")
        assert any(() not in step for step in steps(pattern, wording.names)), pattern
