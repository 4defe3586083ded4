from __future__ import annotations

import pytest

from origin.cli.output import LINE_SECONDS, Steps, counted


def test_lines_of_progress_end_with_the_total(capsys: pytest.CaptureFixture[str]) -> None:
    moments = iter([0.0, *(LINE_SECONDS + second for second in range(4))])
    steps = Steps(lambda: next(moments))
    for done in (1, 2, 3, 3):
        steps("reading", done, 3)
    assert capsys.readouterr().err == "reading: 1 of 3\nreading: 3 of 3\n"


@pytest.mark.parametrize(
    ("number", "nouns", "told"),
    [
        (0, ("rule",), "0 rules"),
        (1, ("rule",), "1 rule"),
        (1_200, ("rule",), "1,200 rules"),
        (1, ("breach", "breaches"), "1 breach"),
        (2, ("breach", "breaches"), "2 breaches"),
    ],
)
def test_a_number_stands_with_its_noun_in_the_singular_or_plural(
    number: int, nouns: tuple[str, ...], told: str
) -> None:
    assert counted(number, *nouns) == told
