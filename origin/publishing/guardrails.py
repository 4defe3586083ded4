"""What a publication must not do unnoticed: shrink the shop, lose a market, or go back in time.

A feed that breaks off half-way is valid in every row it has. It shows only in comparison, whether a
version or a delta was made of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from origin.publishing.errors import GuardrailRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selvedge.snapshot.manifest import Manifest, Release


class Limits(msgspec.Struct, frozen=True):
    """`fall` is the share of a count that may disappear.

    A facet value is large from `large_products` or `large_share` of the products on, but never below
    `small_products`: in a shop of 300, a value of 3 loses a third with a single product.
    With `same_feed` the feed may be the current one, built anew by other code or settings.
    """

    fall: float = 0.20
    large_products: int = 50
    large_share: float = 0.01
    small_products: int = 10
    same_feed: bool = False


def check(new: Release, current: Release | None, limits: Limits | None = None) -> None:
    """Raise `GuardrailRefused` with everything that is suspicious about `new` after `current`."""
    found = tuple(findings(new, current, limits or Limits()))
    if found:
        raise GuardrailRefused(found)


def findings(new: Release, current: Release | None, limits: Limits) -> Iterator[str]:
    """Say in one sentence each what is suspicious about `new` after `current`."""
    if not new.counts.get("products"):
        yield "the snapshot has no products"
    if current is None:
        return
    if new.version == current.version:
        yield from _older_delta(new, current)
    yield from _older_feed(new, current, limits)
    yield from _lost_markets(new.manifest, current.manifest)
    yield from _falls(new.counts, current.counts, limits)


def _older_delta(new: Release, current: Release) -> Iterator[str]:
    if new.delta_number <= current.delta_number:
        yield f"delta {new.delta_number} is not newer than delta {current.delta_number} of {current.version}"


def _older_feed(new: Release, current: Release, limits: Limits) -> Iterator[str]:
    same_feed = limits.same_feed or new.version == current.version  # deltas have numbers to go by
    if new.taken < current.taken + (not same_feed):
        yield f"the feed was taken at {new.taken}, not after the current one at {current.taken}"


def _lost_markets(new: Manifest, current: Manifest) -> Iterator[str]:
    locales = {market.code: set(market.locales) for market in new.markets}
    for market in current.markets:
        if market.code not in locales:
            yield f"market {market.code} disappears"
        elif lost := sorted(set(market.locales) - locales[market.code]):
            yield f"market {market.code} loses {', '.join(lost)}"


def _falls(new: dict[str, int], current: dict[str, int], limits: Limits) -> Iterator[str]:
    products = current.get("products", 0)
    for name, before in sorted(current.items()):
        after = new.get(name, 0)
        if after < before * (1 - limits.fall) and _is_guarded(name, before, products, limits):
            yield f"{name} falls from {before} to {after}, by {100 * (before - after) / before:.0f} %"


def _is_guarded(name: str, before: int, products: int, limits: Limits) -> bool:
    if name.startswith("facet/"):
        share = max(limits.small_products, limits.large_share * products)
        return before >= limits.large_products or before >= share
    return name == "products" or name.startswith("inStock/")
