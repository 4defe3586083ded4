"""The shops that are measured: a catalogue, its snapshot, how long that took, what a market sees of it."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from development import paths
from development.catalogues import real_data
from origin.building import build
from origin.demo import generate
from origin.importing import Import, load_mapping, load_shop, read_csv
from selvedge.catalogue.filter import Scope
from selvedge.snapshot.index import Index, MarketIndex

if TYPE_CHECKING:
    from origin.building.built import BuiltSnapshot
    from selvedge.catalogue.model import Catalogue, Market, Product

SHOP = "benchmark"
_IMPORTING = paths.ROOT / "origin" / "importing"
HM = "hm-nl-women-materials-2023"
_HM_TABLE, _HM_SHOP = "HM_products.csv", "hm-nl.toml"


@dataclass(frozen=True)
class Shop:
    """One catalogue under test. Requests are about its first market in its first locale."""

    name: str
    catalogue: Catalogue
    built: BuiltSnapshot
    build_seconds: float
    model: bytes | None = None
    """The session model's part, where the shop has one."""

    @property
    def market(self) -> Market:
        """The market that requests are about."""
        return self.catalogue.markets[0]

    @property
    def path(self) -> str:
        """Where its API begins."""
        return f"/v1/{self.market.code}/{self.market.locales[0]}"

    @property
    def bytes_per_product(self) -> float:
        """All parts, in all markets and locales."""
        return sum(map(len, self.built.parts.values())) / len(self.catalogue.products)

    @cached_property
    def scope(self) -> Scope:
        """The market on CPython, now."""
        index = Index(self.built.sections("index"))
        market = MarketIndex(self.built.sections(f"market/{self.market.code}"), index.size)
        return Scope(index, market, int(time.time()))

    @cached_property
    def ids(self) -> list[str]:
        """Product ids by rank."""
        ids = [""] * self.scope.index.size
        for product in self.catalogue.products:
            ordinal = self.scope.index.ordinal(product.id)
            rank = None if ordinal is None else self.scope.index.rank(ordinal)
            if rank is not None:
                ids[rank] = product.id
        return ids

    def next_day(self) -> BuiltSnapshot:
        """The version that follows: a day later, every 200th product gone, every 20th cheaper."""
        later = msgspec.structs.replace(
            self.catalogue,
            taken=self.catalogue.taken + timedelta(days=1),
            products=tuple(
                _reduced(product) if at % 20 == 0 else product
                for at, product in enumerate(self.catalogue.products)
                if at % 200
            ),
        )
        return build(later, shop=SHOP, previous=self.built, model=self.model)

    def with_model(self, model: bytes) -> Shop:
        """The same shop in a version that brings a session model along."""
        built = build(self.catalogue, shop=SHOP, previous=self.built, model=model)
        return dataclasses.replace(self, built=built, model=model)


def generated(products: int) -> Shop:
    """The generated shop of that size."""
    return _built(str(products), generate(products=products))


def hm() -> Shop:
    """The H&M catalogue. Raises NoData where it is not there."""
    return _built("hm", import_hm().catalogue)


def import_hm() -> Import:
    """Import the H&M table. Raises NoData where it is not there."""
    table = real_data() / HM / _HM_TABLE
    rules = _IMPORTING / "mappings" / f"{HM}.toml"
    return read_csv(table, load_mapping(rules), load_shop(_IMPORTING / "shops" / _HM_SHOP))


def _built(name: str, catalogue: Catalogue) -> Shop:
    started = time.perf_counter()
    built = build(catalogue, shop=SHOP)
    return Shop(name, catalogue, built, time.perf_counter() - started)


def _reduced(product: Product) -> Product:
    offers = tuple(
        msgspec.structs.replace(offer, price=max(1, offer.price * 9 // 10), regular_price=None,
                                lowest_price_30_days=None)
        for offer in product.offers
    )  # fmt: skip
    return msgspec.structs.replace(product, offers=offers)
