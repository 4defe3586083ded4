from __future__ import annotations

from typing import TYPE_CHECKING

from origin.cli.output import LINE_SECONDS, Steps

if TYPE_CHECKING:
    import pytest


def test_lines_of_progress_end_with_the_total(capsys: pytest.CaptureFixture[str]) -> None:
    moments = iter([0.0, *(LINE_SECONDS + second for second in range(4))])
    steps = Steps(lambda: next(moments))
    for done in (1, 2, 3, 3):
        steps("reading", done, 3)
    assert capsys.readouterr().err == "reading: 1 of 3\nreading: 3 of 3\n"
