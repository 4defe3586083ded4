"""What else people send beside lists: events, fragments, and the question what is allowed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.client import post, request
from selvedge.shopper.consent import CHOICE_COOKIE, format_choice
from selvedge.shopper.context import CONTEXT_COOKIE
from selvedge.shopper.policy import PURPOSES

if TYPE_CHECKING:
    from benchmarks.shops import Shop
    from benchmarks.traffic import Traffic, Visit

ORIGIN = "http://benchmark"
"""The Worker's own origin, by the `Host` of every request here."""

BATCH = 20


class ShopperTraffic:
    """Requests of the people of `traffic`, who allow everything and bring their full context along."""

    def __init__(self, shop: Shop, traffic: Traffic) -> None:
        self._shop = shop
        self._visits = traffic.visits
        self._ids = [product for product in shop.ids if product]

    def events(self, count: int) -> list[bytes]:
        """Batches of `count` events: handed to the queue, and learnt from by the context cookie."""
        return [
            post(
                f"{self._shop.path}/events",
                json.dumps({"events": [self._event(number, at) for at in range(count)]}).encode(),
                {"Origin": ORIGIN, **_cookies(visit)},
            )
            for number, visit in enumerate(self._visits)
        ]

    def fragments(self) -> list[bytes]:
        """Personal recommendations as HTML beside a product."""
        return [
            request(
                f"{self._shop.path}/fragments/recommendations?item={self._product(number)}", _cookies(visit)
            )
            for number, visit in enumerate(self._visits)
        ]

    def similar_garments(self) -> list[bytes]:
        """The public fragment."""
        return [
            request(f"{self._shop.path}/fragments/similar?item={self._product(number)}")
            for number in range(len(self._visits))
        ]

    def consent(self) -> list[bytes]:
        """What is allowed."""
        return [request(f"{self._shop.path}/consent", _cookies(visit)) for visit in self._visits]

    def _event(self, number: int, at: int) -> dict[str, object]:
        kind = "click" if at == 0 else "impression"
        product = self._product(number * BATCH + at)
        return {
            "id": f"event-{number:05}-{at:02}",
            "type": kind,
            "product": product,
            "position": at,
            "recommendationId": "AAAAAAAAAAAAAAAA",
        }

    def _product(self, number: int) -> str:
        return self._ids[number * 7919 % len(self._ids)]


def _cookies(visit: Visit) -> dict[str, str]:
    return {"Cookie": f"{CHOICE_COOKIE}={format_choice(PURPOSES)}; {CONTEXT_COOKIE}={visit.cookie}"}
