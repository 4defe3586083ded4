from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from origin.rehearsal import MemoryQueue
from selvedge.events.handover import FallbackQueue
from selvedge.shopper.choice import CHOICE_COOKIE, format_choice
from selvedge.shopper.context import CONTEXT_COOKIE, Context, open_context
from selvedge.shopper.identity import account_id
from selvedge.shopper.policy import PURPOSES, Purpose
from tests.stage import Stage, run
from tests.wardrobe import NOW, garment, shop

if TYPE_CHECKING:
    from tests.behaviour.case import Answer

PATH = "/v1/nl/en/events"
LIST = "/v1/nl/en/recommendations"


@pytest.fixture
def stage() -> Stage:
    return Stage(
        shop(
            *(garment(f"b{number}") for number in range(4)),
            *(garment(f"r{number}", color="red") for number in range(4)),
            categories={f"style-r{number}": "coats" for number in range(4)},
        )
    )


def event(kind: str = "click", product: str = "r1", **more: Any) -> dict[str, Any]:
    return {"id": f"event-{kind}-{product}", "type": kind, "product": product, **more}


def choice(*purposes: Purpose) -> str:
    return f"{CHOICE_COOKIE}={format_choice(purposes or PURPOSES)}"


def post(stage: Stage, *events: Any, cookie: str | None = None, **headers: str) -> Answer:
    fields = {**headers, **({"cookie": cookie} if cookie else {})}
    return stage.send("POST", PATH, {"events": list(events)}, fields)


def context_of(stage: Stage, answer: Answer) -> Context:
    (cookie,) = answer.cookies
    name, _, value = cookie.partition(";")[0].partition("=")
    assert name == CONTEXT_COOKIE
    found = run(open_context(value, stage.sealer, NOW))
    assert found is not None
    return found


def ids(answer: Answer) -> list[str]:
    return [item["id"] for item in answer.json["items"]]


def test_with_personalise_off_events_leave_no_trace_in_the_context(stage: Stage) -> None:
    fields = {"cookie": choice("session", "training")}
    answer = stage.send("POST", f"{PATH}?personalise=off", {"events": [event()]}, fields)
    assert (answer.json["accepted"], answer.json["remembered"]) == (["event-click-r1"], False)
    assert answer.cookies == ()
    (message,) = stage.queue.messages
    assert "context" not in msgspec.json.decode(message)
    for query in ("personalise=no", "colour=red"):
        assert stage.send("POST", f"{PATH}?{query}", {"events": [event()]}, fields).status == 400


def test_a_click_changes_the_very_next_first_page_and_nothing_else(stage: Stage) -> None:
    granted = choice()
    public = stage.get("/v1/nl/en/products?limit=3")
    before = stage.get(f"{LIST}?limit=3", {"cookie": granted})
    rest = stage.get(f"{LIST}?cursor={before.json['next']}&limit=3", {"cookie": granted})
    answer = post(stage, event("click", "r2"), cookie=granted)
    person = {"cookie": f"{granted}; {answer.cookies[0].partition(';')[0]}"}
    after = stage.get(f"{LIST}?limit=3", person)
    assert ids(after) != ids(before)
    assert {one[0] for one in ids(after)} == {"r"}
    assert (
        stage.get(f"{LIST}?cursor={before.json['next']}&limit=3", person).json["items"] == rest.json["items"]
    )
    assert stage.get("/v1/nl/en/products?limit=3", person) == public
    assert stage.get(f"{LIST}?limit=3", {"cookie": granted}) == before


def test_what_is_acknowledged_is_in_the_queue_with_its_consent(stage: Stage) -> None:
    answer = post(
        stage, event(recommendationId="rec", position=4, offer="M"), cookie=choice("session", "training")
    )
    assert answer.json == {
        "accepted": ["event-click-r1"],
        "ignored": [],
        "rejected": [],
        "handedOn": True,
        "remembered": True,
    }
    (message,) = [msgspec.json.decode(one) for one in stage.queue.messages]
    assert (message["market"], message["locale"], message["received"]) == ("nl", "en", NOW)
    assert message["consent"] == {"version": 1, "purposes": ["training"]}
    assert message["context"]
    assert message["shopper"] == "v" + base64.urlsafe_b64decode(message["context"]).hex()
    assert message["events"] == [event(recommendationId="rec", position=4, offer="M")]


def test_the_origin_is_told_when_the_choice_was_made(stage: Stage) -> None:
    post(stage, event(), cookie=f"{CHOICE_COOKIE}={format_choice(['training'], time=NOW - 60)}")
    (message,) = [msgspec.json.decode(one) for one in stage.queue.messages]
    assert message["consent"] == {"version": 1, "purposes": ["training"], "time": NOW - 60}


