"""The personal order. What consent does not allow is not read, and then all people get the same bytes."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from selvedge.catalogue.query import BadParameter, is_value, parse_query
from selvedge.ranking.experiments import assign, overrides
from selvedge.ranking.frozen import (
    DAY,
    MAX_SEEN,
    Frozen,
    freeze_pairs,
    freeze_signals,
    personal,
    rests_on_evidence,
    thaw_signals,
)
from selvedge.ranking.models import MAX_SCORED, Prediction, bonuses
from selvedge.ranking.rulebook import Scene
from selvedge.ranking.signals import occasion, weigh
from selvedge.shopper.situation import read_situation
from selvedge.web.caching import PRIVATE
from selvedge.web.cursors import is_private
from selvedge.web.http import JSON, Request, Response
from selvedge.web.listing import Marker, categories, turn
from selvedge.web.people import NOBODY, Asked, Known, Person, read_known
from selvedge.web.problems import NotFound, StaleCursor, Withdrawn, quoted
from selvedge.web.products import (
    ProductList,
    SnapshotInfo,
    check_cursor,
    cursor_at,
    facet_counts,
    first_page,
    locate,
    present,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.catalogue.query import Query
    from selvedge.ports import Background
    from selvedge.ranking.models import Predictor
    from selvedge.ranking.signals import Signal
    from selvedge.ranking.weights import RankingWeights
    from selvedge.shopper.context import Context
    from selvedge.shopper.profile import EdgeProfile
    from selvedge.snapshot.index import Index
    from selvedge.web.cursors import Cursor
    from selvedge.web.edge import Edge, View

PARAMETERS = ("explain", "item", "personalise", "prefer")
MAX_PREFERENCES = 12
SLOT = "recommendations"
"""The name that rules know a personal list by."""


class Recommendations(ProductList, frozen=True, kw_only=True):
    """A page of the personal order. `recommendation_id` is what events about its items echo.

    `personalised` says whether anything beyond the request itself was used; `experiments` gives the arm by
    experiment, which is the control for everybody who may not be told apart from others.
    """

    recommendation_id: str
    personalised: bool
    experiments: dict[str, str] = msgspec.field(default_factory=dict)


async def recommend(
    edge: Edge, request: Request, background: Background, market: str, locale: str
) -> Response:
    """`GET /v1/{market}/{locale}/recommendations`."""
    view = await edge.view(market, locale, background)
    query = parse_query(request.query, view.scope.vocabulary(PARAMETERS, sorts=("relevance",)))
    asked = read_asked(view, query)
    known = (
        await read_known(edge, request, market, view.scope.now, background) if asked.personalise else NOBODY
    )
    answer = await decide(edge, request, view, query, known)
    headers = {"Content-Type": JSON, **PRIVATE, **edge.marks(view.edition), **known.headers}
    return Response(200, headers, msgspec.json.encode(answer), known.cookies)


async def decide(
    edge: Edge, request: Request, view: View, query: Query, known: Known, slot: str = SLOT
) -> Recommendations:
    """Return what this request is shown, whatever form it is then served in; rules know it by its `slot`."""
    asked, context = read_asked(view, query), known.context
    cursor = read_cursor(edge, request, query, context)
    if cursor is not None:
        check_cursor(cursor, request, view, query, lambda: _revision(view, cursor.frozen))
    person = Person(asked, context, known.profile)
    arms = cursor.frozen.arms if cursor else assign_arms(view, context)
    holding = holding_rules(view, slot, query, person, arms)
    item = cursor.frozen.item if cursor else asked.item
    view = view.without(view.rulebook.excluded(holding, view.scope.now) | _unwanted(view, item, person))
    index, weights = view.scope.index, _weights(view, arms)
    if cursor is None:
        ordered_at = _ordered_at(view, weights)
        predictor = await _predictor(edge, view, weights, person)
        signals, frozen = _freeze(predictor, request, view, weights, person, arms, holding, ordered_at)
    else:
        ordered_at, frozen = cursor.ordered_at, cursor.frozen
        signals = thaw_signals(index, frozen)
    ordering = personal(index, view.rulebook, weights, frozen, ordered_at, signals)
    order, matches = ordering.order(), view.scope.matches(query)
    if cursor is None and holding:
        pins = view.rulebook.pins(holding, order, matches, view.scope.now)
        frozen = msgspec.structs.replace(frozen, pins=pins)
    page = turn(view, order, matches, query, cursor, frozen, weights.spread)
    next_page = None
    if len(page.ranks) == query.limit:
        following = cursor_at(
            request,
            view,
            query,
            page.bookmark,
            _revision(view, frozen),
            frozen,
            ordered_at,
            before=cursor,
            private=context is not None,
        )
        next_page = (edge.private_cursors if following.private else edge.public_cursors).write(following)
    marker = Marker(view.rulebook, frozen, ordered_at, ordering if asked.explain else None)
    return Recommendations(
        market=view.market.code,
        locale=view.locale,
        snapshot=SnapshotInfo(view.edition.snapshot_version, view.edition.delta_number),
        number_of_items=matches.bit_count(),
        items=await present(view, query, page.ranks, marker),
        facets=facet_counts(view, query),
        next=next_page,
        unknown_values=(*view.scope.unknown_values(query), *asked.unknown),
        recommendation_id=_recommendation_id(request, view, context, ordered_at),
        personalised=context is not None and (cursor is None or cursor.private),
        experiments=dict(arms),
    )


def without_person(request: Request) -> Request:
    """Return the request as nobody in particular would make it: filters stay, an order of one's own goes.

    Raises `StaleCursor` for a later page, which would not go on in the same order.
    """
    pairs = [pair for pair in request.query.split("&") if pair]
    named = {pair: unquote(pair.partition("=")[0]) for pair in pairs}
    kept = "&".join(pair for pair in pairs if named[pair] not in (*PARAMETERS, "cursor"))
    if "cursor" in named.values():
        raise StaleCursor(f"{request.path}?{kept}" if kept else request.path)
    return Request("GET", request.path, kept, _NoHeaders())


def without_headers(request: Request) -> Request:
    """Return the request as anybody would make it: what a public answer may depend on."""
    return Request("GET", request.path, request.query, _NoHeaders())


class _NoHeaders:
    def get(self, _name: str) -> None:
        """Return None."""


def read_asked(view: View, query: Query) -> Asked:
    """Return what the query's own parameters ask for. Raises `BadParameter`."""
    extra = dict(query.extra)
    preferred, unknown = _preferred(view, extra["prefer"]) if "prefer" in extra else ((), ())
    return Asked(
        item=_item(view, extra["item"]) if "item" in extra else None,
        preferred=preferred,
        unknown=unknown,
        explain=_switch(extra, "explain", {"true": True, "false": False}, default=False),
        personalise=_switch(extra, "personalise", {"on": True, "off": False}, default=True),
    )


