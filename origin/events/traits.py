"""Traits: what events about a product say that somebody leans to, by the catalogue that is served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from origin.publishing.folder import folders, read
from selvedge.shopper.learning import traits_of
from selvedge.snapshot.index import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

Pair = tuple[str, str]


class Traits(Protocol):
    """What is known of products."""

    def of(self, product: str) -> Sequence[Pair]:
        """Return field and value of each trait that affinities are about; of a stranger, none."""
        ...

    def refresh(self) -> None:
        """Look for what has changed. It may read files: not to be called by what must answer."""
        ...


class MemoryTraits:
    """Traits as a dict."""

    def __init__(self, traits: Mapping[str, Sequence[Pair]]) -> None:
        self._traits = traits

    def of(self, product: str) -> Sequence[Pair]:
        """Return the traits given."""
        return self._traits.get(product, ())

    def refresh(self) -> None:
        """Change nothing."""


def snapshot_traits(root: Path) -> CatalogueTraits:
    """Return traits by the newest snapshot that was built below `root`."""

    def newest() -> str | None:
        return next((path.name for path in folders(root)), None)

    def load(name: str) -> Index:
        return Index(read(root / name).sections("index"))

    return CatalogueTraits(newest, load)


class CatalogueTraits:
    """Traits by the index of the newest snapshot: `newest` names it, `load` reads it."""

    def __init__(self, newest: Callable[[], str | None], load: Callable[[str], Index]) -> None:
        self._newest = newest
        self._load = load
        self._version: str | None = None
        self._index: Index | None = None

    def refresh(self) -> None:
        """Look whether there is a newer snapshot, and read it."""
        version = self._newest()
        if version is not None and version != self._version:
            self._index, self._version = self._load(version), version

    def of(self, product: str) -> Sequence[Pair]:
        """Return the product's traits."""
        ordinal = None if self._index is None else self._index.ordinal(product)
        rank = None if self._index is None or ordinal is None else self._index.rank(ordinal)
        return [] if self._index is None or rank is None else traits_of(self._index, rank)