def test_session_alone_changes_the_cookie_and_hands_nothing_on(stage: Stage) -> None:
    answer = post(stage, event(), cookie=choice("session"))
    assert (answer.json["handedOn"], answer.json["remembered"]) == (False, True)
    assert answer.json["accepted"] == ["event-click-r1"]
    assert stage.queue.messages == []


def test_measurement_alone_is_handed_on_without_a_name_and_sets_no_cookie(stage: Stage) -> None:
    answer = post(stage, event(), cookie=choice("measurement"))
    assert (answer.json["handedOn"], answer.json["remembered"], answer.cookies) == (True, False, ())
    message = msgspec.json.decode(stage.queue.messages[0])
    assert "context" not in message
    assert "shopper" not in message


def test_profile_needs_a_name_to_be_handed_on_for(stage: Stage) -> None:
    assert post(stage, event(), cookie=choice("profile")).json["handedOn"] is False
    assert post(stage, event(), cookie=choice("profile", "session")).json["handedOn"] is True
    assert len(stage.queue.messages) == 1
    assert msgspec.json.decode(stage.queue.messages[0])["consent"]["purposes"] == ["profile"]


def test_who_is_logged_in_is_named_by_the_account(stage: Stage) -> None:
    account = account_id("https://id.example", "somebody")
    cookies = stage.cookies(Context(b"x" * 12, NOW, account=account, entered=NOW - 60))
    stage.send("POST", PATH, {"events": [event()]}, cookies)
    message = msgspec.json.decode(stage.queue.messages[0])
    assert (message["shopper"], message["entered"]) == (account, NOW - 60)


def test_a_cookie_that_knows_no_log_in_is_not_taken_for_a_return_after_an_erasure(stage: Stage) -> None:
    account = account_id("https://id.example", "somebody")
    stage.send("POST", PATH, {"events": [event()]}, stage.cookies(Context(b"x" * 12, NOW, account=account)))
    message = msgspec.json.decode(stage.queue.messages[0])
    assert (message["shopper"], message["entered"]) == (account, 1)


def test_without_consent_nothing_is_kept_and_the_answer_says_so(stage: Stage) -> None:
    anyone = post(stage, event())
    assert anyone.json == {
        "accepted": [],
        "ignored": ["event-click-r1"],
        "rejected": [],
        "handedOn": False,
        "remembered": False,
    }
    assert anyone.cookies == ()
    known = run_cookie(stage)
    assert post(stage, event(), cookie=known) == anyone
    assert post(stage, event(), cookie=f"{choice()}; {known}", **{"sec-gpc": "1"}) == anyone
    assert post(stage, event(), cookie=f"{choice()}; {known}", **{"user-agent": "Examplebot/1"}) == anyone
    assert stage.queue.messages == []


def run_cookie(stage: Stage) -> str:
    return post(stage, event(), cookie=choice("session")).cookies[0].partition(";")[0]


def test_the_good_of_a_batch_are_kept_and_the_others_told_why(stage: Stage) -> None:
    answer = post(
        stage,
        event(),
        {"id": "wrong-kind", "type": "espionage"},
        {"type": "click"},
        event("view", position=-1),
        event("filter"),
        7,
        event("purchase", quantity=2, price=1999, priceCurrency="EUR"),
        cookie=choice(),
    )
    assert answer.status == 200
    assert answer.json["accepted"] == ["event-click-r1", "event-purchase-r1"]
    assert [one["index"] for one in answer.json["rejected"]] == [1, 2, 3, 4, 5]
    assert [one.get("id") for one in answer.json["rejected"]][:2] == ["wrong-kind", None]
    assert "$.position" in answer.json["rejected"][2]["reason"]


def test_the_same_event_is_learnt_once(stage: Stage) -> None:
    first = post(stage, event(), event(), cookie=choice())
    assert first.json["accepted"] == ["event-click-r1"]
    cookie = f"{choice()}; {first.cookies[0].partition(';')[0]}"
    again = post(stage, event(), cookie=cookie)
    assert again.json["accepted"] == ["event-click-r1"]
    assert again.cookies == ()
    assert len(stage.queue.messages) == 2, "the origin tells what it has by the id"
    more = post(stage, event(), event("view", "b1"), cookie=cookie)
    handed = msgspec.json.decode(stage.queue.messages[2])["events"]
    assert [one["id"] for one in handed] == ["event-click-r1", "event-view-b1"]
    assert len(context_of(stage, more).recent) == 2
    assert context_of(stage, more).id == context_of(stage, first).id


