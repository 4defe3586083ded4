"""A tab of the garment page, with what went wrong in it and how much it jumped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Locator

PAGE = "/garment.html"

# Shifts that follow an input within half a second count too: a fragment must not move anything ever.
_COUNT_SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.shifts.push(entry.value)))
    .observe({ type: "layout-shift", buffered: true });
"""


class Tab:
    """One page in one visitor's browser."""

    def __init__(self, visitor: BrowserContext) -> None:
        self.page = visitor.new_page()
        self.complaints: list[str] = []
        self.page.add_init_script(_COUNT_SHIFTS)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str = PAGE) -> Tab:
        """Go there, and wait until nothing more is loading."""
        self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        return self

    def slot(self, name: str) -> Locator:
        """The place in the page that a fragment may fill."""
        return self.page.locator(f"[data-selvedge-slot={name}]")

    def names(self, slot: str) -> list[str]:
        """The names of what a slot shows."""
        return self.slot(slot).locator(".selvedge-name").all_inner_texts()

    def fragments(self) -> int:
        """How many slots have been filled."""
        return self.page.locator("section.selvedge").count()

    def shift(self) -> float:
        """The sum of all layout shifts since the page began (the unbounded form of CLS)."""
        return float(self.page.evaluate("window.shifts.reduce((sum, one) => sum + one, 0)"))

    def accept(self) -> Tab:
        """Press Allow, and wait for what follows."""
        self.page.get_by_role("button", name="Allow").click()
        self.page.locator("section.selvedge").first.wait_for()
        self.page.wait_for_load_state("networkidle")
        return self

    def refuse(self) -> Tab:
        """Press Refuse, and wait for what follows."""
        self.page.get_by_role("button", name="Refuse").click()
        self.page.locator("#consent").wait_for(state="hidden")
        self.page.wait_for_load_state("networkidle")
        return self

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)
