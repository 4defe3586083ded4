"""From page to page of a list: what a cursor is good for, and the one that the next page needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.query import BadParameter, canonical
from selvedge.ranking.order import Position
from selvedge.web.cursors import MAX_INSTANTS, Cursor, OutdatedCursor, fingerprint, query_hash
from selvedge.web.listing import evidence_instant
from selvedge.web.problems import StaleCursor

if TYPE_CHECKING:
    from collections.abc import Callable

    from selvedge.catalogue.query import Query
    from selvedge.ranking.blocks import Bookmark
    from selvedge.ranking.frozen import Frozen
    from selvedge.web.cursors import PrivateCursors, PublicCursors
    from selvedge.web.http import Request
    from selvedge.web.view import View


def opened(cursors: PublicCursors | PrivateCursors, request: Request, query: Query, text: str) -> Cursor:
    """Return the cursor that `text` is.

    Raises `BadParameter`, and `StaleCursor` for one that is too old or of another format.
    """
    try:
        return cursors.read(text)
    except OutdatedCursor as error:
        raise StaleCursor(first_page(request.path, query)) from error


def check_cursor(
    cursor: Cursor, request: Request, view: View, query: Query, revision: Callable[[], str]
) -> None:
    """Raise `BadParameter` for a cursor of another list, `StaleCursor` for one of another version.

    `revision` names the delta where the order depends on it; it is asked only about a cursor of this
    version.
    """
    if cursor.query != _list_hash(request, query):
        raise BadParameter("cursor", "belongs to another list; start again without it")
    version = bytes.fromhex(view.edition.snapshot_version)
    outlived = len(cursor.instants) > MAX_INSTANTS
    if cursor.version != version or cursor.revision != revision() or outlived:
        raise StaleCursor(first_page(request.path, query))


def check_excluded(cursor: Cursor | None, request: Request, query: Query, excluded: int) -> None:
    """Raise `StaleCursor` where rules take out other products than on the pages before.

    What was taken out while its place went by, and is back, would be missed: it would count as shown.
    """
    if cursor is not None and cursor.excluded != fingerprint(excluded):
        raise StaleCursor(first_page(request.path, query))


def _list_hash(request: Request, query: Query) -> bytes:
    """Return what tells the list apart that `query` is a page of; counting facets does not change it."""
    uncounted = msgspec.structs.replace(query, facets=()) if query.facets else query
    return query_hash(first_page(request.path, uncounted))


def first_page(path: str, query: Query) -> str:
    """Return the URL of the first page of the list that `query` is a page of."""
    start = canonical(query if query.cursor is None else msgspec.structs.replace(query, cursor=None))
    return f"{path}?{start}" if start else path


def cursor_at(
    request: Request,
    view: View,
    query: Query,
    bookmark: Bookmark,
    revision: str,
    frozen: Frozen,
    ordered_at: int,
    *,
    excluded: int,
    before: Cursor | None,
    owner: bytes | None = None,
) -> Cursor:
    """Return the cursor of the page after `bookmark`; `revision` as for `check_cursor`.

    `excluded` are the products that rules took out of the page. `before` is the page's own cursor: what the
    first page went by, all later pages do.
    """
    place = bookmark.start or Position(-1, -1)
    return Cursor(
        version=bytes.fromhex(view.edition.snapshot_version),
        query=_list_hash(request, query),
        number=place.number,
        rank=place.rank,
        revision=revision,
        frozen=frozen,
        private=owner is not None,
        ordered_at=ordered_at,
        end=bookmark.end,
        shown=bookmark.shown,
        delta=before.delta if before else view.edition.delta_number,
        instants=tuple(dict.fromkeys((*(before.instants if before else ()), evidence_instant(view)))),
        excluded=fingerprint(excluded),
        owner=owner or b"",
    )
