from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from origin.rehearsal import AesGcm, Tasks
from selvedge.errors import OriginUnavailable
from selvedge.profiles.breaker import BreakerRules
from selvedge.profiles.lookup import LookupRules, Profiles
from selvedge.profiles.origin import OriginAnswer, OriginClient
from selvedge.shopper.profile import EdgeProfile
from selvedge.shopper.record import Tombstone, decode_record, encode_profile, encode_tombstone, record_key
from selvedge.shopper.sealing import Sealer
from tests.origins import NOTHING_KEPT, PlainTokens, ScriptedOrigin, answer, erased
from tests.stage import FaultyKeyValue, ManualClock, run
from tests.wardrobe import NOW

if TYPE_CHECKING:
    from selvedge.profiles.lookup import Looked

SHOPPER = "v" + "5" * 24
KEY = record_key(SHOPPER)
SEALER = Sealer(AesGcm(), {"k1": bytes(range(32))})
RULES = LookupRules(deadline_ms=60, breaker=BreakerRules(failures=3, pause=5))


def profile(revision: int = 1, **more: Any) -> EdgeProfile:
    return EdgeProfile(**{"shopper": SHOPPER, "revision": revision, "valid_until": NOW + 600, **more})


class Scene:
    """An isolate's look-up over a KV and an origin."""

    def __init__(self, does: OriginAnswer | OriginUnavailable | None = None, **rules: Any) -> None:
        self.kv = FaultyKeyValue()
        self.clock = ManualClock()
        self.origin = ScriptedOrigin(does)
        self.profiles = Profiles(
            self.kv,
            SEALER,
            self.clock,
            origin=OriginClient(self.origin, PlainTokens()),
            rules=msgspec.structs.replace(RULES, **rules),
        )

    def find(self, revision: int = 0, since: int = 0) -> Looked:
        return run(self.finding(revision, since))

    async def finding(self, revision: int = 0, since: int = 0) -> Looked:
        background = Tasks()
        looked = await self.profiles.find(SHOPPER, revision, background, since)
        await background.finish()
        return looked

    def store(self, found: EdgeProfile) -> None:
        self.kv.values[KEY] = run(encode_profile(found, SEALER))

    @property
    def stored(self) -> Any:
        return run(decode_record(self.kv.values[KEY], SHOPPER, SEALER))


def test_the_order_is_memory_then_kv_then_origin() -> None:
    scene = Scene(answer(profile()))
    first, second = scene.find(), scene.find()
    assert (first.source, first.profile) == ("origin", profile())
    assert (second.source, second.profile) == ("memory", profile())
    (request,) = scene.origin.requests
    assert request.path == f"/v1/shoppers/{SHOPPER}/edge-profile"
    assert request.headers["Authorization"] == "Bearer edge-profile:read+events:write/None"
    scene.clock.time += 61
    third = scene.find()
    assert (third.source, third.profile) == ("kv", profile())
    assert len(scene.origin.requests) == 1


def test_what_the_origin_said_is_in_kv_afterwards_for_as_long_as_it_is_valid() -> None:
    scene = Scene(answer(profile()))
    scene.find()
    assert scene.stored == profile()
    assert scene.kv.lives[KEY] == 600


def test_a_cookie_that_knows_of_more_goes_on_to_the_origin() -> None:
    scene = Scene(answer(profile(2)))
    scene.store(profile(1))
    assert scene.find(1).source == "kv"
    assert (scene.find(2).source, scene.find(2).source) == ("origin", "memory")
    assert scene.stored.revision == 2


def test_where_the_origin_knows_no_more_it_is_not_asked_again_at_once() -> None:
    scene = Scene(answer(profile(1)))
    assert [scene.find(7).source for _ in range(3)] == ["origin", "memory", "memory"]
    scene.clock.time += 11
    assert scene.find(7).source == "origin"


def test_that_there_is_none_is_remembered_briefly() -> None:
    scene = Scene(NOTHING_KEPT)
    assert [scene.find().source for _ in range(5)] == ["none"] * 5
    assert len(scene.origin.requests) == 1
    assert KEY not in scene.kv.values
    scene.clock.time += 11
    scene.find()
    assert len(scene.origin.requests) == 2


