from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from selvedge.identity.person import SKEW_SECONDS
from selvedge.profiles.origin import OriginAnswer
from selvedge.shopper.choice import CHOICE_COOKIE, format_choice
from selvedge.shopper.context import CONTEXT_COOKIE, Affinity, Context, open_context
from selvedge.shopper.identity import account_id, visitor_id
from selvedge.shopper.profile import EdgeProfile
from selvedge.shopper.record import Tombstone, decode_record, encode_tombstone, record_key
from tests.identity.hostile import ISSUER, PROVIDER, SUBJECT, Keys, claims, token
from tests.origins import MemoryOrigin
from tests.stage import Stage, run
from tests.truth import ids
from tests.wardrobe import NOW, garment, moment, shell, shop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selvedge.shopper.policy import Purpose
    from tests.behaviour.case import Answer

R = "/v1/nl/en/recommendations"
VISITOR = b"a person 012"
NAME = visitor_id(VISITOR)
ACCOUNT = account_id(ISSUER, SUBJECT)
ALL = format_choice(["session", "profile"])
PRODUCTS = [
    garment(f"p{number}", published=moment(-number), components=(shell(**{fibre: 100}),))
    for number, fibre in enumerate(("linen", "cotton", "wool"))
]


class House:
    """A shop with accounts, its origin, and a browser."""

    def __init__(self, **settings: Any) -> None:
        self.origin = MemoryOrigin()
        self.stage = Stage(shop(*PRODUCTS), origin=self.origin, documents=Keys(), oidc=PROVIDER, **settings)
        self.jar: dict[str, str] = {CHOICE_COOKIE: ALL}

    def knows(self, **more: Any) -> None:
        """Let the browser bring a context along."""
        context = Context(**{"id": VISITOR, "written": NOW, **more})
        found = self.stage.cookies(context)["cookie"]
        self.jar[CONTEXT_COOKIE] = found.rpartition(f"{CONTEXT_COOKIE}=")[2]

    @property
    def context(self) -> Context | None:
        return run(open_context(self.jar.get(CONTEXT_COOKIE, ""), self.stage.sealer, NOW))

    def get(self, target: str, **headers: str) -> Answer:
        return self._keep(self.stage.get(target, self._headers(headers)))

    def send(self, method: str, target: str, content: Any = None, **headers: str) -> Answer:
        return self._keep(self.stage.send(method, target, content, self._headers(headers)))

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        return {"cookie": cookies} | {name.replace("_", "-"): value for name, value in more.items()}

    def _keep(self, answer: Answer) -> Answer:
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.jar[name] = value
            if "Max-Age=0" in cookie:
                del self.jar[name]
        if answer.status != 204:
            assert "no-store" in answer.headers["cache-control"]
        return answer


def bearer(**changes: Any) -> str:
    return "Bearer " + token(claims(**{"iat": NOW - 5, "exp": NOW + 600, **changes}))


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def visitor(house: House) -> House:
    house.knows()
    return house


def test_nobody_is_told_that_nothing_is_kept(house: House) -> None:
    answer = house.get("/v1/me")
    assert (answer.status, answer.json) == (200, {"account": False, "revision": 0})
    assert house.origin.requests == []


def test_a_visitor_sees_what_is_kept_whatever_consent_says(visitor: House) -> None:
    visitor.origin.profiles[NAME] = {"revision": 4, "declared": {"materials": ["wool"]}}
    visitor.jar[CHOICE_COOKIE] = format_choice([])
    answer = visitor.get("/v1/me")
    assert answer.json == {
        "account": False,
        "revision": 4,
        "shopper": NAME,
        "declared": {"materials": ["wool"]},
    }
    assert answer.headers["etag"] == '"4"'


