"""Answers that overtake each other: what has ended a context is not undone by one that was on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from selvedge.shopper.choice import CHOICE_COOKIE, CHOICE_SECONDS, format_choice, parse_choice
from selvedge.shopper.context import CONTEXT_COOKIE, Context, open_context
from selvedge.shopper.identity import visitor_id
from selvedge.shopper.policy import ManagerSettings
from tests.origins import MemoryOrigin
from tests.stage import Stage, run
from tests.wardrobe import NOW, garment, shop

if TYPE_CHECKING:
    from tests.behaviour.case import Answer

CONSENT = "/v1/nl/en/consent"
EVENTS = "/v1/nl/en/events"
LIST = "/v1/nl/en/recommendations"
VISITOR = b"a person 012"
ACCOUNT = "a" + "x" * 43
CLICK = {"events": [{"id": "event-click", "type": "click", "product": "r1"}]}


class Browser:
    """A jar of cookies that all tabs share; each answer's cookies are kept when it arrives."""

    def __init__(self, **settings: Any) -> None:
        products = [garment(f"{color[0]}{at}", color=color) for color in ("blue", "red") for at in range(3)]
        self.origin = MemoryOrigin()
        self.stage = Stage(shop(*products), origin=self.origin, **settings)
        self.jar: dict[str, str] = {}

    def send(self, method: str, target: str, content: Any = None, **headers: str) -> Answer:
        """Send a request with the cookies of now; its answer has not arrived yet."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        fields = {"cookie": cookies, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if method == "GET":
            return self.stage.get(target, fields)
        return self.stage.send(method, target, content, fields)

    def receive(self, answer: Answer) -> Answer:
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.jar[name] = value
            if not value:
                del self.jar[name]
        return answer

    def do(self, method: str, target: str, content: Any = None, **headers: str) -> Answer:
        return self.receive(self.send(method, target, content, **headers))

    def choose(self, *purposes: str) -> Answer:
        return self.do("PUT", CONSENT, {"purposes": list(purposes)})

    @property
    def context(self) -> Context | None:
        return run(open_context(self.jar.get(CONTEXT_COOKIE, ""), self.stage.sealer, NOW))

    def logged_in(self) -> None:
        """Let the context be an account's."""
        choice = parse_choice(self.jar.get(CHOICE_COOKIE, ""))
        since = 0 if choice is None else choice.since
        context = Context(VISITOR, NOW, account=ACCOUNT, revision=3, since=since)
        self.jar[CONTEXT_COOKIE] = self.stage.cookies(context)["cookie"].rpartition("=")[2]


@pytest.fixture
def browser() -> Browser:
    browser = Browser()
    browser.choose("session")
    browser.do("POST", EVENTS, CLICK)
    assert browser.do("GET", LIST).json["personalised"] is True
    return browser


ENDINGS: dict[str, tuple[str, str, Any]] = {
    "a withdrawal": ("PUT", CONSENT, {"purposes": []}),
    "a withdrawal on record": ("PUT", "/v1/me/consent", {"purposes": []}),
    "a log-out": ("DELETE", "/v1/me/session", None),
    "an erasure": ("POST", "/v1/me/erasure", {}),
}
MORE = {"events": [{"id": "event-more", "type": "click", "product": "b1"}]}


