"""Invented rows for the feed tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from origin.importing import Import

TAKEN = datetime(2026, 11, 1, tzinfo=UTC)
ReadFeed = Callable[..., Import]
OFFER = {
    "id": "A-S",
    "item_group_id": "A",
    "title": "Linen shirt",
    "link": "https://shop.example/a",
    "price": "29.99 EUR",
    "availability": "in_stock",
    "color": "Blue",
    "size": "S",
    "product_type": "Women > Shirts",
    "brand": "Alder",
}


def feed_text(offers: Iterable[dict[str, str]]) -> str:
    """Write offers as a feed; each is the usual offer with some columns changed."""
    rows = [OFFER | offer for offer in offers]
    columns = list(dict.fromkeys(column for values in rows for column in values))
    lines = [columns, *([values.get(column, "") for column in columns] for values in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)