def test_an_answer_to_the_questionnaire_is_known_to_the_very_next_order(house: House) -> None:
    first = house.get(R)
    assert ids(first.json) == ["p0", "p1", "p2"]
    assert house.get("/v1/me/questionnaire").json == {"questions": [{"id": "material"}]}
    answer = house.send("POST", "/v1/me/questionnaire", {"answers": {"material": ["wool"]}})
    assert (answer.status, answer.json) == (200, {"revision": 1})
    assert house.context is not None
    assert house.context.revision == 1
    assert ids(house.get(R).json)[0] == "p2"
    again = house.send("POST", "/v1/me/questionnaire", {"answers": {"material": ["cotton"]}})
    assert again.json == {"revision": 2}
    found = house.get(R)
    assert (ids(found.json)[0], found.headers["selvedge-profile"]) == ("p1", "origin")


@pytest.mark.parametrize("purposes", [("session",), ("profile",), ()])
def test_answers_are_not_kept_for_a_purpose_that_is_not_allowed(house: House, purposes: Any) -> None:
    house.jar[CHOICE_COOKIE] = format_choice(purposes)
    answer = house.send("POST", "/v1/me/questionnaire", {"answers": {}})
    assert (answer.status, answer.json["type"]) == (403, "/problems/consent-needed")
    assert house.origin.requests == []


def test_a_correction_names_the_revision_that_was_seen(visitor: House) -> None:
    fresh = visitor.send("PATCH", "/v1/me", {"declared": {"materials": ["wool"]}}, if_match='"0"')
    assert fresh.json == {"revision": 1}
    tag = visitor.get("/v1/me").headers["etag"]
    changed = visitor.send("PATCH", "/v1/me", {"declared": {"sizes": ["M"]}}, if_match=tag)
    assert (changed.json, changed.headers["etag"]) == ({"revision": 2}, '"2"')
    stale = visitor.send("PATCH", "/v1/me", {"declared": {}}, if_match=tag)
    assert (stale.status, stale.json["type"]) == (412, "/problems/changed-meanwhile")
    unseen = visitor.send("PATCH", "/v1/me", {"declared": {}})
    assert (unseen.status, unseen.json["type"]) == (428, "/problems/if-match-needed")


def test_only_what_was_declared_can_be_corrected(visitor: House) -> None:
    answer = visitor.send("PATCH", "/v1/me", {"revision": 9}, if_match='"0"')
    assert (answer.status, answer.json["type"]) == (400, "/problems/bad-content")


def test_the_export_holds_every_field_of_the_cookie_and_all_of_the_origin(house: House) -> None:
    house.get(R)
    house.knows(recent=(0,), affinities=(Affinity("color", "red", 9),), events=(b"\x01\x02",))
    house.origin.profiles[NAME] = {"revision": 2, "a field of tomorrow": [1, {"x": None}]}
    answer = house.get("/v1/me/export")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.json["origin"] == house.origin.profiles[NAME]
    held = answer.json["browser"]["context"]
    assert set(held) == set(Context.__struct_fields__)
    assert (held["id"], held["events"]) == (VISITOR.hex(), ["0102"])
    assert held["affinities"] == [{"field": "color", "value": "red", "weight": 9}]
    (recent,) = held["recent"]
    assert recent["number"] == 0
    assert recent["product"] in {"p0", "p1", "p2"}
    assert answer.json["browser"]["choice"]["purposes"] == ["profile", "session"]


def test_an_export_is_whole_or_none(visitor: House) -> None:
    visitor.origin.broken = True
    answer = visitor.get("/v1/me/export")
    assert (answer.status, answer.json["type"]) == (503, "/problems/origin-unavailable")
    assert answer.headers["retry-after"]


def test_an_objection_takes_the_profile_out_of_the_next_order(visitor: House) -> None:
    visitor.origin.profiles[NAME] = {"revision": 1, "declared": {"materials": ["wool"]}}
    assert ids(visitor.get(R).json)[0] == "p2"
    answer = visitor.send("PUT", "/v1/me/objection", {"objected": True})
    assert answer.json == {"objected": True}
    assert ids(visitor.get(R).json) == ["p0", "p1", "p2"]
    stored = run(decode_record(visitor.stage.records.values[record_key(NAME)], NAME, visitor.stage.sealer))
    assert stored is not None
    assert getattr(stored, "objected", False) is True, "KV knows as well, for other places"
    visitor.send("PUT", "/v1/me/objection", {"objected": False})
    assert ids(visitor.get(R).json)[0] == "p2"