def test_what_nobody_took_is_not_acknowledged_and_leaves_no_trace(stage: Stage) -> None:
    stage.queue.broken = True
    answer = post(stage, event(), cookie=choice())
    assert (answer.status, answer.json["type"]) == (503, "/problems/events-not-taken")
    assert answer.headers["retry-after"]
    assert answer.cookies == ()
    stage.queue.broken = False
    assert post(stage, event(), cookie=choice()).status == 200


def test_the_origin_takes_what_the_queue_does_not() -> None:
    queue, origin = MemoryQueue(broken=True), MemoryQueue()
    run(FallbackQueue(queue, origin).send(b"{}"))
    assert (queue.messages, origin.messages) == ([], [b"{}"])
    queue.broken = False
    run(FallbackQueue(queue, origin).send(b"[]"))
    assert (queue.messages, origin.messages) == ([b"[]"], [b"{}"])


def test_a_product_that_nobody_knows_is_handed_on_and_not_remembered(stage: Stage) -> None:
    answer = post(stage, event(product="nowhere"), cookie=choice())
    assert context_of(stage, answer).recent == ()
    assert len(stage.queue.messages) == 1


def test_other_pages_send_no_events(stage: Stage) -> None:
    assert post(stage, event(), cookie=choice(), origin="https://evil.example").status == 403
    assert stage.queue.messages == []


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ({"events": []}, 400),
        ({"events": [{}] * 51}, 400),
        ({"event": []}, 400),
        (b"[", 400),
        (b" " * 65_537, 413),
    ],
)
def test_a_batch_out_of_bounds_is_refused_whole(content: Any, status: int, stage: Stage) -> None:
    assert stage.send("POST", PATH, content, {"cookie": choice()}).status == status


def test_events_are_only_posted(stage: Stage) -> None:
    answer = stage.get(PATH)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    asked = stage.send("OPTIONS", PATH, b"")
    assert (asked.status, asked.headers["allow"]) == (204, "POST, OPTIONS")


def test_content_that_is_nested_without_end_is_a_problem_not_a_fault(stage: Stage) -> None:
    headers = {"cookie": choice(), "content-type": "application/json"}
    answer = stage.send("POST", PATH, b"[" * 15_000, headers)
    assert answer.status == 400


def test_half_a_character_costs_its_own_event_alone(stage: Stage) -> None:
    """Pages cut texts within a pair of surrogates and escape the half: JSON, and no Unicode."""
    good = msgspec.json.encode(event()).decode()
    half = '{"id":"event-half","type":"search","query":"socks \\ud83d"}'
    body = f'{{"events":[{good},{half}]}}'.encode()
    answer = stage.send("POST", PATH, body, {"cookie": choice()})
    assert answer.status == 200
    assert answer.json["accepted"] == ["event-click-r1"]
    assert [one["index"] for one in answer.json["rejected"]] == [1]
    for bad in (b'{"events":[{]}', b'{"events":{"a":"\\ud83d"}}', b'["\\ud83d"]', b'{"other":["\\ud83d"]}'):
        assert stage.send("POST", PATH, bad, {"cookie": choice()}).status == 400


def test_without_a_name_nothing_is_handed_on_for_a_profile(stage: Stage) -> None:
    """A page that asks not to be personalised brings no context: its events are nobody's."""
    only = {"cookie": choice("session", "profile")}
    answer = stage.send("POST", f"{PATH}?personalise=off", {"events": [event()]}, only)
    assert (answer.json["handedOn"], stage.queue.messages) == (False, [])
    more = {"cookie": choice("session", "profile", "measurement")}
    stage.send("POST", f"{PATH}?personalise=off", {"events": [event()]}, more)
    (message,) = stage.queue.messages
    assert msgspec.json.decode(message)["consent"]["purposes"] == ["measurement"]


def test_who_has_chosen_sends_the_first_events_under_one_name(stage: Stage) -> None:
    """The same batch comes twice when its answer is lost: both times from the browser that chose."""
    chosen = stage.send("PUT", "/v1/nl/nl/consent", {"purposes": ["session", "profile"]})
    cookie = "; ".join(one.partition(";")[0] for one in chosen.cookies)
    for _ in range(2):
        stage.send("POST", PATH, {"events": [event()]}, {"cookie": cookie})
    first, second = (msgspec.json.decode(one) for one in stage.queue.messages)
    assert first["shopper"] == second["shopper"]
