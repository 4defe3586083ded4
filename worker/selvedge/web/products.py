"""The public answers about products. They depend on path and query alone, so anyone may cache them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from selvedge.catalogue.counting import count_facets
from selvedge.catalogue.query import canonical, parse_query, refuse_parameters
from selvedge.errors import SelvedgeError
from selvedge.ranking.frozen import NOTHING, Frozen, shifted
from selvedge.ranking.order import AscendingOrder, BaseOrder, SlicedOrder
from selvedge.ranking.rulebook import Scene
from selvedge.ranking.rules import PUBLIC_SLOT
from selvedge.web.caching import cache_tag, not_modified
from selvedge.web.http import JSON, JSON_LD, Response
from selvedge.web.items import Item, ProductPage, Variant, marked
from selvedge.web.listing import Marker, categories, turn
from selvedge.web.paging import check_cursor, check_excluded, cursor_at, opened
from selvedge.web.problems import NotFound, Withdrawn, quoted
from selvedge.web.served import Served

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.catalogue.query import Query
    from selvedge.ports import Background
    from selvedge.ranking.order import Order
    from selvedge.snapshot.loaded import Labels, LoadedRelease
    from selvedge.web.cursors import Cursor
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request
    from selvedge.web.view import View


class FacetValue(Served, frozen=True):
    """A value of a field and how many matching products have it."""

    value: str
    label: str
    count: int


class FacetCounts(Served, frozen=True):
    """A field with the values that some matching product has, most frequent first."""

    field: str
    label: str
    values: tuple[FacetValue, ...]


class SnapshotInfo(Served, frozen=True):
    """Which version of the catalogue the answer speaks of."""

    version: str
    delta: int


class ProductList(Served, frozen=True):
    """A page of products. `number_of_items` counts all matching products (colourways), not the page's.

    `unknown_values` are those that the query names and no product of this version has, as `field:value`.
    """

    market: str
    locale: str
    snapshot: SnapshotInfo
    number_of_items: int
    items: tuple[Item, ...]
    facets: tuple[FacetCounts, ...] = ()
    next: str | None = None
    unknown_values: tuple[str, ...] = ()


async def list_products(
    edge: Edge, request: Request, background: Background, market: str, locale: str
) -> Response:
    """`GET /v1/{market}/{locale}/products`."""
    view = await edge.view(market, locale, background, plain=request.query == "")
    try:
        return await _list(edge, request, view)
    except StarterTooShort:
        return await _list(edge, request, await edge.view(market, locale, background))


class StarterTooShort(SelvedgeError):
    """The head of the order does not fill a page; the whole index is needed after all."""


async def _list(edge: Edge, request: Request, view: View) -> Response:
    query = parse_query(request.query, view.scope.vocabulary())
    moved = canonical_redirect(edge, request, canonical(query))
    if moved is not None:
        return moved
    cursor = read_cursor(edge, request, view, query)
    headers = edge.public(view.edition, request, view.scope.now)
    unchanged = not_modified(request, headers)
    if unchanged is not None:
        return unchanged
    scene = Scene(view.market.code, PUBLIC_SLOT, categories(query), view.scope.now)
    holding = view.rulebook.holding(scene)
    excluded = view.rulebook.excluded(holding, view.scope.now)
    check_excluded(cursor, request, query, excluded)
    view = view.without(excluded)
    matches = view.scope.matches(query)
    frozen, ordered_at = (
        (cursor.frozen, cursor.ordered_at) if cursor else _freeze(view, query, holding, matches)
    )
    order = public_order(view, query, frozen, ordered_at)
    page = turn(view, order, matches, query, cursor, frozen)
    if view.release is None and len(page.ranks) < query.limit:
        raise StarterTooShort
    answer = ProductList(
        market=view.market.code,
        locale=view.locale,
        snapshot=SnapshotInfo(view.edition.snapshot_version, view.edition.delta_number),
        number_of_items=matches.bit_count() if view.total is None else view.total,
        items=await present(view, query, page.ranks, Marker(view.rulebook, frozen, ordered_at)),
        facets=facet_counts(view, query),
        unknown_values=view.scope.unknown_values(query),
    )
    if len(page.ranks) == query.limit:
        revision = _revision(view, query, frozen)
        following = cursor_at(
            request,
            view,
            query,
            page.bookmark,
            revision,
            frozen,
            ordered_at,
            excluded=excluded,
            before=cursor,
        )
        answer = msgspec.structs.replace(answer, next=edge.public_cursors.write(following))
    return Response(200, {"Content-Type": JSON, **headers}, msgspec.json.encode(answer))


async def show_product(
    edge: Edge, request: Request, background: Background, market: str, locale: str, product_id: str
) -> Response:
    """`GET /v1/{market}/{locale}/products/{id}`."""
    path = f"/v1/{market}/{locale}/products/{quote(product_id, safe='')}"
    answer, headers = await answer_product(edge, request, background, market, locale, product_id, path)
    if isinstance(answer, Response):
        return answer
    link = f'<{path}/jsonld>; rel="alternate"; type="{JSON_LD}"'
    return Response(200, {"Content-Type": JSON, "Link": link, **headers}, msgspec.json.encode(answer))


async def answer_product(
    edge: Edge,
    request: Request,
    background: Background,
    market: str,
    locale: str,
    product_id: str,
    path: str,
) -> tuple[ProductPage | Response, dict[str, str]]:
    """Return the page of a product and its headers, or what is answered instead: a redirect to `path`, a 304.

    Raises `NotFound` or `Withdrawn`.
    """
    view = await edge.view(market, locale, background)
    refuse_parameters(request.query)
    release, rank = locate(view, product_id)
    if request.path != path:
        return redirect(edge, path), {}
    detail = await release.detail(market, rank)
    if not detail.offers:
        raise NotFound(f"product {quoted(product_id)} is not sold in market {market!r}")
    headers = edge.public(view.edition, request, view.scope.now)
    unchanged = not_modified(request, headers)
    if unchanged is not None:
        return unchanged, {}
    others = [
        sibling
        for sibling in view.scope.index.siblings(rank)
        if sibling != rank and view.scope.market.available >> sibling & 1
    ]
    card, *siblings = await release.cards(locale, [rank, *others])
    variants = tuple(Variant(one.id, one.color, one.color_name, one.link, one.image) for one in siblings)
    presenter = view.presenter()
    return presenter.page(rank, card, detail, variants), headers


def locate(view: View, product_id: str) -> tuple[LoadedRelease, int]:
    """Return the release and the product's rank in it. Raises `NotFound` or `Withdrawn`."""
    if view.release is None:
        raise TypeError("a starter knows no products by id")
    ordinal = view.release.index.ordinal(product_id)
    if ordinal is None:
        raise NotFound(f"no product {quoted(product_id)}")
    rank = view.release.index.rank(ordinal)
    if rank is None:
        raise Withdrawn(f"product {quoted(product_id)} is no longer sold")
    return view.release, rank