def read_cursor(edge: Edge, request: Request, query: Query, context: Context | None) -> Cursor | None:
    """Return where the page begins. Raises `BadParameter`, or `StaleCursor` for whom it is not any more.

    Who has got a context since the first page goes on in the order that this page was in. Who has lost
    it, by withdrawing consent or logging out, starts again: what was personal is not even opened.
    """
    if query.cursor is None:
        return None
    if not is_private(query.cursor):
        return edge.public_cursors.read(query.cursor)
    if context is None:
        raise StaleCursor(first_page(request.path, query))
    return edge.private_cursors.read(query.cursor)


def assign_arms(view: View, context: Context | None) -> dict[str, str]:
    """Return the arm of each experiment; who may not be told apart is in the control arms."""
    person = context.id.hex() if context is not None and context.id else None
    return assign(view.rulebook.experiments, view.market.code, view.scope.now, person)


def holding_rules(view: View, slot: str, query: Query, person: Person, arms: dict[str, str]) -> list[int]:
    """Return the numbers of the rules that hold for a list."""
    if not view.rulebook.rules:
        return []
    scene = Scene(
        view.market.code,
        slot,
        categories(query),
        view.scope.now,
        frozenset(
            [f"{one.field}:{one.value}" for one in person.affinities]
            + [f"{field}:{value}" for field, value in person.preferred]
        ),
        frozenset(f"{experiment}:{arm}" for experiment, arm in arms.items()),
    )
    return view.rulebook.holding(scene)


def _weights(view: View, arms: dict[str, str]) -> RankingWeights:
    changed = overrides(view.rulebook.experiments, arms)
    weights = view.scope.index.weights
    return msgspec.structs.replace(weights, **changed) if changed else weights


def _ordered_at(view: View, weights: RankingWeights) -> int:
    """Return the time that the order goes by: the last instant of evidence, or the day if that is later."""
    now = view.scope.now
    today = now - now % DAY if weights.season or weights.arrival else 0
    return max(view.scope.index.last_instant(now) or 0, today)


def _freeze(
    predictor: Predictor | None,
    request: Request,
    view: View,
    weights: RankingWeights,
    person: Person,
    arms: dict[str, str],
    holding: list[int],
    ordered_at: int,
) -> tuple[Sequence[Signal], Frozen]:
    """Return the signals of this list, and all that it goes by but for its pins."""
    index, asked, context = view.scope.index, person.asked, person.context
    recent = [] if asked.item is None else [asked.item]
    if context is not None:
        recent += _ranks(view, context.recent)
    signals = weigh(
        index,
        weights,
        affinities=person.affinities,
        preferred=person.preferred,
        recent=recent,
        occasion=_occasion(request, view, weights, context, ordered_at),
    )
    predicted = bonuses(index, weights, _predict(predictor, view, recent), _outputs(index, person.profile))
    return signals, Frozen(
        signals=freeze_signals(index, signals),
        bonuses=tuple(sorted(predicted.points.items())),
        model=predicted.model,
        seen=tuple(_ranks(view, context.seen)[:MAX_SEEN]) if context else (),
        rules=view.rulebook.shifting(holding),
        arms=arms,
        item=asked.item,
        excluding=view.rulebook.excluding(holding),
        avoided=freeze_pairs(index, person.avoided),
    )


