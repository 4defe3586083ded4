"""The scenarios of one shop: what is asked of the Worker, and of those that it is compared with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.client import Connection, request
from benchmarks.measure import Scenario
from benchmarks.shopper import BATCH, ShopperTraffic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.shops import Shop
    from benchmarks.traffic import Traffic

PERSONAL = "personal list"
FILTERED, EVIDENCE = "filtered list", "filtered list with evidence"
HELLO = "hello"
COMPARED = (HELLO, PERSONAL, "js-hello", "naive", "bitsets")
"""Whose throughput is measured."""

CHECKED = 40
"""Requests to which the peers must give the same answer as the Worker."""


class PeersDisagree(Exception):
    """A peer answered a request otherwise than the Worker did: they do not do the same work."""


def scenarios(
    url: str, hellos: Mapping[str, str], peers: Mapping[str, str], shop: Shop, traffic: Traffic
) -> list[Scenario]:
    """Everything that is timed, in the order of the table."""
    etags = [headers["etag"] for headers in _headers(url, traffic.filtered())]
    cursors = [str(answer["next"]) for answer in answers(url, traffic.personal())]
    hello = [request("/")]
    people = ShopperTraffic(shop, traffic)
    return [
        Scenario(HELLO, hellos[HELLO], hello),
        Scenario("public list", url, traffic.public()),
        Scenario(FILTERED, url, traffic.filtered()),
        *([Scenario(EVIDENCE, url, traffic.evidence())] if traffic.evidence() else []),
        Scenario("filtered list with facets", url, traffic.facets()),
        Scenario(PERSONAL, url, traffic.personal()),
        Scenario("next page of it", url, traffic.personal(cursors)),
        Scenario("product", url, traffic.details()),
        Scenario("not modified", url, traffic.filtered(etags), status=304),
        Scenario("one event", url, people.events(1)),
        Scenario("20 events", url, people.events(BATCH)),
        Scenario("personal fragment", url, people.fragments()),
        Scenario("public fragment", url, people.similar_garments()),
        Scenario("consent", url, people.consent()),
        Scenario("js-hello", hellos["js-hello"], hello),
        *(Scenario(name, peer, traffic.peer()) for name, peer in peers.items()),
    ]


def check_peers(url: str, peers: Mapping[str, str], traffic: Traffic) -> None:
    """Raise PeersDisagree unless the peers find the products and show the same page as the Worker.

    The Worker spreads brands within a block of the order, which is this page, and the peers do not: the
    same items may stand in another order.
    """
    expected = answers(url, traffic.personal()[:CHECKED])
    for name, peer in peers.items():
        for number, (own, other) in enumerate(
            zip(expected, answers(peer, traffic.peer()[:CHECKED]), strict=True)
        ):
            if own["numberOfItems"] != other["numberOfItems"] or _by_id(own) != _by_id(other):
                differing = sorted(_by_id(own).keys() ^ _by_id(other).keys())
                raise PeersDisagree(
                    f"{name}, request {number}: {own['numberOfItems']} and {other['numberOfItems']} matches, "
                    f"items in one alone: {', '.join(differing) or 'none, but fields differ'}"
                )


def _by_id(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {item["id"]: item for item in answer["items"]}


def answers(url: str, requests: Sequence[bytes]) -> list[dict[str, object]]:
    """The JSON answers to `requests`."""
    with Connection(url) as connection:
        return [json.loads(connection.exchange(one).body) for one in requests]


def _headers(url: str, requests: Sequence[bytes]) -> list[Mapping[str, str]]:
    with Connection(url) as connection:
        return [connection.exchange(one).headers for one in requests]
