from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from origin.building import build, build_delta
from selvedge.snapshot.manifest import part_key
from selvedge.snapshot.store import ABANDONED_SECONDS, RETRY_SECONDS
from tests.stage import Stage
from tests.truth import ids
from tests.wardrobe import garment, offer, shop

if TYPE_CHECKING:
    from collections.abc import Callable

    from origin.building import BuiltSnapshot
    from tests.behaviour.case import Answer

LIST = "/v1/nl/en/products?color=blue"
"""A list that no starter answers."""

OLD = build(shop(garment("old"), garment("both")), shop="acme")
NEW = build(shop(garment("new"), garment("both")), shop="acme", previous=OLD)


@pytest.fixture
def stage() -> Stage:
    """An isolate that serves the old version, warm."""
    stage = Stage()
    stage.publish(OLD)
    assert served(stage) == "old"
    return stage


def served(stage: Stage) -> str:
    return name_of(stage.get(LIST))


def name_of(answer: Answer) -> str:
    assert answer.status == 200, answer.body
    found = set(ids(answer.json)) - {"both"}
    assert len(found) == 1
    assert answer.json["snapshot"]["version"] == answer.headers["selvedge-snapshot"][:16]
    return found.pop()


def only(built: BuiltSnapshot, group: str) -> Callable[[str], bool]:
    """Picks the key of one group of a version."""
    (ref,) = built.release.manifest.groups[group]
    return lambda key: key == ref.key


def test_a_new_version_takes_over_once_its_time_to_look_has_come(stage: Stage) -> None:
    stage.publish(NEW)
    assert served(stage) == "old"
    stage.refresh()
    assert served(stage) == "new"


def test_a_warm_request_reads_at_most_one_key(stage: Stage) -> None:
    before = len(stage.kv.reads)
    served(stage)
    assert len(stage.kv.reads) == before
    stage.clock.time += 31
    served(stage)
    assert len(stage.kv.reads) == before + 1


def test_the_request_that_finds_a_refresh_due_does_not_wait_for_it(stage: Stage) -> None:
    stage.publish(NEW)
    stage.clock.time += 31
    assert served(stage) == "old"
    assert served(stage) == "new"


@pytest.mark.parametrize("group", ["index", "market/nl", "labels/en"])
@pytest.mark.parametrize("fault", ["missing-part", "damaged-part", "truncated-part", "storage-unavailable"])
def test_a_version_that_cannot_be_read_whole_leaves_the_last_good_one_in_service(
    stage: Stage, group: str, fault: str
) -> None:
    stage.publish(NEW)
    (ref,) = NEW.release.manifest.groups[group]
    part = stage.kv.values[ref.key]
    faults: dict[str, Callable[[], object]] = {
        "missing-part": lambda: stage.kv.values.pop(ref.key),
        "damaged-part": lambda: stage.kv.values.update({ref.key: bytes([*part[:-1], part[-1] ^ 1])}),
        "truncated-part": lambda: stage.kv.values.update({ref.key: part[:-1]}),
        "storage-unavailable": lambda: setattr(stage.kv, "fails", only(NEW, group)),
    }
    faults[fault]()
    stage.refresh()
    answer = stage.get(LIST)
    assert name_of(answer) == "old"
    assert answer.headers["selvedge-degraded"] == fault
    stage.kv.values[ref.key] = part
    stage.kv.fails = lambda _key: False
    stage.clock.time += RETRY_SECONDS
    stage.get("/readyz")
    answer = stage.get(LIST)
    assert name_of(answer) == "new"
    assert "selvedge-degraded" not in answer.headers


def test_the_cards_in_use_are_read_before_a_version_takes_over(stage: Stage) -> None:
    stage.publish(NEW)
    digest = NEW.release.manifest.pages["cards/en"].digest(0)
    assert digest
    page = stage.kv.values.pop(part_key(digest))
    stage.refresh()
    answer = stage.get(LIST)
    assert name_of(answer) == "old"
    assert answer.headers["selvedge-degraded"] == "missing-part"
    stage.kv.values[part_key(digest)] = page
    stage.refresh()
    assert served(stage) == "new"


@pytest.mark.parametrize(
    "reason", ["unknown-key", "damaged-pointer", "missing-pointer", "storage-unavailable"]
)
def test_a_pointer_that_cannot_be_read_leaves_the_last_good_version_in_service(
    stage: Stage, reason: str
) -> None:
    faults: dict[str, Callable[[], object]] = {
        "unknown-key": lambda: stage.publish(NEW, signed_by="stranger"),
        "damaged-pointer": lambda: stage.kv.values.update({"pointer/live": b"\x94"}),
        "missing-pointer": lambda: stage.kv.values.pop("pointer/live"),
        "storage-unavailable": lambda: setattr(stage.kv, "fails", lambda key: key == "pointer/live"),
    }
    faults[reason]()
    stage.refresh()
    answer = stage.get(LIST)
    assert name_of(answer) == "old"
    assert answer.headers["selvedge-degraded"] == reason
    assert stage.get("/readyz").json["trouble"] == reason


def test_a_replayed_pointer_is_refused_and_the_last_good_version_kept(stage: Stage) -> None:
    stage.publish(NEW)
    stage.refresh()
    stage.publish(OLD, sequence=1)
    stage.refresh()
    answer = stage.get(LIST)
    assert name_of(answer) == "new"
    assert answer.headers["selvedge-degraded"] == "replayed-pointer"