def test_an_answer_to_the_questionnaire_ends_what_was_remembered_of_nobody() -> None:
    scene = Scene(NOTHING_KEPT)
    scene.find()
    scene.origin.does = answer(profile(1))
    assert scene.find(1).source == "origin"


@pytest.mark.parametrize("where", ["kv", "origin"])
def test_who_was_erased_is_told_from_memory_afterwards(where: str) -> None:
    scene = Scene(erased(NOW - 7))
    if where == "kv":
        scene.kv.values[KEY] = encode_tombstone(Tombstone(NOW - 5))
    looked = scene.find(3)
    assert (looked.source, looked.erased, looked.profile) == (where, True, None)
    assert scene.stored == Tombstone(NOW - 5 if where == "kv" else NOW - 7)
    assert (scene.find(9).source, scene.find(9).erased) == ("memory", True)


def test_an_account_that_comes_back_is_found_at_once_by_who_logged_in_after_the_erasure() -> None:
    """An isolate that remembers the erasure, and KV's mark, stand in the way of nobody who is new."""
    scene = Scene(erased(NOW - 7))
    assert scene.find(3, since=NOW - 99).erased
    back = profile(5, erased=NOW - 7)
    scene.origin.does = answer(back)
    assert scene.find(5, since=NOW - 3).profile == back
    assert scene.stored == back
    assert scene.find(3, since=NOW - 99).erased, "another device, whose log-in is older"
    scene.clock.time += 61
    assert scene.find(3, since=NOW - 99).erased, "though KV has what came after"
    assert scene.find(5, since=NOW - 3).profile == back


def test_until_something_is_kept_again_who_came_back_has_no_profile_and_is_not_erased() -> None:
    scene = Scene(erased(NOW - 7))
    found = scene.find(2, since=NOW - 3)
    assert (found.source, found.erased, found.profile) == ("none", False, None)
    assert KEY not in scene.kv.values
    scene.origin.does = answer(profile(3, erased=NOW - 7))
    assert scene.find(3, since=NOW - 3).profile is not None


@pytest.mark.parametrize("where", ["kv", "origin"])
def test_who_came_back_is_found_whatever_the_cookie_knows_and_is_asked_for_once_in_a_while(
    where: str,
) -> None:
    scene = Scene(erased(NOW - 7))
    if where == "kv":
        scene.kv.values[KEY] = encode_tombstone(Tombstone(NOW - 7))
    for _ in range(5):
        assert scene.find(0, since=NOW - 3).source == "none"
    assert len(scene.origin.requests) == 1
    assert scene.find(0, since=NOW - 99).erased, "another device, whose log-in is older"
    back = profile(4, erased=NOW - 7)
    scene.origin.does = answer(back)
    assert scene.find(4, since=NOW - 3).profile == back, "the cookie knows of more"
    scene.profiles.forget(SHOPPER)
    scene.kv.values[KEY] = encode_tombstone(Tombstone(NOW - 7))
    assert scene.find(0, since=NOW - 3).profile == back, "KV's mark hides nothing"


def test_without_an_origin_an_erasure_is_not_forgotten_over_who_came_back() -> None:
    kv = FaultyKeyValue()
    kv.values[KEY] = encode_tombstone(Tombstone(NOW - 7))
    profiles = Profiles(kv, SEALER, ManualClock(), rules=RULES)

    def find(since: int) -> Looked:
        return run(profiles.find(SHOPPER, 0, Tasks(), since))

    assert find(NOW - 3).source == "none"
    assert find(NOW - 99).erased
    assert (find(NOW - 3).source, find(NOW - 3).erased) == ("none", False)


@pytest.mark.parametrize("body", [b"", b"{", b'{"erased": "x"}', b'{"erased": 99999999999}'])
def test_an_erasure_without_a_time_is_of_now(body: bytes) -> None:
    scene = Scene(OriginAnswer(410, "application/problem+json", body=body))
    assert scene.find(3, since=NOW - 3).erased
    assert scene.stored == Tombstone(NOW)


def test_a_profile_that_comes_late_does_not_replace_an_erasure() -> None:
    scene = Scene(answer(profile()))

    async def race() -> None:
        background = Tasks()
        await scene.profiles.find(SHOPPER, 0, background)
        await scene.profiles.erase(SHOPPER)
        await background.finish()

    run(race())
    assert isinstance(scene.stored, Tombstone)
    assert scene.find().erased