@pytest.mark.parametrize("late", [True, False], ids=["events answer last", "events answer first"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_what_ended_a_context_ends_it_whichever_answer_comes_last(
    browser: Browser, ending: str, *, late: bool
) -> None:
    learnt = browser.send("POST", EVENTS, MORE)
    ended = browser.send(*ENDINGS[ending])
    assert ended.status < 300
    for answer in (ended, learnt) if late else (learnt, ended):
        browser.receive(answer)
    assert (CONTEXT_COOKIE in browser.jar) is late
    before = browser.context
    if ENDINGS[ending][0] != "PUT":  # where the session is allowed still
        seen = browser.do("GET", LIST)
        assert seen.json["personalised"] is False
        assert browser.context is None, "the cookie that came late is deleted where it is met"
    browser.choose("session")  # where it was withdrawn: given again
    assert browser.context is not None
    assert (browser.context.recent, browser.context.events) == ((), ())
    assert before is None or browser.context.id != before.id
    browser.do("POST", EVENTS, CLICK)
    assert browser.context is not None
    assert len(browser.context.events) == 1, "whoever comes back begins anew"


def test_events_of_a_late_context_begin_a_new_one(browser: Browser) -> None:
    before = browser.context
    late = browser.send("POST", EVENTS, MORE)
    browser.do("DELETE", "/v1/me/session")
    browser.receive(late)
    browser.do("POST", EVENTS, MORE)
    assert before is not None
    assert browser.context is not None
    assert browser.context.id != before.id
    assert len(browser.context.events) == 1


def test_nothing_is_kept_about_who_brings_a_late_context(browser: Browser) -> None:
    assert browser.context is not None
    browser.origin.profiles[visitor_id(browser.context.id)] = {"revision": 4}
    assert browser.do("GET", "/v1/me").json["revision"] == 4
    late = browser.send("POST", EVENTS, MORE)
    browser.do("DELETE", "/v1/me/session")
    browser.receive(late)
    assert browser.do("GET", "/v1/me").json == {"account": False, "revision": 0}


def test_a_context_goes_on_through_choices_that_withdraw_nothing_of_it(browser: Browser) -> None:
    before = browser.context
    late = browser.send("POST", EVENTS, MORE)
    for purposes in (("session", "measurement"), ("session", "profile"), ("session", "profile", "training")):
        assert browser.choose(*purposes).status == 200
    assert browser.context == before
    browser.receive(late)
    assert browser.do("GET", LIST).json["personalised"] is True


def test_endings_within_one_second_are_told_apart(browser: Browser) -> None:
    late = browser.send("POST", EVENTS, MORE)
    for purposes in ((), ("session",), (), ("session",)):
        browser.choose(*purposes)
    browser.receive(late)
    assert browser.do("GET", LIST).json["personalised"] is False


def test_a_log_out_leaves_the_choice_its_time_and_its_end(browser: Browser) -> None:
    browser.stage.clock.time = NOW + 1000
    answer = browser.do("DELETE", "/v1/me/session")
    assert f"Max-Age={CHOICE_SECONDS - 1000};" in answer.cookies[1]
    told = browser.do("GET", CONSENT).json
    assert (told["choiceVersion"], told["choiceTime"]) == (1, NOW)
    assert next(one for one in told["purposes"] if one["purpose"] == "session")["allowed"] is True


def test_a_log_out_holds_where_nobody_has_to_choose() -> None:
    """In a market that allows the session until it is refused, no choice cookie is there to move."""
    browser = Browser(consent_policy={"*": {"none": {"session": True}}})
    browser.do("POST", EVENTS, CLICK)
    late = browser.send("POST", EVENTS, MORE)
    browser.do("DELETE", "/v1/me/session")
    browser.receive(late)
    assert browser.do("GET", LIST).json["personalised"] is False
    told = browser.do("GET", CONSENT).json
    assert "choiceTime" not in told
    assert next(one for one in told["purposes"] if one["purpose"] == "session")["decidedBy"] == "none"


@pytest.mark.parametrize("cookie", ["", f"{CHOICE_COOKIE}={format_choice([])}"])
def test_a_log_out_of_nobody_writes_nothing(cookie: str) -> None:
    answer = Browser().stage.send("DELETE", "/v1/me/session", None, {"cookie": cookie})
    assert [one.partition(";")[0] for one in answer.cookies] == [f"{CONTEXT_COOKIE}="]


@pytest.mark.parametrize("path", [CONSENT, "/v1/me/consent"])
@pytest.mark.parametrize("late", [True, False])
def test_without_profile_no_account_stays_in_the_context(path: str, *, late: bool) -> None:
    browser = Browser()
    browser.choose("session", "profile", "training")
    browser.logged_in()
    learnt = browser.send("POST", EVENTS, MORE)
    chosen = browser.send("PUT", path, {"purposes": ["session", "training"]})
    for answer in (chosen, learnt) if late else (learnt, chosen):
        browser.receive(answer)
    context = browser.context
    assert context is not None
    if not late:
        assert (context.id, context.account, context.revision) == (VISITOR, "", 0)
    answer = browser.do("POST", EVENTS, CLICK)
    assert answer.json["remembered"] is True
    assert ACCOUNT.encode() not in browser.stage.queue.messages[-1]
    browser.choose("session", "profile")
    assert browser.context is not None
    assert browser.context.account == "", "and it does not come back with the purpose"


def test_an_account_is_not_read_where_the_profile_may_not_be() -> None:
    """A consent manager withdraws without any word to the Worker: the cookie still names the account."""
    manager = ManagerSettings({"session": "s", "profile": "p", "training": "t"}, header="X-Consent")
    browser = Browser(consent_manager=manager)
    browser.logged_in()
    browser.do("POST", EVENTS, CLICK, x_consent="st")
    assert ACCOUNT.encode() not in browser.stage.queue.messages[-1]
    assert browser.context is not None
    assert (browser.context.id, browser.context.account) == (VISITOR, "")