def test_an_erasure_leaves_a_receipt_a_tombstone_and_no_cookie(visitor: House) -> None:
    visitor.origin.profiles[NAME] = {"revision": 1, "declared": {"materials": ["wool"]}}
    visitor.get(R)
    cookie = visitor.jar[CONTEXT_COOKIE]
    answer = visitor.send("POST", "/v1/me/erasure", {})
    assert answer.status == 202
    (receipt,) = answer.json["receipts"]
    assert CONTEXT_COOKIE not in visitor.jar
    record = visitor.stage.records.values[record_key(NAME)]
    assert run(decode_record(record, NAME, visitor.stage.sealer)) == Tombstone(NOW)
    assert visitor.get(f"/v1/me/erasures/{receipt['id']}").json == receipt
    assert visitor.get("/v1/me/erasures/unheard-of").status == 404
    visitor.jar[CONTEXT_COOKIE] = cookie  # another tab, or a copy of the cookie
    assert ids(visitor.get(R).json) == ["p0", "p1", "p2"]
    assert CONTEXT_COOKIE not in visitor.jar


def test_no_data_point_holds_a_receipt(visitor: House) -> None:
    (receipt,) = visitor.send("POST", "/v1/me/erasure", {}).json["receipts"]
    for _ in range(visitor.stage.settings.telemetry_every):
        visitor.get(f"/v1/me/erasures/{receipt['id']}")
    points = visitor.stage.telemetry.points  # where the count begins is random: the erasure may be one
    assert points[-1][0][1:3] == ["show_erasure", "/v1/me/erasures/"]
    assert receipt["id"] not in repr(points)


def test_an_erasure_that_cannot_be_done_leaves_the_cookie_to_ask_again_with(visitor: House) -> None:
    visitor.origin.broken = True
    assert visitor.send("POST", "/v1/me/erasure", {}).status == 503
    assert CONTEXT_COOKIE in visitor.jar
    assert visitor.stage.records.values == {}


def test_consent_is_on_record_and_withdrawing_never_fails(visitor: House) -> None:
    given = visitor.send("PUT", "/v1/me/consent", {"purposes": ["session", "profile"]})
    assert given.json["recorded"] is True
    shown = visitor.get("/v1/me/consent").json
    assert {one["purpose"]: one["allowed"] for one in shown["record"]} == {
        "session": True,
        "profile": True,
        "training": False,
        "measurement": False,
    }
    assert {one["source"] for one in shown["record"]} == {"choice"}
    visitor.origin.broken = True
    taken = visitor.send("PUT", "/v1/me/consent", {"purposes": []})
    assert (taken.status, taken.json["recorded"]) == (200, False)
    assert CONTEXT_COOKIE not in visitor.jar
    assert visitor.jar[CHOICE_COOKIE] == format_choice([], 1, NOW, NOW)


def test_withdrawing_the_profile_takes_it_out_of_the_copies_at_the_edge(visitor: House) -> None:
    visitor.origin.profiles[NAME] = {"revision": 1, "declared": {"materials": ["wool"]}}
    assert ids(visitor.get(R).json)[0] == "p2"
    visitor.origin.profiles[NAME]["declared"] = {}  # as the origin drops what it derived
    visitor.send("PUT", "/v1/me/consent", {"purposes": ["session"]})
    stored = run(decode_record(visitor.stage.records.values[record_key(NAME)], NAME, visitor.stage.sealer))
    assert isinstance(stored, EdgeProfile)
    assert (stored.revision, stored.preferred) == (2, ())


def test_a_record_is_written_even_where_somebody_else_writes_at_the_same_time(visitor: House) -> None:
    visitor.origin.profiles[NAME] = {"revision": 1}
    meddled: list[int] = []

    def meddle() -> None:
        if not meddled:
            meddled.append(1)
            visitor.origin.profiles[NAME]["revision"] += 1

    visitor.origin.meddle = meddle
    answer = visitor.send("PUT", "/v1/me/consent", {"purposes": ["session", "profile"]})
    assert (answer.json["recorded"], visitor.origin.profiles[NAME]["revision"]) == (True, 3)


