from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from selvedge.ranking.affinity import Personal
from selvedge.shopper.context import Context
from selvedge.web.app import CATALOGUE_ROUTES, SERVICE_ROUTES
from selvedge.web.telemetry import BLOBS, DOUBLES
from tests.stage import Stage
from tests.wardrobe import NOW, garment, shop

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
LIST = "/v1/nl/en/products"
PERSONAL = "/v1/nl/en/recommendations"


def stage(every: int = 1) -> Stage:
    return Stage(shop(garment("a"), garment("b")), telemetry_every=every)


def points(stage: Stage) -> list[dict[str, Any]]:
    """The data points by the names of their positions."""
    return [
        {**dict(zip(BLOBS, blobs, strict=True)), **dict(zip(DOUBLES, doubles, strict=True))}
        for blobs, doubles in stage.telemetry.points
    ]


def test_a_point_tells_what_was_served() -> None:
    acme = stage()
    acme.clock.time = NOW + 10
    answer = acme.get(f"{LIST}/a")
    assert acme.live is not None
    assert points(acme) == [
        {
            "outcome": "2xx",
            "route": "show_product",
            "path": f"{LIST}/a",
            "snapshot": acme.live.release.version,
            "trouble": "",
            "fault": "",
            "worker": "rehearsal",
            "profile": "",
            "weight": 1,
            "status": 200,
            "delta": 0,
            "publicationAge": 70,
            "feedAge": 10,
            "waited": 0,
            "bytes": len(answer.body),
        }
    ]


def test_one_of_every_n_requests_is_sampled_and_stands_for_all_of_them() -> None:
    acme = stage(every=5)
    for _ in range(20):
        acme.get(LIST)
    assert [point["weight"] for point in points(acme)] == [5, 5, 5, 5]


def test_isolates_begin_anywhere_in_the_count() -> None:
    sampled = 0
    acme = stage(every=2)
    for _ in range(64):
        acme.arrive()
        acme.get("/healthz")
    sampled = len(points(acme))
    assert 0 < sampled < 64


def test_what_the_shopper_sent_beside_the_path_is_not_told() -> None:
    acme = stage()
    acme.get(f"{PERSONAL}?prefer=color:blue", {**acme.cookies(Context(recent=(0,))), "sec-gpc": "0"})
    acme.get(f"{LIST}?color=jane@example.com")
    acme.get("/jane@example.com")
    acme.get(f"{LIST}/jane@example.com")
    told = repr(acme.telemetry.points)
    assert [point["status"] for point in points(acme)] == [200, 308, 404, 404]
    assert not any(word in told for word in ("jane", "blue", "selvedge-choice", "prefer"))


def test_an_error_of_ours_is_always_told_by_type_and_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_self: object) -> None:
        raise ValueError("what jane@example.com sent")

    acme = stage(every=1_000_000_000)
    monkeypatch.setattr(Personal, "order", breaks)
    answer = acme.get(PERSONAL)
    point = points(acme)[0]
    assert (point["outcome"], point["route"], point["weight"]) == ("error", "recommend", 1)
    assert point["fault"].startswith("ValueError at test_telemetry.py:")
    assert point["status"] == answer.status
    assert "jane" not in repr(acme.telemetry.points)


def test_no_snapshot_is_always_told_with_its_reason() -> None:
    acme = Stage(telemetry_every=1_000_000_000)
    acme.get(LIST)
    point = points(acme)[0]
    assert (point["outcome"], point["status"], point["trouble"]) == ("unavailable", 503, "missing-pointer")
    assert (point["snapshot"], point["delta"], point["publicationAge"]) == ("", -1, -1)


def test_a_degraded_answer_is_always_told() -> None:
    acme = stage(every=1_000_000_000)
    acme.get(f"{LIST}?limit=1")
    acme.kv.fails = lambda _key: True
    acme.refresh()
    acme.get(f"{LIST}?limit=1")
    (point,) = points(acme)
    assert (point["outcome"], point["status"], point["trouble"]) == ("degraded", 200, "storage-unavailable")


def test_a_point_that_cannot_be_written_costs_nobody_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_point: object) -> None:
        raise RuntimeError

    acme = stage()
    monkeypatch.setattr(acme.telemetry, "write", breaks)
    assert acme.get(LIST).status == 200


def test_operations_names_every_position_in_order() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = [f"| `blob{at}` | {name} |" for at, name in enumerate(BLOBS, 1)]
    rows += [f"| `double{at}` | {name} |" for at, name in enumerate(DOUBLES, 1)]
    assert [row for row in rows if row not in page] == []
    handlers = [handler.__name__ for handler in (*SERVICE_ROUTES.values(), *CATALOGUE_ROUTES.values())]
    assert [name for name in handlers if f"`{name}`" not in page] == []
