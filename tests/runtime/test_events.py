"""Consent and events in the real runtime: real cookies, the real queue."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from origin.building import build
from origin.demo import generate
from selvedge.shopper.choice import CHOICE_COOKIE, format_choice
from selvedge.shopper.context import CONTEXT_COOKIE
from tests.runtime.shopfront import Shopfront, open_shop

SHOP = "acme"
LIST = "/v1/nl/nl/recommendations"
EVENTS = "/v1/nl/nl/events"
CONSENT = "/v1/nl/nl/consent"
BUILT = build(generate(300), shop=SHOP)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopfront]:
    variables = {"SELVEDGE_ALLOWED_ORIGINS": '["https://app.example"]'}
    with open_shop(SHOP, tmp_path_factory.mktemp("shop"), variables) as front:
        front.publish(BUILT)
        yield front


def send(
    front: Shopfront, method: str, target: str, content: Any, cookie: str = "", origin: str | None = None
) -> httpx.Response:
    headers = {"Origin": origin or front.runtime.url, **({"Cookie": cookie} if cookie else {})}
    answer = front.runtime.client.request(method, target, json=content, headers=headers)
    front.runtime.client.cookies.clear()  # each test says itself what a browser brings along
    return answer


def click(front: Shopfront, product: str, cookie: str, event: str) -> httpx.Response:
    return send(
        front, "POST", EVENTS, {"events": [{"id": event, "type": "click", "product": product}]}, cookie
    )


def ids(answer: httpx.Response) -> list[str]:
    return [item["id"] for item in answer.json()["items"]]


def cookie_of(answer: httpx.Response, name: str) -> str:
    (found,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{name}=")]
    return str(found).partition(";")[0]


def queued_events(front: Shopfront) -> dict[str, dict[str, Any]]:
    return {event["id"]: event for one in front.runtime.queued() for event in one["body"]["events"]}


NESTED = [
    ("POST", EVENTS, '{"events":[%s]}', 64 * 1024),
    ("PUT", CONSENT, '{"purposes":%s}', 1024),
    ("PATCH", "/v1/me", '{"declared":%s}', 16 * 1024),
]


@pytest.mark.parametrize(("method", "target", "around", "limit"), NESTED)
def test_content_nested_without_end_is_a_problem_and_the_isolate_lives_on(
    front: Shopfront, method: str, target: str, around: str, limit: int
) -> None:
    headers = {"Origin": front.runtime.url, "Content-Type": "application/json", "If-Match": '"0"'}
    for depth, statuses in ((100_000, {413}), (limit // 2 - 32, {400}), (400, {400, 200})):
        for closed in (True, False):
            body = around % ("[" * depth + "]" * depth * closed)
            answer = front.runtime.client.request(method, target, content=body, headers=headers)
            assert answer.status_code in statuses | ({400} if not closed else set()), answer.text
            if answer.status_code != 200:
                assert answer.headers["content-type"] == "application/problem+json"
        front.runtime.client.cookies.clear()
        assert front.get("/readyz").json()["ready"] is True


def test_a_choice_is_made_and_withdrawn_with_the_context(front: Shopfront) -> None:
    chosen = send(front, "PUT", CONSENT, {"purposes": ["session"]})
    assert chosen.status_code == 200
    choice = cookie_of(chosen, CHOICE_COOKIE)
    learnt = click(front, ids(front.get(LIST))[5], choice, "event-withdrawn")
    both = f"{choice}; {cookie_of(learnt, CONTEXT_COOKIE)}"
    assert front.get(LIST, Cookie=both).json()["personalised"] is True
    withdrawn = send(front, "PUT", CONSENT, {"purposes": []}, both)
    fields = withdrawn.headers.get_list("set-cookie")
    assert len(fields) == 2
    assert fields[1] == f"{CONTEXT_COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"
    assert withdrawn.headers["cache-control"] == "private, no-store"


def test_a_click_changes_the_very_next_first_page_and_nothing_else(front: Shopfront) -> None:
    choice = f"{CHOICE_COOKIE}={format_choice(['session'])}"
    public = front.get("/v1/nl/nl/products")
    before = front.get(LIST, Cookie=choice)
    learnt = click(front, ids(before)[-1], choice, "event-first-click")
    person = f"{choice}; {cookie_of(learnt, CONTEXT_COOKIE)}"
    after = front.get(LIST, Cookie=person)
    assert ids(after) != ids(before)
    assert front.get("/v1/nl/nl/products", Cookie=person).content == public.content
    assert front.get(LIST, Cookie=choice).content == before.content
    forged = person[:-4] + ("AAAA" if person[-4:] != "AAAA" else "BBBB")
    assert front.get(LIST, Cookie=forged).content == before.content
    assert "event-first-click" not in queued_events(front)


def test_what_was_acknowledged_is_in_the_queue(front: Shopfront) -> None:
    choice = f"{CHOICE_COOKIE}={format_choice(['measurement'])}"
    product = ids(front.get(LIST))[0]
    sent = [{"id": f"event-{at:04}", "type": "impression", "product": product} for at in range(50)]
    answer = send(front, "POST", EVENTS, {"events": sent}, choice, "https://app.example")
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    assert answer.json()["accepted"] == [event["id"] for event in sent]
    assert answer.json()["handedOn"] is True
    assert "set-cookie" not in answer.headers
    arrived: dict[str, dict[str, Any]] = {}
    for _ in range(50):
        arrived = queued_events(front)
        if len(arrived) >= len(sent):
            break
        time.sleep(0.1)
    assert [arrived.get(event["id"]) for event in sent] == sent


def test_without_consent_nothing_arrives_and_all_get_the_same_bytes(front: Shopfront) -> None:
    learnt = click(
        front, ids(front.get(LIST))[3], f"{CHOICE_COOKIE}={format_choice(['session'])}", "event-x1"
    )
    context = cookie_of(learnt, CONTEXT_COOKIE)
    product = ids(front.get(LIST))[0]
    answers = [click(front, product, cookie, "event-nobody") for cookie in ("", context, f"{context}; a=b")]
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    assert answers[0].json()["ignored"] == ["event-nobody"]
    assert "event-nobody" not in queued_events(front)


def test_another_page_and_too_much_content_are_refused(front: Shopfront) -> None:
    assert send(front, "POST", EVENTS, {"events": [{}]}, origin="https://evil.example").status_code == 403
    assert send(front, "POST", EVENTS, {"events": ["x" * 70_000]}).status_code == 413
    headers = {"Origin": front.runtime.url, "Content-Type": "application/json"}
    pieces = iter([b'{"events":["', *[b"x" * 10_000] * 8, b'"]}'])  # no Content-Length
    assert front.runtime.client.post(EVENTS, content=pieces, headers=headers).status_code == 413


@pytest.mark.parametrize("ending", ["withdrawal", "log-out"])
def test_an_answer_that_comes_late_brings_no_context_back(front: Shopfront, ending: str) -> None:
    """Two tabs: what ended the context was answered first, the other tab's events later."""
    choice = cookie_of(send(front, "PUT", CONSENT, {"purposes": ["session"]}), CHOICE_COOKIE)
    product = ids(front.get(LIST))[3]
    first = f"{choice}; {cookie_of(click(front, product, choice, f'{ending}-1'), CONTEXT_COOKIE)}"
    if ending == "log-out":
        ended = send(front, "DELETE", "/v1/me/session", None, first)
    else:
        ended = send(front, "PUT", CONSENT, {"purposes": []}, first)
    assert cookie_of(ended, CONTEXT_COOKIE) == f"{CONTEXT_COOKIE}="
    late = cookie_of(click(front, product, first, f"{ending}-2"), CONTEXT_COOKIE)
    after = cookie_of(ended, CHOICE_COOKIE)
    if ending == "withdrawal":
        again = send(front, "PUT", CONSENT, {"purposes": ["session"]}, f"{after}; {late}")
        after = cookie_of(again, CHOICE_COOKIE)
    seen = front.get(LIST, Cookie=f"{after}; {late}")
    front.runtime.client.cookies.clear()
    assert seen.json()["personalised"] is False
    assert cookie_of(seen, CONTEXT_COOKIE) == f"{CONTEXT_COOKIE}="
    assert front.get(LIST, Cookie=first).json()["personalised"] is True