def test_a_refusal_of_somebody_unknown_makes_no_profile(visitor: House) -> None:
    answer = visitor.send("PUT", "/v1/me/consent", {"purposes": ["session"]})
    assert answer.json["recorded"] is False
    assert visitor.origin.profiles == {}


def test_log_in_merges_the_visitor_and_log_out_drops_the_context(visitor: House) -> None:
    visitor.origin.profiles[NAME] = {"revision": 3, "declared": {"materials": ["wool"]}}
    answer = visitor.send("PUT", "/v1/me/session", authorization=bearer())
    assert answer.json == {"account": True, "merged": True}
    assert visitor.origin.merged == [(NAME, ACCOUNT)]
    assert visitor.context is not None
    assert (visitor.context.account, visitor.context.id) == (ACCOUNT, VISITOR)
    assert ids(visitor.get(R).json)[0] == "p2"
    assert visitor.send("DELETE", "/v1/me/session").status == 204
    assert CONTEXT_COOKIE not in visitor.jar


def test_log_in_without_the_purposes_ties_nothing_together(visitor: House) -> None:
    visitor.jar[CHOICE_COOKIE] = format_choice(["session"])
    answer = visitor.send("PUT", "/v1/me/session", authorization=bearer())
    assert (answer.json, answer.cookies) == ({"account": False, "merged": False}, ())
    assert visitor.origin.requests == []


def test_log_in_works_while_the_origin_does_not(visitor: House) -> None:
    visitor.origin.broken = True
    answer = visitor.send("PUT", "/v1/me/session", authorization=bearer())
    assert answer.json == {"account": True, "merged": False}


def test_a_second_account_on_a_browser_gets_nothing_of_the_first(house: House) -> None:
    house.knows(account=account_id(ISSUER, "somebody else"), affinities=(Affinity("color", "red", 9),))
    house.send("PUT", "/v1/me/session", authorization=bearer())
    assert house.context is not None
    assert (house.context.account, house.context.affinities) == (ACCOUNT, ())
    assert house.context.id != VISITOR
    assert house.origin.merged == []


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/v1/me"),
        ("GET", "/v1/me/export"),
        ("POST", "/v1/me/erasure"),
        ("PUT", "/v1/me/objection"),
    ],
)
def test_a_cookie_alone_opens_no_account(house: House, method: str, target: str) -> None:
    house.knows(account=ACCOUNT)
    answer = house.send(method, target, {"objected": True})
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert house.origin.requests == []


def test_withdrawing_works_without_the_accounts_token(house: House) -> None:
    house.knows(account=ACCOUNT)
    answer = house.send("PUT", "/v1/me/consent", {"purposes": []})
    assert (answer.status, answer.json["recorded"]) == (200, False)
    assert CONTEXT_COOKIE not in house.jar


def test_an_account_is_erased_together_with_the_visitor_that_it_was(house: House) -> None:
    house.knows(account=ACCOUNT)
    answer = house.send("POST", "/v1/me/erasure", {}, authorization=bearer())
    assert len(answer.json["receipts"]) == 2
    assert house.origin.erased.keys() == {ACCOUNT, NAME}


def test_who_comes_back_after_an_erasure_is_known_at_once_and_an_older_log_in_is_not(house: House) -> None:
    house.knows(account=ACCOUNT, entered=NOW - 60)
    older = dict(house.jar)
    house.origin.now = NOW
    house.send("POST", "/v1/me/erasure", {}, authorization=bearer())
    house.stage.clock.time += 45
    anew = bearer(iat=NOW + 40)
    assert house.send("PUT", "/v1/me/session", authorization=anew).json["account"] is True
    house.send("POST", "/v1/me/questionnaire", {"answers": {"material": ["wool"]}}, authorization=anew)
    assert house.context is not None
    assert house.context.entered == NOW + 40 - SKEW_SECONDS
    assert ids(house.get(R).json)[0] == "p2"
    house.jar = older
    plain = house.get(R)
    assert (plain.json["personalised"], ids(plain.json)) == (False, ["p0", "p1", "p2"])
    assert CONTEXT_COOKIE not in house.jar


