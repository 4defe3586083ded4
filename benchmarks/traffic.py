"""The requests: filters that match a fair part of the catalogue, and people with a context; no two alike.

A request is the one of the budgets: 12 affinities, 20 recent products, 3 filters and a price range.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import time
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import msgspec

from benchmarks.client import request
from origin.rehearsal import AesGcm
from selvedge.catalogue.filter import UNKNOWN
from selvedge.catalogue.query import FacetFilter, Query, RangeFilter, canonical
from selvedge.shopper.consent import CHOICE_COOKIE, format_choice
from selvedge.shopper.context import CONTEXT_COOKIE, Affinity, Context, seal_context
from selvedge.shopper.sealing import Sealer
from selvedge.snapshot.postings import to_ranks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.shops import Shop
    from selvedge.snapshot.facets import Facet

SEALING_KEY = bytes(range(32))
SEALING_KEY_ID = "benchmark"
MANY_VALUES = 300
LEAST_MATCHES, LEAST_SHARE, MOST_SHARE = 60, 0.04, 0.30
_ATTEMPTS = 20_000
_PROVEN = ("certification", "organicContent", "recycledContent")
"""Fields that rest on evidence about the product."""


@dataclass(frozen=True)
class Visit:
    """One person's request."""

    query: Query
    context: Context
    cookie: str
    plain_cookie: str
    """The context as the JavaScript peers read it: JSON, not encrypted."""


