"""What a list goes by: found out for its first page, and taken from the cursor by all later ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from selvedge.ranking.alike import alike
from selvedge.ranking.experiments import acting_arms, assign, name_arms, number_arms, overrides
from selvedge.ranking.frozen import (
    DAY,
    MAX_SEEN,
    Frozen,
    freeze_pairs,
    freeze_signals,
    price_band,
    rests_on_evidence,
    thaw_signals,
)
from selvedge.ranking.models import MAX_SCORED, Prediction, bonuses
from selvedge.ranking.rulebook import Scene
from selvedge.ranking.signals import Signal, occasion, weigh
from selvedge.ranking.weights import RankingWeights
from selvedge.shopper.situation import places_of, season_of
from selvedge.web.listing import categories

if TYPE_CHECKING:
    from selvedge.catalogue.query import Query
    from selvedge.ranking.models import Predictor
    from selvedge.shopper.context import Context
    from selvedge.shopper.profile import EdgeProfile
    from selvedge.snapshot.index import Index
    from selvedge.web.cursors import Cursor
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request
    from selvedge.web.people import Person
    from selvedge.web.view import View


class Basis(msgspec.Struct, frozen=True):
    """All that an order follows from; `frozen` and `ordered_at` travel in the cursor."""

    weights: RankingWeights
    signals: Sequence[Signal]
    frozen: Frozen
    ordered_at: int


async def begin(
    edge: Edge, request: Request, view: View, person: Person, arms: dict[str, str], holding: Sequence[int]
) -> Basis:
    """Return what a first page goes by; its pins are not placed yet."""
    weights = arm_weights(view, arms)
    ordered_at = _ordered_at(view, weights)
    recent = looked_at(view, person)
    predictor = await find_predictor(edge, view, weights) if recent else None
    signals = weigh(
        view.scope.index,
        weights,
        affinities=person.affinities,
        preferred=person.preferred,
        recent=recent,
        occasion=_occasion(request, view, weights, person.context, ordered_at),
    )
    priorities = sum(one.points for one in signals if one.source == "priority")
    frozen = _freeze(view, weights, person, recent, predictor, priorities)
    frozen = msgspec.structs.replace(
        frozen,
        signals=freeze_signals(view.scope.index, signals),
        rules=view.rulebook.shifting(holding),
        arms=number_arms(view.rulebook.experiments, arms),
    )
    return Basis(weights, signals, frozen, ordered_at)


def resume(view: View, cursor: Cursor) -> Basis:
    """Return what the list of `cursor` has gone by so far."""
    frozen = cursor.frozen
    signals = thaw_signals(view.scope.index, frozen)
    return Basis(arm_weights(view, frozen_arms(view, frozen)), signals, frozen, cursor.ordered_at)


def assign_arms(view: View, context: Context | None) -> dict[str, str]:
    """Return the arm whose order each experiment shows; to who may not be told apart, the control's."""
    person = context.id.hex() if context is not None and is_randomised(context) else None
    return assign(view.rulebook.experiments, view.market.code, view.scope.now, person)


def is_randomised(context: Context | None) -> bool:
    """Whether there is an id to put somebody into arms by, the same ones each time."""
    return context is not None and bool(context.id)


def frozen_arms(view: View, frozen: Frozen) -> dict[str, str]:
    """Return the arms that a list began with."""
    return name_arms(view.rulebook.experiments, frozen.arms)


def holding_rules(
    request: Request, view: View, slot: str, query: Query, person: Person, arms: dict[str, str]
) -> list[int]:
    """Return the numbers of the rules that hold for a list."""
    if not view.rulebook.rules:
        return []
    placed = view.rulebook.placed and person.context is not None
    scene = Scene(
        view.market.code,
        slot,
        categories(query),
        view.scope.now,
        frozenset(
            [f"{one.field}:{one.value}" for one in person.affinities]
            + [f"{field}:{value}" for field, value in person.preferred]
        ),
        acting_arms(view.rulebook.experiments, arms),
        places_of(request.place) if placed else frozenset(),
    )
    return view.rulebook.holding(scene)


def arm_weights(view: View, arms: dict[str, str]) -> RankingWeights:
    """Return the version's weights as the experiments' arms change them."""
    changed = overrides(view.rulebook.experiments, arms)
    weights = view.scope.index.weights
    return msgspec.structs.replace(weights, **changed) if changed else weights


