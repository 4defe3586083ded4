from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from origin.rehearsal import MemoryLimiter
from selvedge.shopper.choice import CHOICE_COOKIE, format_choice
from selvedge.shopper.policy import PURPOSES
from selvedge.web.limits import RETRY_SECONDS, RequestLimits, network
from tests.stage import Stage
from tests.wardrobe import garment, shop

if TYPE_CHECKING:
    from tests.behaviour.case import Answer

EVENTS = "/v1/nl/en/events"
LIST = "/v1/nl/en/recommendations"
HOME = {"cf-connecting-ip": "192.0.2.1"}
AWAY = {"cf-connecting-ip": "192.0.2.2"}


@pytest.fixture
def stage() -> Stage:
    return Stage(shop(garment("a"), garment("b")))


def limit(stage: Stage, *, addresses: int = 1000, people: int = 1000, **more: Any) -> None:
    stage.limits = RequestLimits(MemoryLimiter(addresses), MemoryLimiter(people), **more)
    stage.arrive()


def post(stage: Stage, headers: dict[str, str], number: int = 0) -> Answer:
    event = {"id": f"event-number-{number}", "type": "click", "product": "a"}
    return stage.send("POST", EVENTS, {"events": [event]}, headers)


def test_an_address_that_sends_too_much_is_told_to_wait(stage: Stage) -> None:
    limit(stage, addresses=2)
    answers = [post(stage, HOME, number) for number in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["retry-after"] == str(RETRY_SECONDS)
    assert answers[-1].json["type"] == "/problems/too-many-requests"
    assert post(stage, AWAY).status == 200


def test_a_token_is_limited_from_whichever_address_it_comes(stage: Stage) -> None:
    limit(stage, people=1)
    shown = {"authorization": "Bearer abc"}
    assert post(stage, HOME | shown).status == 200
    assert post(stage, AWAY | shown).status == 429
    assert post(stage, AWAY | {"authorization": "Bearer def"}).status == 200


def test_a_browser_is_limited_from_whichever_address_it_comes(stage: Stage) -> None:
    limit(stage, people=1)
    choice = f"{CHOICE_COOKIE}={format_choice(PURPOSES)}"
    (cookie,) = post(stage, HOME | {"cookie": choice}).cookies
    known = {"cookie": f"{choice}; {cookie.partition(';')[0]}"}
    assert post(stage, HOME | known, 1).status == 200
    assert post(stage, AWAY | known, 2).status == 429


def test_without_consent_no_browser_is_counted(stage: Stage) -> None:
    people = MemoryLimiter(1000)
    stage.limits = RequestLimits(people=people)
    stage.arrive()
    choice = f"{CHOICE_COOKIE}={format_choice(PURPOSES)}"
    (cookie,) = post(stage, {"cookie": choice}).cookies
    post(stage, {"cookie": cookie.partition(";")[0]})
    assert people.counts == {}


def test_lists_cost_no_count_unless_the_shop_wants_it(stage: Stage) -> None:
    limit(stage, addresses=1)
    assert [stage.get(LIST, HOME).status for _ in range(3)] == [200] * 3
    limit(stage, addresses=1, personal_lists=True)
    assert [stage.get(LIST, HOME).status for _ in range(2)] == [200, 429]
    assert stage.get("/v1/nl/en/products", HOME).status == 200
    assert stage.get("/healthz", HOME).status == 200


def test_neither_a_preflight_nor_a_request_of_no_address_is_counted(stage: Stage) -> None:
    limit(stage, addresses=0)
    assert stage.get(EVENTS, {**HOME, "origin": "https://shop.example"}, "OPTIONS").status != 429
    assert post(stage, {}).status == 200


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"),
        ("2001:db8::6", "2001:db8:0:0"),
        ("::1", "0:0:0:0"),
        ("2001:db8:1:2::", "2001:db8:1:2"),
        ("2001:db8:1:2:3::6", "2001:db8:1:2"),
    ],
)
def test_of_addresses_that_a_subscriber_has_many_of_all_count_as_one(address: str, expected: str) -> None:
    assert network(address) == expected