@pytest.mark.parametrize("issued", [NOW - 5, NOW + SKEW_SECONDS, None], ids=["before", "skewed", "unsaid"])
def test_a_token_that_may_be_from_before_the_erasure_does_not_bring_the_account_back(
    house: House, issued: int | None
) -> None:
    """A page on another device may hold one that has not expired yet."""
    house.origin.now = NOW
    house.send("POST", "/v1/me/erasure", {}, authorization=bearer())
    house.stage.clock.time += 60
    house.jar = {CHOICE_COOKIE: ALL}
    house.knows()
    held = claims(exp=NOW + 600, iat=issued)
    answer = house.send("PUT", "/v1/me/session", authorization="Bearer " + token(held))
    assert answer.json == {"account": False, "merged": False}
    assert house.origin.merged == []
    assert house.context is not None
    assert house.context.account == ""


def test_a_token_from_the_future_as_far_as_clocks_differ_is_of_now(house: House) -> None:
    house.send("PUT", "/v1/me/session", authorization=bearer(iat=NOW + SKEW_SECONDS))
    assert house.context is not None
    assert house.context.entered == NOW - SKEW_SECONDS


@pytest.mark.parametrize("account", [ACCOUNT, ""], ids=["account", "visitor"])
def test_log_in_brings_nothing_back_that_was_erased_from_another_device(house: House, account: str) -> None:
    """An erasure of the account erases the visitors that were merged into it as well."""
    house.knows(
        account=account, entered=NOW - 60 if account else 0, affinities=(Affinity("color", "red", 9),)
    )
    for name in (ACCOUNT, NAME):
        house.stage.records.values[record_key(name)] = encode_tombstone(Tombstone(NOW - 50))
    assert house.send("PUT", "/v1/me/session", authorization=bearer()).json["account"] is True
    assert house.context is not None
    assert (house.context.account, house.context.affinities) == (ACCOUNT, ())
    assert house.context.id != VISITOR
    assert house.origin.merged == []


@pytest.mark.parametrize(
    ("method", "target", "content", "purposes"),
    [
        ("GET", "/v1/me", None, ["session", "profile"]),
        ("GET", "/v1/me/export", None, ["session", "profile"]),
        ("GET", "/v1/me/consent", None, ["session", "profile"]),
        ("PUT", "/v1/me/objection", {"objected": True}, ["session", "profile"]),
        ("POST", "/v1/me/erasure", None, ["session", "profile"]),
        ("PUT", "/v1/me/session", None, ["session"]),
    ],
)
def test_a_context_that_was_ended_is_nobodys_and_deleted(
    house: House, method: str, target: str, content: Any, purposes: list[Purpose]
) -> None:
    house.knows(since=NOW - 99)
    house.jar[CHOICE_COOKIE] = format_choice(purposes, since=NOW - 9)
    answer = house.send(method, target, content, authorization=bearer())
    assert answer.status in {200, 202}
    assert CONTEXT_COOKIE not in house.jar


def test_a_choice_puts_a_new_context_in_the_place_of_one_that_was_ended(house: House) -> None:
    house.knows(since=NOW - 99)
    house.jar[CHOICE_COOKIE] = format_choice(["session", "profile"], since=NOW - 9)
    choice = {"purposes": ["session", "profile"]}
    assert house.send("PUT", "/v1/me/consent", choice, authorization=bearer()).json["recorded"] is True
    assert house.context is not None
    assert (house.context.id != VISITOR, house.context.since) == (True, NOW - 9)


