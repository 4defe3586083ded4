"""The page without anything personal: what everyone sees before anybody has said yes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.shopper import PAGE, Tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from tests.browser.shopfront import Shopfront

PICKS = ["Our pick for today", "Our pick for the evening", "Our pick for the weekend"]


def test_before_a_choice_only_the_question_is_asked(visitor: BrowserContext, front: Shopfront) -> None:
    tab = Tab(visitor).open()
    assert tab.page.get_by_role("button", name="Allow").is_visible()
    assert tab.names("similar") == PICKS
    assert {one.path for one in front.asked} == {"/v1/client.js", "/v1/nl/en/consent"}
    assert visitor.cookies() == []
    assert tab.complaints == []
    assert tab.shift() == 0


def test_without_javascript_the_default_content_stays(browser: Browser, front: Shopfront) -> None:
    front.reset()
    visitor = browser.new_context(base_url=front.url, java_script_enabled=False)
    page = visitor.new_page()
    page.goto(PAGE)
    assert page.locator("[data-selvedge-slot=similar] a").all_inner_texts() == PICKS
    assert page.get_by_role("link", name="Browse all garments").is_visible()
    assert not page.locator("#consent").is_visible()
    assert front.asked == []
    visitor.close()


def test_what_may_stand_in_is_told_by_facts(visitor: BrowserContext, front: Shopfront) -> None:
    tab = Tab(visitor).open()
    assert tab.page.get_by_role("heading", name="Repairs").is_visible()
    tab.accept()
    region = tab.page.get_by_role("region", name="Alternatives")
    region.wait_for()
    assert 0 < region.get_by_role("list").first.locator("> li").count() <= 8
    for fact in region.locator(".selvedge-because").all_inner_texts():
        assert re.search(r"made in \w+.*(certified|OEKO-TEX|licence|Fairtrade|bluesign)", fact), fact
    assert [one.path.partition("?")[2] for one in front.requests("/fragments/alternatives")] == [
        "item=S000014-01&personalise=on"
    ]
    assert tab.shift() == 0


def test_a_worker_that_is_down_leaves_the_default_content(visitor: BrowserContext, front: Shopfront) -> None:
    front.broken = True
    tab = Tab(visitor).open()
    assert tab.names("similar") == PICKS
    assert tab.shift() == 0