class Traffic:
    """So many visits to a shop, the same for every run."""

    def __init__(self, shop: Shop, visits: int) -> None:
        self._chance = random.Random(7)  # noqa: S311 - to be repeated, not to be secret
        self._shop = shop
        self._index = shop.scope.index
        self._sealer = Sealer(AesGcm(), {SEALING_KEY_ID: SEALING_KEY})
        self._popular = {
            name: _popular(shop.scope.facet(name)) for name in ("brand", "category", "color", "material")
        }
        self._shown = to_ranks(shop.scope.market.available, self._index.size)
        self._proven = {name: _popular(shop.scope.facet(name)) for name in _PROVEN}
        self._numbers = count(1)
        self.matched: list[int] = []
        self.visits = [self._visit(query) for query in self._queries(visits, self._query, self.matched)]
        self._of_evidence = (
            self._queries(visits, self._evidence_query, []) if any(self._proven.values()) else []
        )

    def public(self) -> list[bytes]:
        """The plain first page."""
        return [request(f"{self._shop.path}/products")]

    def filtered(self, etags: Sequence[str] | None = None) -> list[bytes]:
        """Filtered lists; conditional ones where entity tags are given."""
        headers = [{"If-None-Match": tag} for tag in etags] if etags else [{}] * len(self.visits)
        return [
            request(f"{self._shop.path}/products?{canonical(visit.query)}", more)
            for visit, more in zip(self.visits, headers, strict=True)
        ]

    def evidence(self) -> list[bytes]:
        """Filtered lists where one of the filters rests on evidence; none where the shop has no evidence."""
        return [request(f"{self._shop.path}/products?{canonical(query)}") for query in self._of_evidence]

    def facets(self) -> list[bytes]:
        """Filtered lists with the counts of fields that have over 300 values between them."""
        fields = self.facet_fields()
        queries = (msgspec.structs.replace(visit.query, facets=fields) for visit in self.visits)
        return [request(f"{self._shop.path}/products?{canonical(query)}") for query in queries]

    def personal(self, cursors: Sequence[str] | None = None) -> list[bytes]:
        """Personal lists; the next pages where cursors are given."""
        return [
            request(
                f"{self._shop.path}/recommendations?{canonical(query)}",
                {"Cookie": f"{CHOICE_COOKIE}={format_choice(['session'])}; {CONTEXT_COOKIE}={visit.cookie}"},
            )
            for visit, query in zip(self.visits, self._continued(cursors), strict=True)
        ]

    def details(self) -> list[bytes]:
        """Product pages."""
        some = self._chance.choices(self._shown, k=len(self.visits))
        ids = self._shop.ids
        return [request(f"{self._shop.path}/products/{ids[rank]}") for rank in some]

    def similar(self) -> list[bytes]:
        """What is like a product, 200 of them: public, but with no cache before it."""
        some = self._chance.choices(self._shown, k=min(200, len(self.visits)))
        return [request(f"{self._shop.path}/products/{self._shop.ids[rank]}/similar") for rank in some]

    def peer(self) -> list[bytes]:
        """The personal lists as the JavaScript peers understand them."""
        return [
            request(f"/?{canonical(visit.query)}", {"Cookie": f"context={visit.plain_cookie}"})
            for visit in self.visits
        ]

    def facet_fields(self) -> tuple[str, ...]:
        """Fields, the largest first, that have over 300 values between them, or all there are."""
        facets = {**self._index.facets, **self._shop.scope.market.facets}
        chosen, values = [], 0
        for name, facet in sorted(facets.items(), key=lambda pair: -len(pair[1].info.values)):
            if values < MANY_VALUES:
                chosen.append(name)
                values += len(facet.info.values)
        return tuple(sorted(chosen))

    def _continued(self, cursors: Sequence[str] | None) -> list[Query]:
        if cursors is None:
            return [visit.query for visit in self.visits]
        pairs = zip(self.visits, cursors, strict=True)
        return [msgspec.structs.replace(visit.query, cursor=cursor) for visit, cursor in pairs]

    def _queries(self, number: int, make: Callable[[], Query], counts: list[int]) -> list[Query]:
        """Return `number` queries that match a fair part of the catalogue; `counts` gets how many."""
        found: dict[str, Query] = {}
        scope = self._shop.scope
        available = scope.market.available.bit_count()
        least = max(LEAST_MATCHES, LEAST_SHARE * available)
        for _ in range(_ATTEMPTS):
            query = make()
            matched = scope.matches(query).bit_count()
            if least <= matched <= MOST_SHARE * available and canonical(query) not in found:
                found[canonical(query)] = query
                counts.append(matched)
                if len(found) == number:
                    return list(found.values())
        raise ValueError(f"{len(found)} of {number} queries found that match enough of {self._shop.name}")

    def _query(self) -> Query:
        excluded = tuple(sorted(self._chance.sample(self._popular["color"], 2)))
        prices = self._shop.scope.market.price.values
        low = self._chance.randrange(len(prices) // 4)
        high = self._chance.randrange(len(prices) * 3 // 4, len(prices))
        filters = [
            FacetFilter("category", "any", self._some("category", 4, 9)),
            FacetFilter("material", "any", self._some("material", 2, 5)),
            FacetFilter("color", "not", excluded),
        ]
        return Query(tuple(sorted(filters)), (RangeFilter("price", prices[low], prices[high]),))

    def _evidence_query(self) -> Query:
        """The same with evidence in place of a material."""
        query = self._query()
        field = self._chance.choice([name for name, values in self._proven.items() if values])
        values = self._proven[field]
        some = tuple(sorted(self._chance.sample(values, min(self._chance.randint(2, 5), len(values)))))
        others = [one for one in query.facet_filters if one.field != "material"]
        return Query(tuple(sorted([*others, FacetFilter(field, "any", some)])), query.range_filters)

    def _some(self, field: str, least: int, most: int) -> tuple[str, ...]:
        values = self._popular[field]
        number = min(self._chance.randint(least, most), len(values))
        return tuple(sorted(self._chance.sample(values, number)))

    def _visit(self, query: Query) -> Visit:
        liked = [(field, value) for field in self._popular for value in self._some(field, 4, 4)]
        affinities = tuple(
            Affinity(field, value, self._chance.randint(8, 96))
            for field, value in self._chance.sample(liked, min(12, len(liked)))
        )
        ranks = self._chance.sample(self._shown, 20)
        recent = tuple(self._index.ordinals[rank] for rank in ranks)
        number = next(self._numbers)  # people of their own: the Worker limits what one of them may send
        context = Context(b"%012d" % number, int(time.time()), recent, affinities)
        ids = self._shop.ids
        plain = {"affinities": affinities, "recent": [ids[rank] for rank in ranks]}
        return Visit(
            query,
            context,
            asyncio.run(seal_context(context, self._sealer)),
            base64.b64encode(json.dumps(msgspec.to_builtins(plain)).encode()).decode(),
        )


def _popular(facet: Facet) -> list[str]:
    """The values that most products have, the unknown left out."""
    values = [(facet.stored_count(at), value) for at, value in enumerate(facet.info.values)]
    return [value for count, value in sorted(values, reverse=True)[:14] if value != UNKNOWN and count]