def test_a_choice_is_judged_by_the_policy_of_the_shoppers_market() -> None:
    house = House(consent_policy={"nl": {"choice": {"measurement": False}}})
    everything = {"purposes": ["measurement"]}

    def measured(target: str) -> bool:
        shown = house.send("PUT", target, everything).json["purposes"]
        return any(one["allowed"] for one in shown if one["purpose"] == "measurement")

    assert measured("/v1/me/consent") is True
    assert measured("/v1/me/consent?market=nl") is measured("/v1/nl/en/consent") is False
    assert house.send("PUT", "/v1/me/consent?market=", everything).status == 400


def test_a_log_in_does_not_bring_back_what_was_erased_on_another_device(house: House) -> None:
    house.knows(account=ACCOUNT, entered=NOW - 60, affinities=(Affinity("material", "wool", 90),))
    here = dict(house.jar)
    house.origin.now = NOW
    house.send("POST", "/v1/me/erasure", {}, authorization=bearer())
    house.jar = here
    house.stage.clock.time += 45
    house.send("PUT", "/v1/me/session", authorization=bearer(iat=NOW + 40))
    assert house.context is not None
    assert (house.context.account, house.context.affinities) == (ACCOUNT, ())
    assert house.context.id != VISITOR


def test_what_no_look_up_could_tell_of_an_erasure_the_answer_to_the_merge_does(house: House) -> None:
    house.knows(account=ACCOUNT, entered=NOW - 60, affinities=(Affinity("material", "wool", 90),))
    house.origin.erased[ACCOUNT] = NOW - 50
    house.origin.profiles[ACCOUNT] = {"revision": 3}
    house.origin.answers["edge-profile"] = OriginAnswer(500)
    house.send("PUT", "/v1/me/session", authorization=bearer())
    assert house.context is not None
    assert (house.context.account, house.context.affinities) == (ACCOUNT, ())


def test_a_log_in_keeps_what_was_learnt_where_nothing_was_erased(house: House) -> None:
    leanings = (Affinity("material", "wool", 90),)
    house.knows(account=ACCOUNT, entered=NOW - 60, affinities=leanings)
    house.send("PUT", "/v1/me/session", authorization=bearer())
    assert house.context is not None
    assert (house.context.entered, house.context.affinities) == (NOW - 5 - SKEW_SECONDS, leanings)


def test_where_nobody_says_whether_an_account_was_erased_its_log_in_stays_as_old_as_it_was(
    house: House,
) -> None:
    house.knows(account=ACCOUNT, entered=NOW - 60)
    house.origin.broken = True
    answer = house.send("PUT", "/v1/me/session", authorization=bearer())
    assert answer.json == {"account": True, "merged": False}
    assert house.context is not None
    assert house.context.entered == NOW - 60


def test_a_forged_token_opens_nothing(visitor: House) -> None:
    answer = visitor.get("/v1/me", authorization="Bearer " + token(claims(iss="https://evil.example")))
    assert (answer.status, answer.json["type"]) == (401, "/problems/invalid-token")


CHANGES = [
    ("PATCH", "/v1/me"),
    ("PUT", "/v1/me/consent"),
    ("PUT", "/v1/me/objection"),
    ("POST", "/v1/me/erasure"),
    ("POST", "/v1/me/questionnaire"),
    ("PUT", "/v1/me/session"),
    ("DELETE", "/v1/me/session"),
]


@pytest.mark.parametrize(("method", "target"), CHANGES)
def test_personalise_is_taken_on_every_route(visitor: House, method: str, target: str) -> None:
    plain = visitor.send(method, target, {})
    assert visitor.send(method, f"{target}?personalise=off", {}).status == plain.status
    wrong = visitor.send(method, f"{target}?personalise=no", {})
    assert wrong.status == 400
    assert "personalise" in wrong.body.decode()


@pytest.mark.parametrize(
    "target",
    ["/v1/me", "/v1/me/consent", "/v1/me/export", "/v1/me/questionnaire", "/v1/nl/en/consent"],
)
def test_personalise_changes_nothing_of_what_is_shown(visitor: House, target: str) -> None:
    visitor.origin.profiles[NAME] = {"revision": 4, "declared": {"materials": ["wool"]}}
    plain = visitor.get(target)
    assert visitor.get(f"{target}?personalise=off").json == plain.json
    assert visitor.get(f"{target}?personalise=no").status == 400
    assert visitor.get(f"{target}?personalised=off").status == 400


