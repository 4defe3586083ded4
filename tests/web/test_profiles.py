from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from selvedge.errors import OriginUnavailable
from selvedge.shopper.choice import format_choice
from selvedge.shopper.context import CONTEXT_COOKIE, Affinity, Context
from selvedge.shopper.identity import account_id, visitor_id
from selvedge.shopper.profile import EdgeProfile, ModelOutputs
from selvedge.shopper.record import Tombstone, encode_tombstone, record_key
from tests.origins import NOTHING_KEPT, ScriptedOrigin, answer, erased
from tests.stage import Stage
from tests.truth import ids
from tests.wardrobe import NOW, certificate, garment, moment, shell, shop
from tests.web.test_events import context_of, event, post

if TYPE_CHECKING:
    from tests.behaviour.case import Answer

R = "/v1/nl/en/recommendations"
F = "/v1/nl/en/fragments"
VISITOR = b"a person 012"
ACCOUNT = account_id("https://id.example", "somebody")
PRODUCTS = [
    garment(
        f"p{number}",
        color=("blue", "red", "green")[number % 3],
        published=moment(-number),
        components=(shell(**{("linen", "cotton", "wool")[number % 3]: 100}),),
        evidence=(certificate(),) if number == 7 else (),
    )
    for number in range(9)
]
"""Three each of blue linen, red cotton and green wool; the base order is by number."""


def person(**more: Any) -> Context:
    return Context(**{"id": VISITOR, "written": NOW, **more})


def profile(**more: Any) -> EdgeProfile:
    return EdgeProfile(**{"shopper": visitor_id(VISITOR), "revision": 1, "valid_until": NOW + 600, **more})


def staged(found: EdgeProfile) -> Stage:
    return Stage(shop(*PRODUCTS), origin=ScriptedOrigin(answer(found)))


def shown(stage: Stage, target: str = R, context: Context | None = None, **cookies: str) -> Answer:
    return stage.get(target, stage.cookies(context or person(), **cookies))


def terms(found: Answer, product: str) -> dict[str, int]:
    (item,) = [one for one in found.json["items"] if one["id"] == product]
    assert sum(term["points"] for term in item["explain"]) == item["score"]
    return {term["name"]: term["points"] for term in item["explain"]}


def test_declared_preferences_raise_and_say_so() -> None:
    stage = staged(profile(preferred=(("color", "green"),)))
    found = shown(stage, f"{R}?explain=true")
    assert found.headers["selvedge-profile"] == "origin"
    assert ids(found.json)[:3] == ["p2", "p5", "p8"]
    assert terms(found, "p5")["preferred"] == 48
    assert found.json["personalised"] is True


def test_declared_priorities_on_evidence_stay_priorities() -> None:
    found = shown(staged(profile(preferred=(("certification", "GOTS"),))), f"{R}?explain=true")
    assert terms(found, "p7")["priority"] == 24


def test_what_is_avoided_is_lowered_once_and_never_left_out() -> None:
    stage = staged(profile(avoided=(("color", "blue"), ("material", "linen"), ("colour", "no field"))))
    found = shown(stage, f"{R}?explain=true")
    assert sorted(ids(found.json)[-3:]) == ["p0", "p3", "p6"]
    assert terms(found, "p0")["avoided"] == -64
    assert found.json["numberOfItems"] == 9
    filtered = shown(stage, f"{R}?color=blue")
    assert sorted(ids(filtered.json)) == ["p0", "p3", "p6"], "a filter decides what may be shown"


def test_what_the_request_prefers_is_not_avoided_in_it() -> None:
    found = shown(staged(profile(avoided=(("color", "blue"),))), f"{R}?explain=true&prefer=color:blue")
    assert "avoided" not in terms(found, "p0")


def test_of_a_leaning_that_both_know_the_stronger_counts() -> None:
    stage = staged(profile(affinities=(Affinity("color", "red", 64), Affinity("color", "green", 10))))
    context = person(affinities=(Affinity("color", "red", 20), Affinity("color", "green", 32)))
    found = shown(stage, f"{R}?explain=true", context)
    assert (terms(found, "p1")["affinity"], terms(found, "p2")["affinity"]) == (64, 32)


def test_what_was_bought_or_dismissed_elsewhere_is_left_out() -> None:
    stage = staged(profile(purchased=("p1", "gone"), dismissed=("p2",)))
    found = shown(stage, context=person(purchased=(stage_ordinal(stage, "p3"),)))
    assert not {"p1", "p2", "p3"} & set(ids(found.json))
    assert found.json["numberOfItems"] == 6


def stage_ordinal(stage: Stage, product: str) -> int:
    stage.get(R)
    release = stage.app._edge.store.current
    assert release is not None
    ordinal = release.index.ordinal(product)
    assert ordinal is not None
    return ordinal


def test_what_a_model_has_said_of_the_person_is_a_term() -> None:
    outputs = ModelOutputs("als", "7", NOW, (("p8", 2.0), ("gone", 1.5), ("p4", 1.0)))
    found = shown(staged(profile(outputs=outputs)), f"{R}?explain=true")
    assert ids(found.json)[0] == "p8"
    assert (terms(found, "p8")["model"], terms(found, "p4")["model"]) == (96, 48)
    (item,) = [one for one in found.json["items"] if one["id"] == "p8"]
    assert [term["model"] for term in item["explain"] if term["name"] == "model"] == ["als@7"]