def canonical_redirect(edge: Edge, request: Request, wanted: str) -> Response | None:
    """Return the redirect of a query that is not in its canonical form, `wanted`.

    A redirect rather than an answer: shared caches then hold one copy of each list, whatever order a
    client writes its parameters in, and clients learn the form that saves them the round trip.
    """
    if wanted == request.query:
        return None
    return redirect(edge, f"{request.path}?{wanted}" if wanted else request.path)


def redirect(edge: Edge, location: str) -> Response:
    """Return a redirect that caches keep no longer than an answer: a deploy may change what is canonical."""
    headers = {
        "Location": location,
        "Cache-Control": f"public, max-age={edge.settings.public_max_age}",
        "Cache-Tag": cache_tag(edge.settings.shop, edge.settings.channel),
    }
    return Response(308, headers)


def _freeze(view: View, query: Query, holding: list[int], matches: int) -> tuple[Frozen, int]:
    """Return which rules the list goes by, and the time whose evidence they look at."""
    rulebook, now = view.rulebook, view.scope.now
    if not holding:
        return NOTHING, 0
    if query.sort != "relevance":
        return NOTHING, 0
    frozen = Frozen(rules=rulebook.shifting(holding))
    ordered_at = view.scope.index.last_instant(now) or 0
    order = public_order(view, query, frozen, ordered_at)
    return msgspec.structs.replace(frozen, pins=rulebook.pins(holding, order, matches, now)), ordered_at


def public_order(view: View, query: Query, frozen: Frozen = NOTHING, ordered_at: int = 0) -> Order:
    """Return the order that `query` asks for; rules shift that by relevance only."""
    scope = view.scope
    if query.sort == "relevance":
        shifted_order = shifted(scope.index, view.rulebook, frozen, ordered_at)
        return shifted_order.order() if shifted_order else BaseOrder()
    if query.sort == "newest":
        published = scope.index.range("published")
        return SlicedOrder(lambda: published.slices, published.code)
    price = scope.market.price
    if query.sort == "price":
        return AscendingOrder(price.slices, price.code)
    return SlicedOrder(lambda: price.slices, price.code)


async def present(view: View, query: Query, ranks: Sequence[int], marker: Marker) -> tuple[Item, ...]:
    """Return the items at `ranks`."""
    items = await view.presenter(query).items(view.cards, ranks)
    return tuple([marked(item, marker.mark(rank)) for rank, item in zip(ranks, items, strict=True)])


def facet_counts(view: View, query: Query) -> tuple[FacetCounts, ...]:
    """Return the counts of the fields that `query` asks for."""
    if not query.facets:
        return ()
    return tuple([_labelled(view.labels, field, counts) for field, counts in count_facets(view.scope, query)])


def _labelled(labels: Labels, field: str, counts: list[tuple[str, int]]) -> FacetCounts:
    label_of = labels.values.get(field, {}).get
    values = [FacetValue(value, label_of(value, value), count) for value, count in counts]
    return FacetCounts(field, labels.fields.get(field, field), tuple(values))


def read_cursor(edge: Edge, request: Request, view: View, query: Query) -> Cursor | None:
    """Return where the page begins. Raises `BadParameter` or `StaleCursor`."""
    if query.cursor is None:
        return None
    cursor = opened(edge.public_cursors, request, query, query.cursor)
    check_cursor(cursor, request, view, query, lambda: _revision(view, query, cursor.frozen))
    return cursor


def _revision(view: View, query: Query, frozen: Frozen) -> str:
    """Return the delta's name where the order depends on it: on prices, or on a rule's evidence."""
    moved = query.sort in ("price", "-price") or view.rulebook.dated(frozen.rules)
    return (view.edition.revision if moved else "") + view.rulebook.revision_for(frozen)