def _occasion(
    request: Request, view: View, weights: RankingWeights, context: Context | None, ordered_at: int
) -> list[Signal]:
    """Return what moment and market add; where somebody is, is read only where it may add something."""
    if not (weights.season or weights.markets):
        return []
    situation = read_situation(
        request.place, view.market.country, view.locale, ordered_at, personal=context is not None
    )
    return occasion(weights, view.market.code, situation.season)


def _outputs(index: Index, profile: EdgeProfile | None) -> Prediction | None:
    """Return what a model has said of this person beforehand, about the products that this version knows."""
    if profile is None or profile.outputs is None:
        return None
    found = profile.outputs
    scores = [(ordinal, score) for one, score in found.scores if (ordinal := index.ordinal(one)) is not None]
    return Prediction(found.model, found.version, tuple(scores))


async def _predictor(edge: Edge, view: View, weights: RankingWeights, person: Person) -> Predictor | None:
    """The recommender where it is asked: the snapshot's, unless the edge was given one."""
    looked_at = person.asked.item is not None or (person.context is not None and person.context.recent)
    if edge.predictor is not None or view.release is None or not weights.model or not looked_at:
        return edge.predictor
    return await view.release.predictor(view.scope.now)


def _predict(predictor: Predictor | None, view: View, recent: list[int]) -> Prediction | None:
    if predictor is None or not recent:
        return None
    return predictor.predict([view.scope.index.ordinals[rank] for rank in recent], MAX_SCORED)


def _ranks(view: View, ordinals: tuple[int, ...]) -> list[int]:
    """Return the ranks of those among `ordinals` that this version has, each once."""
    ranks = (view.scope.index.rank(ordinal) for ordinal in dict.fromkeys(ordinals))
    return [rank for rank in ranks if rank is not None]


def _unwanted(view: View, item: int | None, person: Person) -> int:
    """The styles that are not for this list: the one looked at, and those bought or dismissed."""
    ranks = [] if item is None else [item]
    if person.context is not None:
        ranks += _ranks(view, person.context.purchased + person.context.dismissed)
    if person.profile is not None:
        named = person.profile.purchased + person.profile.dismissed
        ordinals = (view.scope.index.ordinal(one) for one in named)
        ranks += _ranks(view, tuple(one for one in ordinals if one is not None))
    return sum(1 << one for one in {one for rank in ranks for one in view.scope.index.siblings(rank)})


def _revision(view: View, frozen: Frozen) -> str:
    """Return the delta's name where a delta may move products."""
    moved = rests_on_evidence(view.scope.index, view.rulebook, frozen)
    return (view.edition.revision if moved else "") + view.rulebook.revision_for(frozen)


def _recommendation_id(request: Request, view: View, context: Context | None, ordered_at: int) -> str:
    """Return an id for events to echo: random for a person, the same for all where nobody is known."""
    if context is not None:
        return _text(os.urandom(12))
    edition = view.edition
    named = (
        edition.snapshot_version,
        edition.delta_number,
        edition.evidence_epoch,
        ordered_at,
        request.path,
        request.query,
    )
    return _text(hashlib.sha256(repr(named).encode()).digest()[:12])


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _item(view: View, product_id: str) -> int | None:
    """Return the product's rank; None where it was withdrawn, as the page about it may live on in caches."""
    try:
        return locate(view, product_id)[1]
    except Withdrawn:
        return None
    except NotFound as error:
        raise BadParameter("item", f"{quoted(product_id)} is not a product") from error


def _preferred(view: View, text: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return the preferences on values that some product has, and the others."""
    pairs = text.split(",")
    if len(pairs) > MAX_PREFERENCES:
        raise BadParameter("prefer", f"names more than {MAX_PREFERENCES} preferences")
    preferred, unknown = [], []
    for pair in sorted(set(pairs)):
        field, _, value = pair.partition(":")
        facet = view.scope.index.facets.get(field)
        if facet is None:
            raise BadParameter("prefer", f"{quoted(field)} is not a field", list(view.scope.index.facets))
        if not is_value(value):
            raise BadParameter("prefer", f"{quoted(value)} cannot be a value of {field}", facet.values())
        if facet.index(value) is None:
            unknown.append(pair)
        else:
            preferred.append((field, value))
    return tuple(preferred), tuple(unknown)


def _switch(extra: dict[str, str], name: str, choices: dict[str, bool], *, default: bool) -> bool:
    if name not in extra:
        return default
    if extra[name] not in choices:
        raise BadParameter(name, f"{extra[name]!r} is not a choice", choices)
    return choices[extra[name]]
