from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from origin.building import build
from selvedge.errors import DamagedPart
from selvedge.web import app
from selvedge.web.app import is_shared
from tests.stage import SHOP, Stage
from tests.wardrobe import garment, shop

if TYPE_CHECKING:
    from selvedge.web.http import Response

PATH = "/v1/nl/nl/events"


@pytest.mark.parametrize(("method", "calls"), [("GET", 2), ("POST", 1)])
def test_only_what_reads_is_tried_again_on_the_release_before(
    monkeypatch: pytest.MonkeyPatch, method: str, calls: int
) -> None:
    called = []

    async def broken(*arguments: Any) -> Response:
        called.append(arguments)
        raise DamagedPart("a part is not whole")

    monkeypatch.setitem(app.CATALOGUE_ROUTES, ("events", 0), broken)
    monkeypatch.setitem(app.ACTION_ROUTES, ("events", 0), ("POST", broken))
    stage = Stage(shop(garment("a")))
    stage.publish(build(shop(garment("b")), shop=SHOP))
    stage.arrive()
    assert stage.get("/v1/nl/nl/products").status == 200
    answer = stage.get(PATH) if method == "GET" else stage.send(method, PATH, {})
    assert answer.status == 503
    assert len(called) == calls


def test_only_routes_are_shared_with_other_origins() -> None:
    assert is_shared("/v1/nl/nl/recommendations")
    for path in (
        "/v1/nl/nl/fragments/recommendations",
        "/v1/nl/nl/products/consent",
        "/v1/nl/nl/products",
        "/recommendations",
    ):
        assert not is_shared(path)
