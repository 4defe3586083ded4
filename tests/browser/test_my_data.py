"""The page on which a person sees what is kept about them, and says what they want done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.shopper import Tab

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

PAGE = "/my-data.html"


def opened(visitor: BrowserContext) -> Tab:
    tab = Tab(visitor).open(PAGE)
    assert tab.complaints == []
    return tab


def allow(tab: Tab, *purposes: str) -> None:
    for purpose in ("session", "profile", "training", "measurement"):
        tab.page.locator(f"input[name={purpose}]").set_checked(purpose in purposes)
    tab.page.get_by_role("button", name="Save my choice").click()
    tab.page.get_by_text("Your choice is saved.").wait_for()


def test_somebody_new_is_told_that_nothing_is_kept(visitor: BrowserContext) -> None:
    tab = opened(visitor)
    assert "nobody" in tab.page.locator("#kept").inner_text()
    assert tab.page.locator("#like").is_hidden()
    assert visitor.cookies() == []


def test_answers_are_in_the_profile_the_order_and_the_file(visitor: BrowserContext) -> None:
    tab = opened(visitor)
    allow(tab, "session", "profile")
    question = tab.page.get_by_role("group", name="Which materials do you like to wear?")
    question.get_by_label("linen", exact=True).check()
    tab.page.get_by_role("button", name="Save my answers").click()
    tab.page.get_by_text("Your answers are saved").wait_for()
    assert "linen" in tab.page.locator("#kept").inner_text()
    ordered = tab.page.evaluate(
        "fetch('/v1/nl/en/recommendations?explain=true&limit=1').then((answer) => answer.json())"
    )
    assert "preferred" in [term["name"] for term in ordered["items"][0]["explain"]]
    again = opened(visitor)
    assert again.page.get_by_label("linen", exact=True).first.is_checked()


def test_everything_is_erased_only_when_it_was_asked_for_twice(visitor: BrowserContext) -> None:
    tab = opened(visitor)
    tab.page.get_by_role("button", name="Erase everything").click()
    assert tab.page.evaluate("document.activeElement.id") == "erase-not"
    tab.page.get_by_role("button", name="No, keep it").click()
    assert tab.page.evaluate("document.activeElement.id") == "erase"


def test_an_erasure_shows_its_receipt_and_leaves_nothing(visitor: BrowserContext) -> None:
    tab = opened(visitor)
    allow(tab, "session", "profile")
    question = tab.page.get_by_role("group", name="Which materials do you like to wear?")
    question.get_by_label("wool", exact=True).check()
    tab.page.get_by_role("button", name="Save my answers").click()
    tab.page.get_by_text("Your answers are saved").wait_for()
    tab.page.get_by_role("button", name="Erase everything").click()
    tab.page.get_by_role("button", name="Yes, erase it now").click()
    tab.page.get_by_text("Everything is erased.").wait_for()
    assert "nobody" in tab.page.locator("#kept").inner_text()
    assert [one["name"] for one in visitor.cookies()] == ["__Host-selvedge-choice"]
    tab.page.get_by_role("link", name="what has been done so far").click()
    tab.page.wait_for_load_state("networkidle")
    assert "modelOutputs" in tab.page.locator("body").inner_text()


def test_the_page_is_told_to_assistive_technology_as_what_it_is(visitor: BrowserContext) -> None:
    tab = opened(visitor)
    tree = tab.page.locator("main").aria_snapshot()
    assert '- heading "My data" [level=1]' in tree
    for title in ("What you allow", "What is kept", "Do not use my profile", "Erase everything"):
        assert f'- region "{title}"' in tree
        assert f'- heading "{title}" [level=2]' in tree
    assert '- group "The shop may"' in tree
    unnamed = tab.page.locator("button, input, a").evaluate_all(
        "all => all.filter((one) => !(one.textContent.trim() || one.labels?.length)).length"
    )
    assert unnamed == 0


def test_the_keyboard_reaches_all_of_it_in_order(visitor: BrowserContext) -> None:
    tab = opened(visitor)
    reached = []
    for _ in range(9):
        tab.page.keyboard.press("Tab")
        reached.append(
            tab.page.evaluate("(document.activeElement.name || document.activeElement.textContent).trim()")
        )
    assert reached == [
        "Skip to content",
        "Selvedge demo shop",
        "session",
        "profile",
        "training",
        "measurement",
        "Save my choice",
        "See the garments in your order",
        "Download everything",
    ]
