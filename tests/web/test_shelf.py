from __future__ import annotations

from selvedge.web.items import Item
from selvedge.web.shelf import HALF, Shelf


def item(number: int) -> Item:
    text = str(number)
    return Item(text, text, text, text, text, text, text, text, number, "EUR")


def test_an_item_is_known_by_market_locale_and_rank() -> None:
    shelf = Shelf()
    shelf.keep_item(("nl", "en", 1), item(1))
    assert shelf.item(("nl", "en", 1)) == item(1)
    assert shelf.item(("nl", "nl", 1)) is None
    assert shelf.item(("de", "en", 1)) is None
    assert shelf.item(("nl", "en", 2)) is None


def test_what_is_asked_for_stays_and_what_is_not_goes() -> None:
    shelf = Shelf()
    for rank in range(5 * HALF):
        shelf.keep_item(("nl", "en", rank), item(rank))
        assert shelf.item(("nl", "en", 0)) == item(0)
    assert shelf.item(("nl", "en", 1)) is None


def test_a_shelf_holds_two_halves_at_most() -> None:
    shelf = Shelf()
    for rank in range(5 * HALF):
        shelf.keep_item(("nl", "en", rank), item(rank))
    held = [rank for rank in range(5 * HALF) if shelf.item(("nl", "en", rank)) is not None]
    assert len(held) <= 2 * HALF


def test_evidence_is_kept_by_locale() -> None:
    shelf = Shelf()
    assert shelf.claims("en") is shelf.claims("en")
    assert shelf.claims("en") is not shelf.claims("nl")
