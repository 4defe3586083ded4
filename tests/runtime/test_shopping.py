"""The shop in full swing, in the real runtime: real publishing, real cookies, pages turned in between.

A failure is not shrunk here, where that takes minutes: tests/web/test_shopping.py plays the same machine.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from origin.building import BuiltSnapshot
from tests.behaviour.case import Answer
from tests.behaviour.shopping import SHOP, Shopping
from tests.runtime.shopfront import Shopfront, open_shop


class WorkerCounter:
    """A Worker in workerd; examples follow each other in one isolate."""

    def __init__(self, front: Shopfront) -> None:
        self._front = front
        self._content = ("", "")

    def ask(self, target: str, headers: Mapping[str, str]) -> Answer:
        return answer(self._front.get(target, **headers))

    def tell(self, target: str, content: Any, headers: Mapping[str, str]) -> Answer:
        fields = {**headers, "Origin": self._front.runtime.url}
        told = answer(self._front.runtime.client.post(target, json=content, headers=fields))
        self._front.runtime.client.cookies.clear()  # the machine says itself what a browser brings along
        return told

    def publish(self, built: BuiltSnapshot) -> None:
        self._front.publish(built)
        content = (built.release.version, built.release.revision)
        if content == self._content:  # whatever its number, an isolate keeps what it has
            return
        self._content, wanted = content, (built.release.version, built.release.delta_number)
        deadline = time.monotonic() + 30
        while True:
            ready = self._front.get("/readyz").json()
            if (ready.get("snapshot"), ready.get("delta")) == wanted:
                return
            assert time.monotonic() < deadline, ready
            time.sleep(0.05)


def answer(got: httpx.Response) -> Answer:
    headers = {name.lower(): value for name, value in got.headers.items()}
    return Answer(got.status_code, headers, got.content, tuple(got.headers.get_list("set-cookie")))


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopfront]:
    with open_shop(SHOP, tmp_path_factory.mktemp("shop"), {"SELVEDGE_REFRESH_SECONDS": 1}) as front:
        yield front


def test_whatever_happens_in_between_lists_stay_whole_and_personal_to_one_person(front: Shopfront) -> None:
    counter = WorkerCounter(front)
    run_state_machine_as_test(
        lambda: Shopping(counter),  # type: ignore[arg-type] # a maker does as well as a class
        settings=settings(max_examples=6, stateful_step_count=12, phases=[Phase.generate]),
    )
