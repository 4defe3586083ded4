"""Learning: what an event changes in a person's context. Small integers only; docs/events.md has the table.

An event that raises affinities first fades all of them by a sixteenth, rounded up: what counts is how much
has happened since, not how many hours have passed, so that a shopper who comes back next week is met as the
one who left. The cookie's age ends it all.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.filter import UNKNOWN
from selvedge.ranking.weights import MAX_WEIGHT
from selvedge.shopper.context import Affinity, Context, bounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from selvedge.snapshot.index import Index

STEPS = {
    "view": 4,
    "click": 4,
    "wishlist": 8,
    "add_to_cart": 12,
    "purchase": 8,
    "remove_from_cart": -8,
    "return": -16,
    "dismiss": -16,
}
"""What an event adds to the affinity with its product's category; the other fields get a share of it.

A purchase adds less than putting into the cart, which came before it.
"""

SHARES = {"category": 4, "brand": 3, "material": 2, "color": 2}
"""Quarters of the step, by field."""

_MOVES = {
    "impression": ("seen",),
    **dict.fromkeys(("view", "click", "add_to_cart", "wishlist"), ("recent", "seen")),
    "purchase": ("purchased", "seen"),
    "return": ("dismissed", "purchased"),
    "dismiss": ("dismissed", "recent", "purchased", "seen"),
}
"""The list of the context that a product comes into, and those that it leaves."""

_FADE = 16
_DIGEST = 6


class Happening(msgspec.Struct, frozen=True):
    """An event as far as the context takes note of it. `ordinal` is None where no known product is named."""

    id: str
    kind: str
    ordinal: int | None = None


def digest(event_id: str) -> bytes:
    """Return what the context remembers of an event's id."""
    return hashlib.sha256(event_id.encode()).digest()[:_DIGEST]


def learn(context: Context, happenings: Iterable[Happening], index: Index) -> Context:
    """Return `context` after `happenings`, in their order; what it has counted already changes nothing."""
    for one in happenings:
        known = digest(one.id)
        if known in context.events:
            continue
        context = msgspec.structs.replace(context, events=(known, *context.events))
        if one.ordinal is not None:
            context = _remember(_lean(context, one, index), one.kind, one.ordinal)
    return bounded(context)


def _remember(context: Context, kind: str, ordinal: int) -> Context:
    """Return `context` with the product in the list that an event of this kind puts it into."""
    if kind not in _MOVES or (kind == "impression" and ordinal in context.recent):
        return context
    into, *out_of = _MOVES[kind]
    left = {name: tuple(one for one in getattr(context, name) if one != ordinal) for name in (into, *out_of)}
    return msgspec.structs.replace(context, **left | {into: (ordinal, *left[into])})


def _lean(context: Context, happening: Happening, index: Index) -> Context:
    """Return `context` with the affinities that the event leaves."""
    step = STEPS.get(happening.kind)
    rank = None if happening.ordinal is None else index.rank(happening.ordinal)
    if step is None or rank is None:
        return context
    weights = {(one.field, one.value): one.weight for one in context.affinities}
    if step > 0:
        weights = {key: weight - (weight + _FADE - 1) // _FADE for key, weight in weights.items()}
    for field, value in traits_of(index, rank):
        weights[field, value] = weights.get((field, value), 0) + step * SHARES[field] // 4
    return msgspec.structs.replace(context, affinities=_strongest(weights))


def _strongest(weights: dict[tuple[str, str], int]) -> tuple[Affinity, ...]:
    positive = [(key, min(weight, MAX_WEIGHT)) for key, weight in weights.items() if weight > 0]
    ordered = sorted(positive, key=lambda pair: (-pair[1], pair[0]))
    return tuple(Affinity(field, value, weight) for (field, value), weight in ordered)


def traits_of(index: Index, rank: int) -> Sequence[tuple[str, str]]:
    """Return the product's known values of the fields that affinities are about."""
    pairs = (index.row_value(number) for number in index.row(rank))
    return [(field, value) for field, value in pairs if field in SHARES and value != UNKNOWN]