def looked_at(view: View, person: Person) -> list[int]:
    """Return the ranks of the products that a list may go by, the newest first, each once.

    The page that names its product as `item` may have sent the look at it as well: that is one look.
    """
    recent = [] if person.asked.item is None else [person.asked.item]
    known = [] if person.context is None else _ranks(view, person.context.recent)
    return list(dict.fromkeys(recent + known))


async def find_predictor(edge: Edge, view: View, weights: RankingWeights) -> Predictor | None:
    """Return the snapshot's recommender, unless the edge was given one."""
    if edge.predictor is not None or view.release is None or not weights.model:
        return edge.predictor
    return await view.release.predictor(view.scope.now)


def unwanted(view: View, item: int | None, person: Person) -> int:
    """Return the styles that are not for this list: the one looked at, and those bought or dismissed."""
    ranks = [] if item is None else [item]
    if person.context is not None:
        ranks += _ranks(view, person.context.purchased + person.context.dismissed)
    if person.profile is not None:
        named = person.profile.purchased + person.profile.dismissed
        ordinals = (view.scope.index.ordinal(one) for one in named)
        ranks += _ranks(view, tuple(one for one in ordinals if one is not None))
    return sum(1 << one for one in {one for rank in ranks for one in view.scope.index.siblings(rank)})


def list_revision(view: View, frozen: Frozen) -> str:
    """Return the delta's name where a delta may move products, and those of its rules and weights."""
    moved = rests_on_evidence(view.scope.index, view.rulebook, frozen)
    weights = "" if view.release is None else view.release.weights_revision
    return (view.edition.revision if moved else "") + view.rulebook.revision_for(frozen) + weights


def _ordered_at(view: View, weights: RankingWeights) -> int:
    """Return the time that the order goes by: the last instant of evidence, or the day if that is later."""
    now = view.scope.now
    today = now - now % DAY if weights.season or weights.arrival else 0
    return max(view.scope.index.last_instant(now) or 0, today)


def _freeze(
    view: View,
    weights: RankingWeights,
    person: Person,
    recent: list[int],
    predictor: Predictor | None,
    priorities: int,
) -> Frozen:
    """Return what is known of single products and of the person's past.

    `priorities` are the points that declared priorities add together.
    """
    index, context = view.scope.index, person.context
    # What cannot be in the list is nothing to measure the rest by: least of all what was bought or dismissed.
    predictions = _predict(predictor, view, recent), _outputs(index, person.profile)
    predicted = bonuses(index, weights, *predictions, among=view.scope.meeting(()), start=priorities)
    return Frozen(
        bonuses=tuple(sorted(predicted.points.items())),
        model=predicted.model,
        seen=tuple(_ranks(view, context.seen)[:MAX_SEEN]) if context else (),
        item=person.asked.item,
        avoided=freeze_pairs(index, person.avoided),
        band=price_band(weights, view.scope.market.built_price, recent[0]) if recent else None,
        recent=tuple(recent) if person.asked.explain else (),
        alike=alike(index, weights, recent),
    )


def _occasion(
    request: Request, view: View, weights: RankingWeights, context: Context | None, ordered_at: int
) -> list[Signal]:
    """Return what moment and market add; where somebody is, is read only where it may add something."""
    if not (weights.season or weights.markets):
        return []
    country = (request.place.country() if context is not None else None) or view.market.country
    return occasion(weights, view.market.code, season_of(country, ordered_at))


def _outputs(index: Index, profile: EdgeProfile | None) -> Prediction | None:
    """Return what a model has said of this person beforehand, about the products that this version knows."""
    if profile is None or profile.outputs is None:
        return None
    found = profile.outputs
    scores = [(ordinal, score) for one, score in found.scores if (ordinal := index.ordinal(one)) is not None]
    return Prediction(found.model, found.version, tuple(scores))


def _predict(predictor: Predictor | None, view: View, recent: list[int]) -> Prediction | None:
    if predictor is None or not recent:
        return None
    left_out = min(MAX_SCORED, view.scope.excluded.bit_count())
    return predictor.predict([view.scope.index.ordinals[rank] for rank in recent], MAX_SCORED + left_out)


def _ranks(view: View, ordinals: tuple[int, ...]) -> list[int]:
    """Return the ranks of those among `ordinals` that this version has, each once."""
    ranks = (view.scope.index.rank(ordinal) for ordinal in dict.fromkeys(ordinals))
    return [rank for rank in ranks if rank is not None]
