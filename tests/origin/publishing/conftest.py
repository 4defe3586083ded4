from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from origin.building.built import BuiltSnapshot
from origin.publishing.clock import ManualClock
from origin.publishing.kv import MemoryKv
from origin.publishing.ledger import Ledger
from origin.publishing.pointers import Pointers
from origin.publishing.publisher import Publisher
from origin.publishing.signing import Ed25519Signer
from selvedge.catalogue.model import Market
from selvedge.snapshot.container import pack
from selvedge.snapshot.manifest import FORMAT, Manifest, PageSet, Pointer, Release, refer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from origin.publishing.kv import KeyValueStore

SHOP = "acme"
MARKET = Market("nl", "NL", "EUR", ("nl", "en"))


def build(
    number: int, *, markets: tuple[Market, ...] = (MARKET,), counts: Mapping[str, int] = MappingProxyType({})
) -> BuiltSnapshot:
    """A small snapshot whose feed was taken at `number`: two parts of its own and one shared page."""
    index = pack({"index": f"index of {number}".encode() * 20})
    market = pack({"offers": f"offers of {number}".encode() * 10})
    page = pack({"cards": b"the same cards in every version"})
    manifest = Manifest(
        format=FORMAT,
        shop=SHOP,
        taken=number,
        markets=markets,
        groups={"index": (refer(index),), "market/nl": (refer(market),)},
        pages={"cards/nl": PageSet(10, refer(page).digest)},
        counts={"products": 100, "inStock/nl": 80, **counts},
    )
    parts = {refer(part).digest: part for part in (index, market, page)}
    return BuiltSnapshot(Release(manifest, manifest.version), parts)


def with_delta(
    built: BuiltSnapshot,
    number: int,
    prices: bytes = b"",
    *,
    taken: int | None = None,
    counts: Mapping[str, int] = MappingProxyType({}),
) -> BuiltSnapshot:
    delta = pack({"price": prices or f"delta {number}".encode()})
    release = msgspec.structs.replace(
        built.release,
        delta_number=number,
        delta=refer(delta),
        delta_taken=built.release.manifest.taken + number if taken is None else taken,
        delta_counts={**built.release.manifest.counts, **counts},
    )
    return BuiltSnapshot(release, {**built.parts, refer(delta).digest: delta})


class Bench:
    """A store, a ledger and a clock, and publishers that share them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.kv = MemoryKv()
        self.signer = Ed25519Signer(bytes(range(32)))
        self.ledger = Ledger(folder / "ledger.sqlite", "test/store", self.clock)

    def pointers(self, store: KeyValueStore | None = None) -> Pointers:
        return Pointers(store or self.kv, SHOP, self.signer, {}, self.clock)

    def publisher(self, store: KeyValueStore | None = None, **settings: Any) -> Publisher:
        settings = {"shop": SHOP, "who": "tester", **settings}
        return Publisher(store or self.kv, self.ledger, self.pointers(store), **settings)

    def pointer(self, channel: str = "live") -> Pointer:
        stored = self.pointers().read(channel)
        assert stored is not None
        return stored.pointer

    def current(self, channel: str = "live") -> str | None:
        stored = self.pointers().read(channel)
        return stored.pointer.current.version if stored else None

    def sequence(self, channel: str = "live") -> int | None:
        stored = self.pointers().read(channel)
        return stored.pointer.sequence if stored else None

    def is_whole(self, channel: str = "live") -> bool:
        """Whether everything that the pointer names is there."""
        stored = self.pointers().read(channel)
        if stored is None:
            return True
        releases = [release for release in (stored.pointer.current, stored.pointer.previous) if release]
        return all(f"part/{digest.hex()}" in self.kv.pairs for one in releases for digest in one.digests())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
