"""Events as pages send them; docs/events.md explains every field. Names follow schema.org and Recombee."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{8,64}\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=128)]
Word = Annotated[str, Meta(min_length=1, max_length=64)]
Moment = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Position = Annotated[int, Meta(ge=0, le=100_000)]
Quantity = Annotated[int, Meta(ge=1, le=10_000)]
Amount = Annotated[int, Meta(ge=0, le=10_000_000_000)]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z")]


class BaseEvent(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"
):
    """What every event has. `id` is made by the page: what comes with it again is the same event.

    `recommendation_id` and `experiments` (the arm by experiment) are echoed from the answer it is about.
    """

    id: Id
    time: Moment | None = None
    recommendation_id: Word | None = None
    slot: Word | None = None
    experiments: Annotated[dict[Word, Word], Meta(max_length=8)] = {}


class ItemEvent(BaseEvent, frozen=True):
    """An event about one product, and one offer of it where a size was chosen (its GTIN, else its size)."""

    product: Name
    offer: Name | None = None
    position: Position | None = None


class PricedEvent(ItemEvent, frozen=True):
    """An event about so many of an offer, at a price for each in minor units."""

    quantity: Quantity = 1
    price: Amount | None = None
    price_currency: Currency | None = None


class Impression(ItemEvent, frozen=True, tag_field="type", tag="impression"):
    """The product came into view in a list."""


class View(ItemEvent, frozen=True, tag_field="type", tag="view"):
    """The product's page was opened."""


class Click(ItemEvent, frozen=True, tag_field="type", tag="click"):
    """The product was chosen in a list."""


class Wishlist(ItemEvent, frozen=True, tag_field="type", tag="wishlist"):
    """The product was put on a wish list."""


class Dismiss(ItemEvent, frozen=True, tag_field="type", tag="dismiss"):
    """The shopper wants no more of the product."""


class AddToCart(PricedEvent, frozen=True, tag_field="type", tag="add_to_cart"):
    """Put into the cart."""


class RemoveFromCart(PricedEvent, frozen=True, tag_field="type", tag="remove_from_cart"):
    """Taken out of the cart."""


class Purchase(PricedEvent, frozen=True, tag_field="type", tag="purchase"):
    """Bought. One event for each offer of an order."""

    order: Name | None = None


class Return(PricedEvent, frozen=True, tag_field="type", tag="return"):
    """Sent back."""

    order: Name | None = None


class Filter(BaseEvent, frozen=True, tag_field="type", tag="filter"):
    """A filter was set; `filter` is the list's canonical query."""

    filter: Annotated[str, Meta(max_length=1024)]
    results: Count | None = None


class Search(BaseEvent, frozen=True, tag_field="type", tag="search"):
    """Words were searched for."""

    query: Annotated[str, Meta(min_length=1, max_length=200)]
    results: Count | None = None


Event = (
    Impression
    | View
    | Click
    | Wishlist
    | Dismiss
    | AddToCart
    | RemoveFromCart
    | Purchase
    | Return
    | Filter
    | Search
)


def kind_of(event: Event) -> str:
    """Return the event's `type`."""
    return str(event.__struct_config__.tag)
