"""What a choice changes, in a real browser: fragments, events, cookies, and nothing else."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.shopper import Tab

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Route

    from tests.browser.shopfront import Shopfront

PICKS = ["Our pick for today", "Our pick for the evening", "Our pick for the weekend"]


def events(front: Shopfront) -> list[dict[str, Any]]:
    """The events that reached the Worker so far."""
    batches = [json.loads(one.body) for one in front.requests("/events") if one.method == "POST"]
    return [event for batch in batches for event in batch["events"]]


def follow(tab: Tab, slot: str) -> str:
    """Click the first garment of a slot; return its id once its page is there."""
    item = tab.slot(slot).locator("[data-product]").first
    product = item.get_attribute("data-product")
    assert product is not None
    item.get_by_role("link").click()
    tab.page.wait_for_url(f"**/products/{product}")
    return product


def test_who_allows_it_gets_fragments(visitor: BrowserContext, front: Shopfront) -> None:
    tab = Tab(visitor).open().accept()
    assert tab.names("similar") != PICKS
    assert len(tab.names("recommendations")) == 8
    fragments = {one.path.partition("?")[0].rpartition("/")[2] for one in front.requests("/fragments/")}
    assert fragments == {"similar", "recommendations", "alternatives", "recently-viewed"}
    assert tab.complaints == []


def test_putting_a_fragment_in_moves_nothing(returning: BrowserContext) -> None:
    again = Tab(returning).open()
    assert again.fragments() >= 2
    again.page.evaluate("window.scrollTo(0, 400)")
    again.page.wait_for_timeout(300)
    assert again.shift() == 0


def test_what_comes_into_view_is_reported_once(visitor: BrowserContext, front: Shopfront) -> None:
    tab = Tab(visitor).open().accept()
    tab.page.evaluate("window.scrollTo(0, 600)")
    tab.page.wait_for_timeout(1500)
    tab.page.evaluate("window.scrollTo(0, 0)")
    tab.page.wait_for_timeout(1500)
    # An answer that was lost under load is asked for again: what comes twice has one id.
    once = {one["id"]: one for one in events(front)}.values()
    seen = [(one["slot"], one["product"]) for one in once if one["type"] == "impression"]
    assert {"similar", "recommendations"} <= {slot for slot, _ in seen}
    assert len(seen) == len(set(seen))
    assert all(one["recommendationId"] and one["position"] >= 0 for one in events(front))
    similar = [one for one in once if one.get("slot") == "similar"]
    assert not any("experiments" in one for one in similar), "what is the same for all is in no arm"
    assert tab.complaints == []


def test_nothing_seen_is_lost_while_the_choice_cannot_be_asked_for(
    visitor: BrowserContext, front: Shopfront
) -> None:
    tab = Tab(visitor).open().accept()
    front.reset()
    front.broken = True
    tab.page.evaluate("document.dispatchEvent(new Event('selvedge:consent')); window.scrollTo(0, 600)")
    tab.page.wait_for_timeout(1500)
    tried = events(front)
    assert tried
    front.reset()
    tab.page.wait_for_timeout(3500)
    assert {one["id"] for one in tried} <= {one["id"] for one in events(front)}


def test_events_echo_the_arm_once_there_is_somebody(visitor: BrowserContext, front: Shopfront) -> None:
    tab = Tab(visitor).open().accept()
    tab.page.evaluate("window.scrollTo(0, 600)")
    tab.page.wait_for_timeout(1500)
    front.reset()
    tab.open()
    tab.page.evaluate("window.scrollTo(0, 600)")
    tab.page.wait_for_timeout(1500)
    arms = [one["experiments"]["nobody"] for one in events(front) if one["slot"] == "recommendations"]
    assert arms
    assert set(arms) == {"hold-out"}


def test_a_click_is_reported_although_the_page_is_left(visitor: BrowserContext, front: Shopfront) -> None:
    tab = Tab(visitor).open().accept()
    product = follow(tab, "similar")
    tab.page.wait_for_load_state("networkidle")
    clicks = [one for one in events(front) if one["type"] == "click"]
    assert [(one["product"], one["slot"], one["position"]) for one in clicks] == [(product, "similar", 0)]


def test_what_was_clicked_is_recently_viewed_on_the_next_page(visitor: BrowserContext) -> None:
    tab = Tab(visitor).open().accept()
    product = follow(tab, "recommendations")
    tab.page.wait_for_load_state("networkidle")
    tab.open()
    shown = tab.slot("recently-viewed").locator("[data-product]")
    assert shown.first.get_attribute("data-product") == product


def test_who_refuses_keeps_the_default_content(visitor: BrowserContext, front: Shopfront) -> None:
    Tab(visitor).open().refuse()
    front.reset()
    tab = Tab(visitor).open()
    assert tab.names("similar") == PICKS
    assert not tab.page.get_by_role("button", name="Allow").is_visible()
    assert front.requests("/fragments/") == front.requests("/events") == []
    assert [cookie["name"] for cookie in visitor.cookies()] == ["__Host-selvedge-choice"]
    assert tab.complaints == []


def test_who_withdraws_is_forgotten(visitor: BrowserContext, front: Shopfront) -> None:
    tab = Tab(visitor).open().accept()
    follow(tab, "similar")
    tab.open()
    tab.page.get_by_role("button", name="Privacy choice").click()
    tab.refuse()
    front.reset()
    tab.open()
    assert tab.names("similar") == PICKS
    assert front.requests("/events") == []
    assert [cookie["name"] for cookie in visitor.cookies()] == ["__Host-selvedge-choice"]


def test_global_privacy_control_overrides_an_earlier_yes(returning: BrowserContext, front: Shopfront) -> None:
    returning.set_extra_http_headers({"Sec-GPC": "1"})
    tab = Tab(returning).open()
    assert tab.names("similar") == PICKS
    assert not tab.page.get_by_role("button", name="Allow").is_visible()
    assert front.requests("/fragments/") == front.requests("/events") == []
    assert tab.complaints == []


def test_a_worker_that_is_slow_is_not_waited_for(returning: BrowserContext, front: Shopfront) -> None:
    front.delay = 1.5
    tab = Tab(returning).open()
    tab.page.wait_for_timeout(1200)
    assert len(front.requests("/fragments/")) == 4
    assert tab.names("similar") == PICKS
    assert tab.shift() == 0
    assert front.requests("/events") == []
    assert tab.complaints == []


def test_a_link_that_has_the_focus_is_not_taken_away(returning: BrowserContext, front: Shopfront) -> None:
    front.delay = 0.4
    tab = Tab(returning)
    tab.page.goto("/garment.html", wait_until="commit")
    link = tab.page.get_by_role("link", name="Our pick for today")
    link.focus()
    tab.page.wait_for_load_state("networkidle")
    assert link.evaluate("link => link === document.activeElement")
    assert len(tab.names("recommendations")) == 8


def test_who_withdraws_gets_the_default_content_back_on_the_open_page(visitor: BrowserContext) -> None:
    tab = Tab(visitor).open().accept()
    assert tab.names("similar") != PICKS
    tab.page.get_by_role("button", name="Privacy choice").click()
    tab.refuse()
    tab.page.wait_for_timeout(500)
    assert tab.names("similar") == PICKS
    assert tab.page.locator("[data-recommendation]").count() == 0
    assert tab.complaints == []


def test_events_that_were_not_taken_are_sent_again_with_their_ids(visitor: BrowserContext) -> None:
    tab = Tab(visitor).open()
    bodies: list[str] = []

    def refuse_twice(route: Route) -> None:
        bodies.append(route.request.post_data or "")
        if len(bodies) == 1:
            route.abort()
        elif len(bodies) == 2:
            route.fulfill(status=503, headers={"Retry-After": "1"})
        else:
            route.fulfill(status=200, json={})

    tab.page.route("**/events", refuse_twice)
    tab.accept()
    tab.page.evaluate("window.scrollTo(0, 600)")
    tab.page.wait_for_timeout(5000)
    assert len(bodies) > 2
    assert bodies[0] == bodies[1] == bodies[2] != ""
    assert bodies.count(bodies[0]) == 3


def in_two_seconds() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)


@pytest.mark.parametrize(
    ("status", "after", "again"),
    [
        (429, "1", True),
        (429, "a date", True),
        (503, "nonsense", True),
        (502, None, True),
        (429, "3600", False),
        (400, "1", False),
        (413, None, False),
    ],
)
def test_what_a_moment_may_mend_is_sent_again_when_the_answer_says(
    visitor: BrowserContext, status: int, after: str | None, *, again: bool
) -> None:
    """RFC 9110, 10.2.3: seconds or a date. A POST may be sent again where its ids make that safe (9.2.2)."""
    tab = Tab(visitor).open()
    sent: list[tuple[float, str]] = []

    def refuse_once(route: Route) -> None:
        sent.append((time.monotonic(), route.request.post_data or ""))
        if len(sent) > 1:
            route.fulfill(status=200, json={})
            return
        stated = in_two_seconds() if after == "a date" else after
        route.fulfill(status=status, headers={} if stated is None else {"Retry-After": stated})

    tab.page.route("**/events", refuse_once)
    tab.accept()
    tab.page.evaluate("window.scrollTo(0, 600)")
    tab.page.wait_for_timeout(4500)
    first = sent[0][1]
    assert [body for _, body in sent].count(first) == (2 if again else 1)
    if again:
        assert sent[1][1] == first
        assert sent[1][0] - sent[0][0] > 0.9