def test_whoever_objected_has_no_profile_to_use() -> None:
    scene = Scene(answer(profile(objected=True, preferred=(("material", "wool"),))))
    assert (scene.find().source, scene.find().profile) == ("origin", None)


BAD: dict[str, OriginAnswer | OriginUnavailable] = {
    "refused": OriginUnavailable("unreachable"),
    "too large": OriginUnavailable("too-large"),
    "500": OriginAnswer(500, "application/json", body=b"{}"),
    "401": OriginAnswer(401, "application/problem+json", body=b"{}"),
    "a redirect": OriginAnswer(302),
    "garbage": OriginAnswer(200, "application/json", body=b"\x00\xff{"),
    "an empty object": OriginAnswer(200, "application/json", body=b"{}"),
    "bad text": OriginAnswer(200, "application/json", body=b'{"shopper": "\xff"}'),
    "another type": OriginAnswer(200, "text/html", body=msgspec.json.encode(profile())),
    "somebody else": answer(profile(shopper="v" + "6" * 24)),
    "one that has ended": answer(profile(valid_until=NOW)),
    "out of bounds": OriginAnswer(
        200,
        "application/json",
        body=msgspec.json.encode(profile()).replace(b'"revision":1', b'"revision":-1'),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_whatever_is_wrong_only_takes_the_profile_away(name: str) -> None:
    scene = Scene(BAD[name])
    assert (scene.find().source, scene.find().record) == ("none", None)
    assert scene.kv.values == {}
    assert [scene.find().source for _ in range(2)] == ["none", "open"], "each counts as a failure"


def test_one_deadline_is_for_all_of_it() -> None:
    scene = Scene(None)
    started = time.monotonic()
    assert scene.find().source == "timeout"
    assert time.monotonic() - started < 2


def test_a_kv_that_hangs_counts_as_well_and_is_not_held_against_the_origin() -> None:
    scene = Scene(answer(profile()))
    scene.kv.hangs = lambda _key: True
    assert [scene.find().source for _ in range(9)] == ["timeout"] * 9
    assert scene.origin.requests == []
    assert scene.profiles.breaker.state(NOW) == "closed"


def test_a_kv_that_fails_is_passed_over() -> None:
    scene = Scene(answer(profile()))
    scene.kv.fails = lambda _key: True
    assert scene.find().source == "origin"


def test_damaged_records_are_passed_over_and_replaced() -> None:
    scene = Scene(answer(profile()))
    scene.kv.values[KEY] = b"P nonsense"
    assert scene.find().source == "origin"
    assert scene.stored == profile()


def test_a_breaker_keeps_requests_from_an_origin_that_hangs_until_it_answers_again() -> None:
    scene = Scene(None)
    assert [scene.find().source for _ in range(5)] == ["timeout"] * 3 + ["open"] * 2
    scene.clock.time += 5
    assert [scene.find().source for _ in range(2)] == ["timeout", "open"], "one probe, which failed"
    scene.clock.time += 5
    scene.origin.does = answer(profile())
    assert scene.find().source == "origin"
    assert scene.profiles.breaker.state(scene.clock.time) == "closed"


def test_what_kv_holds_is_found_while_the_breaker_is_open() -> None:
    scene = Scene(None)
    for _ in range(4):
        scene.find()
    scene.store(profile())
    assert scene.find().source == "kv"


def test_many_at_once_wait_for_themselves_alone() -> None:
    scene = Scene(answer(profile()))

    async def crowd() -> list[Looked]:
        return list(await asyncio.gather(*(scene.finding() for _ in range(20))))

    assert {looked.source for looked in run(crowd())} <= {"origin", "memory"}


@pytest.mark.parametrize("held", [{}, {KEY: b"P"}], ids=["none", "damaged"])
def test_without_an_origin_kv_is_the_end(held: dict[str, bytes]) -> None:
    scene = Scene()
    scene.profiles = Profiles(scene.kv, SEALER, scene.clock, rules=RULES)
    scene.kv.values |= held
    assert scene.find().source == "none"