@pytest.mark.parametrize(("method", "target"), CHANGES)
def test_other_pages_change_nothing(visitor: House, method: str, target: str) -> None:
    for origin in ("https://evil.example", "null"):
        answer = visitor.send(method, target, {}, origin=origin)
        assert (answer.status, answer.json["type"]) == (403, "/problems/foreign-origin")
    assert visitor.origin.requests == []


@pytest.mark.parametrize("status", [500, 502, 401, 403, 302, 200])
def test_what_the_origin_says_out_of_turn_is_no_answer(visitor: House, status: int) -> None:
    async def ask(_request: Any) -> Any:
        from selvedge.profiles.origin import OriginAnswer  # noqa: PLC0415

        return OriginAnswer(status, "text/html", body=b"<p>")

    visitor.origin.ask = ask  # type: ignore[method-assign, assignment]
    answer = visitor.get("/v1/me")
    assert (answer.status, answer.json["type"]) == (503, "/problems/origin-unavailable")


def test_without_an_origin_the_cookie_is_all_there_is() -> None:
    stage = Stage(shop(*PRODUCTS))
    cookies = stage.cookies(Context(id=VISITOR, written=NOW))
    assert stage.get("/v1/me", cookies).json["revision"] == 0
    assert stage.get("/v1/me/export", cookies).json["browser"]["context"]["id"] == VISITOR.hex()
    stage.records.fails = lambda _key: True
    assert stage.send("POST", "/v1/me/erasure", {}, cookies).status == 503, "nobody else would write the mark"
    stage.records.fails = lambda _key: False
    erased = stage.send("POST", "/v1/me/erasure", {}, cookies)
    assert (erased.status, erased.json) == (202, {"receipts": []})
    assert stage.get("/v1/me/questionnaire").status == 404


def test_an_allowed_page_of_another_origin_may_do_all_of_it() -> None:
    stage = Stage(shop(*PRODUCTS), allowed_origins=("https://app.example",))
    answer = stage.get("/v1/me", {"origin": "https://app.example"}, "OPTIONS")
    assert answer.status == 204
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "If-Match" in answer.headers["access-control-allow-headers"]
    shown = stage.get("/v1/me", {"origin": "https://app.example"})
    assert (
        shown.headers["access-control-expose-headers"]
        == "ETag, Retry-After, Selvedge-Degraded, Selvedge-Snapshot"
    )
    assert "access-control-allow-origin" not in stage.get("/v1/me", {"origin": "https://x.example"}).headers


def test_a_market_may_be_named_where_consent_differs() -> None:
    policy = {"us": {"none": {"session": True, "profile": True}}}
    stage = Stage(
        shop(*PRODUCTS), origin=MemoryOrigin(), consent_policy=msgspec.convert(policy, dict[str, Any])
    )
    answers = {"answers": {"material": ["wool"]}}
    assert stage.send("POST", "/v1/me/questionnaire", answers).status == 403
    assert stage.send("POST", "/v1/me/questionnaire?market=us", answers).status == 200
    assert stage.send("POST", "/v1/me/questionnaire?colour=red", answers).status == 400


def test_an_export_of_many_events_is_handed_on_as_it_came(visitor: House) -> None:
    events = [{"number": one, "payload": {"product": f"S{one:06}"}} for one in range(50_000)]
    visitor.origin.profiles[NAME] = {"revision": 1, "tables": {"event": events}}
    answer = visitor.get("/v1/me/export")
    assert answer.status == 200
    assert answer.json["origin"]["tables"]["event"] == events


@pytest.mark.parametrize("body", [b"[1]", b"{", b'{"a": }', b'"text"', b""])
def test_an_export_that_is_no_json_object_is_none(visitor: House, body: bytes) -> None:
    visitor.origin.answers["export"] = OriginAnswer(200, "application/json", body=body)
    assert visitor.get("/v1/me/export").status == 503
