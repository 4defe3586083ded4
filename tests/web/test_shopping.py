"""The shop in full swing, on CPython."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.behaviour.shopping import Shopping
from tests.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from origin.building import BuiltSnapshot
    from tests.behaviour.case import Answer


class StageCounter:
    """The application in this process."""

    def __init__(self) -> None:
        self._stage = Stage(refresh_seconds=1)

    def ask(self, target: str, headers: Mapping[str, str]) -> Answer:
        return self._stage.get(target, headers)

    def tell(self, target: str, content: Any, headers: Mapping[str, str]) -> Answer:
        return self._stage.send("POST", target, content, headers)

    def publish(self, built: BuiltSnapshot) -> None:
        self._stage.publish(built)
        self._stage.refresh()


def test_whatever_happens_in_between_lists_stay_whole_and_personal_to_one_person() -> None:
    run_state_machine_as_test(
        lambda: Shopping(StageCounter()),  # type: ignore[arg-type] # a maker does as well as a class
        settings=settings(max_examples=30, stateful_step_count=20),
    )
