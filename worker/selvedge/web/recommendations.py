"""The personal order. What consent does not allow is not read, and then all people get the same bytes."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.query import BadParameter, parse_query
from selvedge.ranking.affinity import Personal
from selvedge.ranking.page import page
from selvedge.ranking.weights import weigh
from selvedge.shopper.context import CONTEXT_COOKIE, Context, open_context
from selvedge.web.caching import PRIVATE
from selvedge.web.http import JSON, Request, Response
from selvedge.web.problems import NotFound, StaleCursor
from selvedge.web.products import ProductList, SnapshotInfo, check_cursor, cursor_at, facet_counts, locate

if TYPE_CHECKING:
    from selvedge.catalogue.query import Query
    from selvedge.ports import Background
    from selvedge.ranking.affinity import Weights
    from selvedge.ranking.order import Position
    from selvedge.web.cursors import Cursor
    from selvedge.web.edge import Edge, View
    from selvedge.web.items import Item

PARAMETERS = ("explain", "item", "personalise", "prefer")
MAX_PREFERENCES = 12


class Recommendations(ProductList, frozen=True, kw_only=True):
    """A page of the personal order. `recommendation_id` is what events about its items echo.

    `personalised` says whether anything beyond the request itself was used.
    """

    recommendation_id: str
    personalised: bool


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


async def decide(edge: Edge, request: Request, view: View, query: Query) -> Recommendations:
    """Return what this request is shown, whatever form it is then served in."""
    asked = read_asked(view, query)
    context = (
        await read_context(edge, request, view.market.code, view.scope.now) if asked.personalise else None
    )
    cursor = await read_cursor(edge, query, context)
    if cursor is None:
        weights = _known(view, _weights(view, asked, context))
        ordered_at = view.scope.index.last_instant(view.scope.now) or 0
    else:
        check_cursor(cursor, request, view, query, lambda: _frozen_revision(view, cursor, asked))
        weights, ordered_at = _thaw(view, cursor, asked), cursor.ordered_at
    personal = Personal(view.scope.index, weights, ordered_at)
    matches = view.scope.matches(query) & ~_own_style(view, asked.item)
    places = page(
        view.scope.index,
        personal.order(),
        matches,
        query.limit,
        start=None if cursor is None else cursor.position,
        every_colourway=query.every_colourway,
    )
    next_page = None
    if len(places) == query.limit:
        following = cursor_at(request, view, query, places[-1], _revision(view, weights))
        following = msgspec.structs.replace(following, ordered_at=ordered_at)
        next_page = await _write_cursor(edge, following, weights if context else None, view)
    return Recommendations(
        market=view.market.code,
        locale=view.locale,
        snapshot=SnapshotInfo(view.edition.snapshot_version, view.edition.delta_number),
        number_of_items=matches.bit_count(),
        items=await _present(view, query, places, personal if asked.explain else None),
        facets=facet_counts(view, query),
        next=next_page,
        recommendation_id=_recommendation_id(request, view, context),
        personalised=context is not None and (cursor is None or cursor.private),
    )


def without_person(request: Request) -> Request:
    """Return the request as nobody in particular would make it: filters stay, an order of one's own goes.

    Raises `StaleCursor` for a later page, which would not go on in the same order.
    """
    pairs = [pair for pair in request.query.split("&") if pair]
    named = {pair: pair.partition("=")[0] for pair in pairs}
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


async def read_cursor(edge: Edge, query: Query, context: Context | None) -> Cursor | None:
    """Return where the page begins. Raises `BadParameter`.

    Who has got a context since the first page goes on in the order that this page was in.
    """
    if query.cursor is None:
        return None
    try:
        return edge.public_cursors.read(query.cursor)
    except BadParameter:
        if context is None:
            raise
    return await edge.private_cursors.read(query.cursor)


def _weights(view: View, asked: Asked, context: Context | None) -> Weights:
    index = view.scope.index
    recent = [] if asked.item is None else [asked.item]
    if context is not None:
        ranks = (index.rank(ordinal) for ordinal in context.recent)
        recent += [rank for rank in ranks if rank is not None]
    affinities = context.affinities if context else ()
    return weigh(index, affinities=affinities, preferred=asked.preferred, recent=recent)


def _known(view: View, weights: Weights) -> Weights:
    """Return the weights on values that this snapshot has."""
    facets = view.scope.index.facets
    return {
        (field, value): weight
        for (field, value), weight in weights.items()
        if field in facets and facets[field].index(value) is not None
    }


def _freeze(view: View, weights: Weights) -> tuple[tuple[int, int, int], ...]:
    """Return weights in the snapshot's own numbering: (field, value, weight)."""
    facets = list(view.scope.index.facets.values())
    names = {facet.info.name: at for at, facet in enumerate(facets)}
    frozen = []
    for (field, value), weight in weights.items():
        number = names.get(field)
        at = None if number is None else facets[number].index(value)
        if number is not None and at is not None:
            frozen.append((number, at, weight))
    return tuple(frozen)


def _thaw(view: View, cursor: Cursor, asked: Asked) -> Weights:
    """Return the weights that the first page was made with; the cursor is of this version and revision."""
    if not cursor.private:
        return _known(view, _weights(view, asked, None))
    infos = [facet.info for facet in view.scope.index.facets.values()]
    return {
        (infos[field].name, infos[field].values[value]): weight for field, value, weight in cursor.weights
    }


def _own_style(view: View, item: int | None) -> int:
    """The colourways of the style that the shopper is looking at: it is not recommended to itself."""
    return 0 if item is None else sum(1 << rank for rank in view.scope.index.siblings(item))


async def _present(
    view: View, query: Query, places: list[Position], explained: Personal | None
) -> tuple[Item, ...]:
    ranks = [place.rank for place in places]
    presenter = view.presenter(query)
    cards = await view.cards.cards(view.locale, ranks)
    if explained is None:
        return tuple(presenter.item(rank, card) for rank, card in zip(ranks, cards, strict=True))
    return tuple(
        presenter.item(place.rank, card, place.number, tuple(explained.explain(place.rank)))
        for place, card in zip(places, cards, strict=True)
    )


async def _write_cursor(edge: Edge, cursor: Cursor, frozen: Weights | None, view: View) -> str:
    """Return the cursor's text; a personal one freezes the weights, so that a click moves no later page."""
    if frozen is None:
        return edge.public_cursors.write(cursor)
    private = msgspec.structs.replace(cursor, weights=_freeze(view, frozen), private=True)
    return await edge.private_cursors.write(private)


def _revision(view: View, weights: Weights) -> int:
    """Return the delta number where a delta may move products: where a weight rests on evidence."""
    facets = view.scope.index.facets
    return view.edition.delta_number if any(facets[field].info.dated for field, _ in weights) else 0


def _frozen_revision(view: View, cursor: Cursor, asked: Asked) -> int:
    """Return the same for the weights that a cursor of this version was made with."""
    if not cursor.private:
        return _revision(view, _known(view, _weights(view, asked, None)))
    infos = [facet.info for facet in view.scope.index.facets.values()]
    return view.edition.delta_number if any(infos[field].dated for field, _, _ in cursor.weights) else 0


def _recommendation_id(request: Request, view: View, context: Context | None) -> str:
    """Return an id for events to echo: random for a person, the same for all where nobody is known."""
    if context is not None:
        return _text(os.urandom(12))
    edition = view.edition
    named = (
        edition.snapshot_version,
        edition.delta_number,
        edition.evidence_epoch,
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
