"""The first page of a snapshot on disk, answered by the Worker's own code over its parts."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

import msgspec

from origin.publishing.signing import Ed25519Signer, Ed25519Verifier, encode_key, new_key
from origin.rehearsal import AesGcm, Headers, MemoryKeyValue, MemoryQueue, MemoryTelemetry, Tasks
from selvedge.errors import SelvedgeError
from selvedge.settings import Settings
from selvedge.shopper.context import Context
from selvedge.snapshot.manifest import FORMAT, Pointer, part_key, pointer_key, seal_pointer
from selvedge.snapshot.store import SnapshotStore
from selvedge.web.alternatives import SLOT as ALTERNATIVES
from selvedge.web.app import Application
from selvedge.web.edge import make_edge
from selvedge.web.fragments import RECENT, list_recently_viewed
from selvedge.web.http import Request
from selvedge.web.problems import problem_of
from selvedge.web.products import locate
from selvedge.web.similar import SLOT as SIMILAR

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from origin.building.built import BuiltSnapshot
    from selvedge.web.edge import Edge
    from selvedge.web.fragments import Picks
    from selvedge.web.http import Response

_REDIRECTS = 3
_CHANNEL = "preview"
_MOST_ALLOWED = 40


class PreviewRefused(SelvedgeError):
    """The Worker would not answer with a page; the message is that of its problem details."""

    reason = "preview-refused"


class _Problem(msgspec.Struct):
    title: str = ""
    detail: str = ""
    allowed: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = self.detail or self.title
        if not self.allowed:
            return said
        more = f" and {len(self.allowed) - _MOST_ALLOWED} more" if len(self.allowed) > _MOST_ALLOWED else ""
        return f"{said}; there are {', '.join(self.allowed[:_MOST_ALLOWED])}{more}"


class FixedClock:
    """A time that stands still."""

    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        """Epoch seconds."""
        return self._now


def first_page(
    built: BuiltSnapshot,
    market: str,
    locale: str | None = None,
    *,
    query: str = "",
    now: int,
    slot: str = "products",
    products: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the body of the Worker's answer to `/v1/{market}/{locale}/{slot}?{query}` at `now`.

    `products` are the one that the list is for, or, of `recently-viewed`, those looked at, the newest first.
    Of `recently-viewed`, which is served as HTML, it is the list behind that. The market's first locale
    stands in where none is given. Raises `PreviewRefused`.
    """
    locales = {one.code: one.locales[0] for one in built.release.manifest.markets}
    place = Place(market, locale or locales.get(market, "-"))
    edge = _edge(built, now)
    if slot == RECENT:
        return asyncio.run(_listed(_recently_viewed(edge, place, query, products)))
    if slot in (SIMILAR, ALTERNATIVES):
        (product,) = products
        path = f"{place.path}/products/{quote(product, safe='')}/{slot}"
    else:
        path = f"{place.path}/{quote(slot)}"
        query = "&".join(filter(None, (query, *(f"item={quote(one, safe='')}" for one in products))))
    response = asyncio.run(_ask(Application(edge), path, query))
    if response.status != 200:  # noqa: PLR2004 - OK
        problem = msgspec.json.decode(response.body, type=_Problem)
        raise PreviewRefused(str(problem))
    body: dict[str, Any] = msgspec.json.decode(response.body)
    return body


class Place(NamedTuple):
    """A market and one of its locales."""

    market: str
    locale: str

    @property
    def path(self) -> str:
        """Where its lists are."""
        return f"/v1/{quote(self.market)}/{quote(self.locale)}"

    def fragment(self, slot: str, query: str) -> Request:
        """Return what asks for a fragment here."""
        return Request("GET", f"{self.path}/fragments/{slot}", query, Headers({}))


async def _listed(asked: Coroutine[Any, Any, Picks]) -> dict[str, Any]:
    """Return the list behind a fragment. Raises `PreviewRefused`."""
    try:
        found = await asked
    except SelvedgeError as error:
        raise PreviewRefused(
            str(msgspec.convert(msgspec.to_builtins(problem_of(error)), _Problem))
        ) from error
    listed: dict[str, Any] = msgspec.to_builtins(found)
    return {"numberOfItems": len(listed["items"]), **listed}


async def _recently_viewed(edge: Edge, place: Place, query: str, products: Sequence[str]) -> Picks:
    view = await edge.view(*place, Tasks())
    recent = tuple(view.scope.index.ordinals[locate(view, product)[1]] for product in products)
    return await list_recently_viewed(place.fragment(RECENT, query), view, Context(recent=recent))


def _edge(built: BuiltSnapshot, now: int) -> Edge:
    """The edge over a store of its own, whose pointer is signed with a key made for it."""
    release, shop = built.release, built.release.manifest.shop
    signer = Ed25519Signer(new_key())
    pointer = Pointer(FORMAT, shop, _CHANNEL, 1, now, release)
    values = {part_key(digest): part for digest, part in built.parts.items()}
    values[pointer_key(_CHANNEL)] = seal_pointer(pointer, signer)
    settings = Settings(
        shop=shop,
        channel=_CHANNEL,
        snapshot_keys={signer.key_id: encode_key(signer.public)},
        sealing_keys={"preview": base64.b64encode(new_key()).decode()},
    )
    verifier = Ed25519Verifier({signer.key_id: signer.public})
    store = SnapshotStore(MemoryKeyValue(values), verifier, settings)
    return make_edge(
        settings,
        store=store,
        aead=AesGcm(),
        records=MemoryKeyValue(),
        queue=MemoryQueue(),
        clock=FixedClock(now),
        telemetry=MemoryTelemetry(),
        worker_version=_CHANNEL,
    )


async def _ask(worker: Application, path: str, query: str) -> Response:
    tasks = Tasks()
    for _ in range(_REDIRECTS):
        response = await worker.handle(Request("GET", path, query, Headers({})), tasks)
        await tasks.finish()
        location = response.headers.get("Location")
        if location is None:
            break
        query = urlsplit(location).query
    return response