def test_a_roll_back_is_a_higher_sequence_that_names_an_old_version(stage: Stage) -> None:
    stage.publish(NEW)
    stage.refresh()
    stage.publish(OLD)
    stage.refresh()
    assert served(stage) == "old"


def test_a_delta_reads_nothing_but_itself(stage: Stage) -> None:
    delta = build_delta(OLD, shop(garment("old", offers=(offer(price=1),)), garment("both")))
    stage.publish(delta)
    before = len(stage.kv.reads)
    stage.refresh()
    assert delta.release.delta
    assert stage.kv.reads[before:] == ["pointer/live", delta.release.delta.key]
    assert stage.get(LIST).json["snapshot"]["delta"] == 1


def test_a_cold_isolate_falls_back_to_the_previous_version_and_recovers(stage: Stage) -> None:
    stage.publish(NEW)
    (ref,) = NEW.release.manifest.groups["index"]
    part = stage.kv.values.pop(ref.key)
    stage.arrive()
    assert served(stage) == "old"
    assert stage.get(LIST).headers["selvedge-degraded"] == "missing-part"
    stage.kv.values[ref.key] = part
    stage.refresh()
    assert served(stage) == "new"


def test_cards_that_are_missing_after_all_are_shown_as_they_were_before(stage: Stage) -> None:
    stage.publish(NEW)
    digest = NEW.release.manifest.pages["cards/en"].digest(0)
    assert digest
    page = stage.kv.values.pop(part_key(digest))
    stage.arrive()
    answer = stage.get(LIST)
    assert name_of(answer) == "old"
    assert answer.headers["selvedge-degraded"] == "missing-part"
    stage.kv.values[part_key(digest)] = page
    stage.clock.time += RETRY_SECONDS
    stage.get("/readyz")
    assert served(stage) == "new"


def test_a_cold_isolate_without_any_readable_version_says_so_and_recovers(stage: Stage) -> None:
    stage.kv.fails = only(OLD, "index")
    stage.arrive()
    answer = stage.get(LIST)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert answer.json["detail"] == "reason: storage-unavailable"
    assert stage.get("/readyz").status == 503
    assert stage.get("/readyz").json == {"ready": False, "trouble": "storage-unavailable"}
    assert stage.get("/healthz").status == 200
    stage.kv.fails = lambda _key: False
    assert served(stage) == "old"
    assert stage.get("/readyz").json["ready"] is True


def test_nothing_was_ever_published() -> None:
    answer = Stage().get(LIST)
    assert (answer.status, answer.json["detail"]) == (503, "reason: missing-pointer")


def test_a_refresh_that_never_ends_delays_nobody_and_is_given_up(stage: Stage) -> None:
    async def story() -> None:
        stage.publish(NEW)
        stage.clock.time += 31
        stage.kv.hangs = lambda _key: True
        started = [asyncio.ensure_future(stage.answer(LIST)) for _ in range(3)]
        for _ in range(20):
            await asyncio.sleep(0)
        assert stage.kv.hanging == 1
        stage.kv.hangs = lambda _key: False
        assert name_of(await stage.answer(LIST)) == "old"
        stage.clock.time += ABANDONED_SECONDS
        assert name_of(await stage.answer(LIST)) == "old"
        assert name_of(await stage.answer(LIST)) == "new"
        for task in started:
            task.cancel()
        await asyncio.gather(*started, return_exceptions=True)

    asyncio.run(story())


def test_versions_that_flip_under_load_never_mix(stage: Stage) -> None:
    delta = build_delta(OLD, shop(garment("old", offers=(offer(price=1),)), garment("both")))

    async def shopper(number: int) -> None:
        for turn in range(12):
            if number == 0:
                stage.publish((NEW, OLD, delta)[turn % 3])
            stage.clock.time += 31
            for target in (LIST, "/v1/nl/en/recommendations", "/v1/nl/en/products/both"):
                answer = await stage.answer(target)
                assert answer.status == 200
                version, _, number_of_delta = answer.headers["selvedge-snapshot"].partition(".")
                if "items" not in answer.json:
                    continue
                name = name_of(answer)
                assert name == ("new" if version == NEW.release.version else "old")
                prices = {item["id"]: item["price"] for item in answer.json["items"]}
                assert prices[name] == (1 if number_of_delta == "1" else 2500)

    async def crowd() -> None:
        await asyncio.gather(*(shopper(number) for number in range(8)))

    asyncio.run(crowd())


def test_a_clock_that_jumps_back_stops_nothing(stage: Stage) -> None:
    stage.clock.time -= 7200
    assert served(stage) == "old"
    answer = stage.get(LIST)
    assert "max-age=60" in answer.headers["cache-control"]


def test_a_clock_that_was_ahead_still_looks_for_news(stage: Stage) -> None:
    stage.clock.time += 86_400
    stage.get("/readyz")
    stage.clock.time -= 86_400
    stage.publish(NEW)
    stage.refresh()
    assert served(stage) == "new"


def test_an_isolate_asked_for_a_market_it_has_not_read_yet_reads_it_of_its_own_version() -> None:
    stage = Stage()
    stage.publish(OLD)
    stage.get("/readyz")
    stage.publish(NEW)
    assert served(stage) == "old"
