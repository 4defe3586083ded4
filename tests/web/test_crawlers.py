from __future__ import annotations

from typing import Any

import pytest

from selvedge.shopper.context import Context
from tests.origins import MemoryOrigin
from tests.stage import Stage
from tests.wardrobe import NOW, garment, shop

ALL = {"purposes": ["session", "profile", "training", "measurement"]}
EVENTS = {"events": [{"id": "event-1", "type": "click", "product": "a"}]}
CRAWLER = {"user-agent": "Examplebot/2.0"}


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage(shop(garment("a"), garment("b")), origin=MemoryOrigin())


@pytest.mark.parametrize(
    ("method", "target", "content"),
    [
        ("PUT", "/v1/nl/en/consent", ALL),
        ("PUT", "/v1/nl/en/consent", {"purposes": []}),
        ("PUT", "/v1/me/consent", ALL),
        ("PUT", "/v1/me/consent", {"purposes": []}),
        ("POST", "/v1/nl/en/events", EVENTS),
        ("POST", "/v1/me/erasure", {}),
        ("DELETE", "/v1/me/session", None),
    ],
)
@pytest.mark.parametrize("known", [False, True])
def test_a_crawler_gets_no_cookie(
    stage: Stage, method: str, target: str, content: Any, *, known: bool
) -> None:
    brought = stage.cookies(Context(b"a person 012", NOW)) if known else {}
    assert stage.send(method, target, content, {**CRAWLER, **brought}).cookies == ()


@pytest.mark.parametrize("path", ["/v1/nl/en/consent", "/v1/me/consent"])
def test_a_crawler_chooses_nothing_and_is_told_so(stage: Stage, path: str) -> None:
    answer = stage.send("PUT", path, ALL, CRAWLER)
    assert answer.status == 200
    assert answer.json == stage.get(path, CRAWLER).json
    assert not any(one["allowed"] for one in answer.json["purposes"])
