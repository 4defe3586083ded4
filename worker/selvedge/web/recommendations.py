"""The personal order. What consent does not allow is not read, and then all people get the same bytes."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from selvedge.catalogue.query import BadParameter, parse_query
from selvedge.ranking.experiments import assign, overrides
from selvedge.ranking.frozen import (
    DAY,
    MAX_SEEN,
    Frozen,
    freeze_signals,
    personal,
    rests_on_evidence,
    thaw_signals,
)
from selvedge.ranking.models import MAX_SCORED, bonuses
from selvedge.ranking.rulebook import Scene
from selvedge.ranking.signals import occasion, weigh
from selvedge.shopper.context import CONTEXT_COOKIE, Context, open_context
from selvedge.shopper.situation import read_situation
from selvedge.web.caching import PRIVATE
from selvedge.web.cursors import is_private
from selvedge.web.http import JSON, Request, Response
from selvedge.web.listing import Marker, categories, turn
from selvedge.web.problems import NotFound, StaleCursor
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
    from selvedge.ranking.models import Prediction
    from selvedge.ranking.signals import Signal
    from selvedge.ranking.weights import RankingWeights
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


class Asked(msgspec.Struct, frozen=True):
    """What the request itself says about the wanted order. `item` is a rank."""

    item: int | None
    preferred: tuple[tuple[str, str], ...]
    explain: bool
    personalise: bool


async def recommend(
    edge: Edge, request: Request, background: Background, market: str, locale: str
) -> Response:
    """`GET /v1/{market}/{locale}/recommendations`."""
    view = await edge.view(market, locale, background)
    query = parse_query(request.query, view.scope.vocabulary(PARAMETERS, sorts=("relevance",)))
    answer = await decide(edge, request, view, query)
    headers = {"Content-Type": JSON, **PRIVATE, **edge.marks(view.edition)}
    return Response(200, headers, msgspec.json.encode(answer))


async def decide(edge: Edge, request: Request, view: View, query: Query, slot: str = SLOT) -> Recommendations:
    """Return what this request is shown, whatever form it is then served in; rules know it by its `slot`."""
    asked = read_asked(view, query)
    context = (
        await read_context(edge, request, view.market.code, view.scope.now) if asked.personalise else None
    )
    cursor = read_cursor(edge, request, query, context)
    if cursor is not None:
        check_cursor(cursor, request, view, query, lambda: _revision(view, cursor.frozen))
    person = Person(asked, context)
    arms = cursor.frozen.arms if cursor else _assign(view, context)
    holding = _holding(view, slot, query, person, arms)
    view = view.without(view.rulebook.excluded(holding, view.scope.now) | _unwanted(view, person))
    index, weights = view.scope.index, _weights(view, arms)
    if cursor is None:
        ordered_at = _ordered_at(view, weights)
        signals, frozen = _freeze(edge, request, view, weights, person, arms, holding, ordered_at)
    else:
        ordered_at, frozen = cursor.ordered_at, cursor.frozen
        signals = thaw_signals(index, frozen)
    ordering = personal(index, view.rulebook, weights, frozen, ordered_at, signals)
    order, matches = ordering.order(), view.scope.matches(query)
    if cursor is None and holding:
        pins = view.rulebook.pins(holding, order, matches, view.scope.now)
        frozen = msgspec.structs.replace(frozen, pins=pins)
    page = turn(index, order, matches, query, cursor, frozen, weights.spread)
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
        recommendation_id=_recommendation_id(request, view, context, ordered_at),
        personalised=context is not None and (cursor is None or cursor.private),
        experiments=dict(arms),
    )


class Person(msgspec.Struct, frozen=True):
    """What the order may know: what the request asks for, and what consent lets us read."""

    asked: Asked
    context: Context | None


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
    return Asked(
        item=_item(view, extra["item"]) if "item" in extra else None,
        preferred=_preferred(view, extra["prefer"]) if "prefer" in extra else (),
        explain=_switch(extra, "explain", {"true": True, "false": False}, default=False),
        personalise=_switch(extra, "personalise", {"on": True, "off": False}, default=True),
    )


async def read_context(edge: Edge, request: Request, market: str, now: int) -> Context | None:
    """Return what this person brings along, where they allow it; else nothing of it is read."""
    if not edge.consent.decide(request, market).allows("session"):
        return None
    return await open_context(request.cookies().get(CONTEXT_COOKIE, ""), edge.sealer, now)


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


def _assign(view: View, context: Context | None) -> dict[str, str]:
    """Return the arm of each experiment; who may not be told apart is in the control arms."""
    person = context.id.hex() if context is not None and context.id else None
    return assign(view.rulebook.experiments, view.market.code, view.scope.now, person)


def _holding(view: View, slot: str, query: Query, person: Person, arms: dict[str, str]) -> list[int]:
    """Return the numbers of the rules that hold for this list."""
    if not view.rulebook.rules:
        return []
    leanings = person.context.affinities if person.context else ()
    scene = Scene(
        view.market.code,
        slot,
        categories(query),
        view.scope.now,
        frozenset(
            [f"{one.field}:{one.value}" for one in leanings]
            + [f"{field}:{value}" for field, value in person.asked.preferred]
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
    edge: Edge,
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
        affinities=context.affinities if context else (),
        preferred=asked.preferred,
        recent=recent,
        occasion=_occasion(request, view, weights, context, ordered_at),
    )
    predicted = bonuses(index, weights, _predict(edge, view, recent))
    return signals, Frozen(
        signals=freeze_signals(index, signals),
        bonuses=tuple(sorted(predicted.points.items())),
        model=predicted.model,
        seen=tuple(_ranks(view, context.seen)[:MAX_SEEN]) if context else (),
        rules=view.rulebook.shifting(holding),
        arms=arms,
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


def _predict(edge: Edge, view: View, recent: list[int]) -> Prediction | None:
    if edge.predictor is None or not recent:
        return None
    return edge.predictor.predict([view.scope.index.ordinals[rank] for rank in recent], MAX_SCORED)


def _ranks(view: View, ordinals: tuple[int, ...]) -> list[int]:
    """Return the ranks of those among `ordinals` that this version has, each once."""
    ranks = (view.scope.index.rank(ordinal) for ordinal in dict.fromkeys(ordinals))
    return [rank for rank in ranks if rank is not None]


def _unwanted(view: View, person: Person) -> int:
    """The styles that are not for this list: the one looked at, and those bought or dismissed."""
    ranks = [] if person.asked.item is None else [person.asked.item]
    if person.context is not None:
        ranks += _ranks(view, person.context.purchased + person.context.dismissed)
    return sum(1 << one for one in {one for rank in ranks for one in view.scope.index.siblings(rank)})


def _revision(view: View, frozen: Frozen) -> str:
    """Return the delta's name where a delta may move products."""
    moved = rests_on_evidence(view.scope.index, view.rulebook, frozen)
    return view.edition.revision if moved else ""


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


def _item(view: View, product_id: str) -> int:
    try:
        return locate(view, product_id)[1]
    except NotFound as error:
        raise BadParameter("item", f"{product_id!r} is not a product") from error


def _preferred(view: View, text: str) -> tuple[tuple[str, str], ...]:
    pairs = text.split(",")
    if len(pairs) > MAX_PREFERENCES:
        raise BadParameter("prefer", f"names more than {MAX_PREFERENCES} preferences")
    preferred = []
    for pair in sorted(set(pairs)):
        field, _, value = pair.partition(":")
        facet = view.scope.index.facets.get(field)
        if facet is None:
            raise BadParameter("prefer", f"{field!r} is not a field", list(view.scope.index.facets))
        if facet.index(value) is None:
            raise BadParameter("prefer", f"{value!r} is not a value of {field}", facet.values())
        preferred.append((field, value))
    return tuple(preferred)


def _switch(extra: dict[str, str], name: str, choices: dict[str, bool], *, default: bool) -> bool:
    if name not in extra:
        return default
    if extra[name] not in choices:
        raise BadParameter(name, f"{extra[name]!r} is not a choice", choices)
    return choices[extra[name]]