def test_who_objected_gets_the_order_without_any_of_it() -> None:
    plain = shown(Stage(shop(*PRODUCTS), origin=ScriptedOrigin(NOTHING_KEPT)))
    stage = staged(profile(objected=True, preferred=(("color", "green"),), purchased=("p1",)))
    found = shown(stage)
    assert ids(found.json) == ids(plain.json)


@pytest.mark.parametrize("purposes", [("session",), ("profile",), ("session", "training"), ()])
def test_without_both_purposes_nothing_is_looked_for(purposes: tuple[Any, ...]) -> None:
    stage = staged(profile(preferred=(("color", "green"),)))
    found = shown(stage, consent=format_choice(purposes))
    assert "selvedge-profile" not in found.headers
    assert (stage.records.reads, stage.origin.requests) == ([], [])  # type: ignore[union-attr]


@pytest.mark.parametrize("target", [f"{R}?personalise=off", "/v1/nl/en/products", f"{F}/similar?item=p1"])
def test_answers_that_are_not_personal_look_for_nobody(target: str) -> None:
    stage = staged(profile())
    assert "selvedge-profile" not in shown(stage, target).headers
    assert stage.records.reads == []


def test_who_is_logged_in_is_looked_for_by_the_account() -> None:
    stage = staged(profile(shopper=ACCOUNT, preferred=(("color", "green"),)))
    found = shown(stage, context=person(account=ACCOUNT))
    assert ids(found.json)[0] == "p2"
    assert stage.records.reads == [record_key(ACCOUNT)]


def test_fragments_know_what_recommendations_know() -> None:
    stage = staged(profile(preferred=(("color", "green"),)))
    found = shown(stage, f"{F}/recommendations")
    assert found.headers["selvedge-profile"] == "origin"
    assert found.body.index(b"p2") < found.body.index(b"p0")


@pytest.mark.parametrize("where", ["kv", "origin"])
def test_who_was_erased_is_nobody_and_loses_the_cookie(where: str) -> None:
    stage = Stage(shop(*PRODUCTS), origin=ScriptedOrigin(erased(NOW - 7)))
    if where == "kv":
        stage.records.values[record_key(visitor_id(VISITOR))] = encode_tombstone(Tombstone(NOW - 5))
    nobody = stage.get(R)
    found = shown(stage, context=person(affinities=(Affinity("color", "green", 127),)))
    assert found.body == nobody.body
    assert found.cookies == (f"{CONTEXT_COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax",)
    assert shown(stage, f"{F}/recommendations").cookies == found.cookies


def test_who_was_erased_sees_nothing_they_looked_at_and_begins_anew_with_the_next_event() -> None:
    stage = Stage(shop(*PRODUCTS), origin=ScriptedOrigin(erased(NOW - 7)))
    stage.records.values[record_key(visitor_id(VISITOR))] = encode_tombstone(Tombstone(NOW - 5))
    looked = person(recent=(0, 1))
    assert b"<li" not in shown(stage, f"{F}/recently-viewed", looked).body
    found = post(stage, event(product="p3"), cookie=stage.cookies(looked)["cookie"])
    assert context_of(stage, found).id != VISITOR
    assert len(context_of(stage, found).recent) == 1


def test_a_list_goes_on_as_it_began_whatever_becomes_of_the_profile() -> None:
    stage = staged(profile(preferred=(("color", "green"),), avoided=(("color", "blue"),)))
    whole = ids(shown(stage, f"{R}?limit=96").json)
    cookies = stage.cookies(person())
    first = stage.get(f"{R}?limit=4", cookies).json
    assert isinstance(stage.origin, ScriptedOrigin)
    stage.origin.does = OriginUnavailable("unreachable")
    stage.records.values.clear()
    stage.arrive()
    second = stage.get(f"{R}?cursor={first['next']}&limit=4", cookies)
    assert second.headers["selvedge-profile"] == "none"
    third = stage.get(f"{R}?cursor={second.json['next']}&limit=4", cookies)
    assert ids(first) + ids(second.json) + ids(third.json) == whole


def test_the_longest_cursor_of_a_person_with_a_profile_is_taken_back() -> None:
    values = (("color", "blue"), ("color", "red"), ("material", "linen"), ("material", "cotton"))
    outputs = ModelOutputs(
        "als-of-all-markets", "2026-11-22", NOW, tuple((f"p{at}", 9.0 - at) for at in range(9))
    )
    stage = staged(profile(preferred=values, avoided=values[::-1], outputs=outputs))
    cookies = stage.cookies(person(seen=tuple(range(9)), affinities=(Affinity("color", "green", 127),)))
    first = stage.get(f"{R}?limit=1", cookies).json
    assert stage.get(f"{R}?cursor={first['next']}&limit=1", cookies).status == 200


def test_a_data_point_says_where_the_profile_came_from() -> None:
    stage = Stage(shop(*PRODUCTS), origin=ScriptedOrigin(answer(profile())), telemetry_every=1)
    shown(stage)
    shown(stage)
    stage.get(R)
    assert [blobs[7] for blobs, _ in stage.telemetry.points] == ["origin", "memory", ""]
