"""The page by keyboard and as assistive technology is told of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.shopper import Tab

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


def focused(tab: Tab) -> str:
    """The text of what has the focus."""
    return str(tab.page.evaluate("document.activeElement.textContent.trim()"))


def walk(tab: Tab, steps: int) -> list[str]:
    """What Tab reaches, one after the other."""
    found = []
    for _ in range(steps):
        tab.page.keyboard.press("Tab")
        found.append(focused(tab))
    return found


def test_the_keyboard_reaches_the_question_first_and_then_the_page(visitor: BrowserContext) -> None:
    tab = Tab(visitor).open()
    order = [
        "Skip to content",
        "Allow",
        "Refuse",
        "Selvedge demo shop",
        "See the garment",
        "Our pick for today",
    ]
    assert walk(tab, len(order)) == order


def test_the_keyboard_can_answer_it_and_does_not_lose_its_place(visitor: BrowserContext) -> None:
    tab = Tab(visitor).open()
    walk(tab, 2)
    tab.page.keyboard.press("Enter")
    tab.page.locator("section.selvedge").first.wait_for()
    assert focused(tab) == "Privacy choice"


def test_a_fragment_is_a_named_region_with_a_heading_and_a_list(visitor: BrowserContext) -> None:
    tab = Tab(visitor).open().accept()
    region = tab.page.get_by_role("region", name="Similar garments")
    tree = region.aria_snapshot()
    assert tree.startswith('- region "Similar garments":')
    assert '- heading "Similar garments" [level=2]' in tree
    names = tab.names("similar")
    for name in names:
        assert f'- heading "{name}" [level=3]' in tree
        assert f'- link "{name}"' in tree
    assert region.get_by_role("list").first.locator("> li").count() == len(names)
    assert "- img" not in tree


def test_each_garment_is_one_stop_in_the_order_it_is_seen(visitor: BrowserContext) -> None:
    tab = Tab(visitor).open().accept()
    names = tab.names("similar")
    tab.page.get_by_role("link", name="See the garment").focus()
    assert walk(tab, len(names)) == names


def test_prices_are_told_with_what_they_are(visitor: BrowserContext) -> None:
    tab = Tab(visitor).open().accept()
    tree = tab.slot("similar").aria_snapshot()
    assert re.search(r"- term: Price\n\s+- definition: €\d+\.\d\d", tree)


def test_text_stands_out_from_its_ground(visitor: BrowserContext) -> None:
    tab = Tab(visitor).open().accept()
    colours = (
        tab.slot("similar")
        .locator(".selvedge-brand")
        .first.evaluate(
            "one => [getComputedStyle(one).color, getComputedStyle(document.body).backgroundColor]"
        )
    )
    ink, paper = (_luminance(colour) for colour in colours)
    assert (paper + 0.05) / (ink + 0.05) >= 4.5  # WCAG 2.2, 1.4.3


def _luminance(colour: str) -> float:
    """Relative luminance of `rgb(r, g, b)` (WCAG 2.2)."""
    channels = [int(one) / 255 for one in re.findall(r"\d+", colour)[:3]]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
