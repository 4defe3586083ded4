from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from benchmarks.soak import Outcome, Seen, report

STEADY = [10.0] * 100


def judged(seen: Seen | None = None, **more: Any) -> bool:
    outcome = Outcome(**{"lost": set(), "doubled": set(), "closed": True, **more})
    found = seen or Seen(milliseconds=STEADY * 2, first=STEADY)
    return report(found, outcome, 80, Console(file=io.StringIO()))


def test_a_quiet_run_keeps_every_promise() -> None:
    assert judged()


@pytest.mark.parametrize("trouble", [{"lost": {"e1"}}, {"doubled": {"e1"}}, {"closed": False}])
def test_what_is_lost_or_doubled_or_left_open_fails_the_run(trouble: dict[str, Any]) -> None:
    assert not judged(**trouble)


def test_answers_that_grow_late_fail_the_run() -> None:
    assert judged(Seen(milliseconds=STEADY + [99.0] * 100, first=STEADY))
    assert not judged(Seen(milliseconds=STEADY + [101.0] * 100, first=STEADY))
