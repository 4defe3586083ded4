"""What is kept about whoever asks: to be seen, exported, corrected, objected to and erased.

Privacy at the edge: Regulation (EU) 2016/679, articles 7(3), 15 to 17, 20 and 21.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from selvedge.errors import SelvedgeError, StorageUnavailable
from selvedge.profiles.origin import OriginRequest
from selvedge.shopper.choice import CHOICE_COOKIE, parse_choice
from selvedge.shopper.identity import visitor_id
from selvedge.web.caching import PRIVATE
from selvedge.web.choosing import give_up
from selvedge.web.content import MERGE_PATCH, read_content
from selvedge.web.http import JSON, Response
from selvedge.web.myself import (
    Myself,
    ask,
    ask_origin,
    identify,
    look_again,
    read_object,
    read_raw_object,
    renewed,
)
from selvedge.web.origins import require_origin
from selvedge.web.parameters import read_parameters
from selvedge.web.problems import NotFound, Refused
from selvedge.web.served import Served

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.ports import Background
    from selvedge.profiles.origin import OriginAnswer
    from selvedge.shopper.context import Context
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request

MAX_BODY = 16 * 1024
MAX_EXPORT_BYTES = 12_000_000
"""What an isolate can hold twice, as it comes and as it goes. Whoever has more asks the shop for it."""
NOTHING_TAG = '"0"'
"""The entity tag of a profile that there is not yet."""

PRODUCT_LISTS = ("recent", "purchased", "dismissed", "seen")
"""Fields of the context that hold products."""

_NOT_FOUND, _ERASED, _NO_TAG = 404, 410, 428
_RECEIPT = re.compile(r"[A-Za-z0-9_-]{1,128}\Z")


class MyData(Served, frozen=True):
    """What is kept about whoever asks. `shopper` is how they are named; who is not known has no name."""

    account: bool
    revision: int
    shopper: str | None = None
    declared: dict[str, Any] = msgspec.field(default_factory=dict)
    affinities: list[Any] = msgspec.field(default_factory=list)
    consent: list[Any] = msgspec.field(default_factory=list)


_NOTHING = msgspec.Raw(b"{}")


class MyExport(Served, frozen=True):
    """All that is held: in this browser's cookies, and at the origin, whose JSON is handed on as it came."""

    account: bool
    browser: dict[str, Any]
    origin: Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"type": "object"})]
    shopper: str | None = None


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Declared preferences as a merge patch (RFC 7396): a member that is null is taken away."""

    declared: dict[str, Any]


class Changed(Served, frozen=True):
    """The profile's revision after a change; the next order goes by it."""

    revision: int


class Objection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the person objects to the use of their profile."""

    objected: bool


class Objected(Served, frozen=True):
    """What is in force now."""

    objected: bool


class Erasure(Served, frozen=True):
    """Receipts of an erasure, one for each name that the person was kept under."""

    receipts: list[dict[str, Any]]


_correction = msgspec.json.Decoder(Correction)
_objection = msgspec.json.Decoder(Objection)


async def show_me(edge: Edge, request: Request, _background: Background) -> Response:
    """`GET /v1/me`: the profile, with its revision as entity tag."""
    read_parameters(request.query)
    myself = await identify(edge, request)
    kept, tag = await _kept(edge, myself)
    data = MyData(
        account=bool(myself.token),
        shopper=myself.shopper or None,
        revision=kept.get("revision", 0),
        declared=kept.get("declared", {}),
        affinities=kept.get("affinities", []),
        consent=kept.get("consent", []),
    )
    return answered(data, cookies=myself.cookies, ETag=tag)


async def export_me(edge: Edge, request: Request, _background: Background) -> Response:
    """`GET /v1/me/export`: everything, or a 503; never a part of it."""
    read_parameters(request.query)
    myself = await identify(edge, request)
    origin = _NOTHING
    if myself.shopper and edge.origin is not None:
        with suppress(Missing):
            origin = read_raw_object(await found(ask(edge, myself, "/export", max_bytes=MAX_EXPORT_BYTES)))
    export = MyExport(
        account=bool(myself.token),
        shopper=myself.shopper or None,
        browser=await _browser(edge, request, myself.context),
        origin=origin,
    )
    answer = answered(export, cookies=myself.cookies)
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


async def correct_me(edge: Edge, request: Request, _background: Background) -> Response:
    """`PATCH /v1/me`: change what was declared. `If-Match` names the revision that the person has seen."""
    require_origin(request, edge.settings.allowed_origins)
    read_parameters(request.query)
    correction = await read_content(request, MAX_BODY, _correction, (JSON, MERGE_PATCH))
    seen = request.headers.get("if-match")
    if seen is None:
        raise Refused(_NO_TAG, "send If-Match with the ETag of GET /v1/me")
    myself = _known(await identify(edge, request))
    if seen == NOTHING_TAG:
        declared = {name: value for name, value in correction.declared.items() if value is not None}
        answer = await ask(edge, myself, "", method="PUT", content={"declared": declared})
    else:
        answer = await ask(
            edge, myself, "", method="PATCH", content=correction, media_type=MERGE_PATCH, if_match=seen
        )
    return await changed(edge, myself, read_object(answer).get("revision"))


async def object_me(edge: Edge, request: Request, background: Background) -> Response:
    """`PUT /v1/me/objection`: object to the use of the profile, or take that back."""
    require_origin(request, edge.settings.allowed_origins)
    read_parameters(request.query)
    wanted = await read_content(request, MAX_BODY, _objection)
    myself = _known(await identify(edge, request))
    answer = await ask(edge, myself, "/objection", method="PUT", content=wanted)
    revision = read_object(answer).get("revision") if answer.body else None
    edge.profiles.forget(myself.shopper)
    cookies = await renewed(edge, myself, revision)
    known = revision if isinstance(revision, int) else 1
    background.run(look_again(edge, myself.shopper, known, background))
    return answered(Objected(objected=wanted.objected), cookies=cookies)


async def erase_me(edge: Edge, request: Request, _background: Background) -> Response:
    """`POST /v1/me/erasure`: erase the account, this browser's visitor, or both; the cookie goes with them.

    Where the origin cannot be asked, or without one KV, the cookie stays, so that asking again is possible.
    """
    require_origin(request, edge.settings.allowed_origins)
    read_parameters(request.query)
    myself = await identify(edge, request)
    receipts = []
    for one in _names(myself):
        if edge.origin is not None:
            receipts.append(read_object(await ask(edge, one, "/erasure", method="POST")))
        try:
            await edge.profiles.erase(one.shopper)
        except StorageUnavailable:
            if edge.origin is None:  # which writes the tombstone too
                raise
    return answered(Erasure(receipts), status=202, cookies=give_up(edge, request))


async def show_erasure(edge: Edge, request: Request, _background: Background, receipt: str) -> Response:
    """`GET /v1/me/erasures/{receipt}`: what has been done; whoever has the receipt's id may see it."""
    read_parameters(request.query)
    if not _RECEIPT.match(receipt):
        raise NotFound("no such receipt")
    origin_request = OriginRequest(
        path=f"/v1/erasures/{receipt}", deadline_ms=edge.settings.rights_deadline_ms
    )
    return answered(read_object(await ask_origin(edge, origin_request)))


class Missing(SelvedgeError):
    """The origin keeps nothing under this name."""


async def found(asking: Any) -> OriginAnswer:
    """Return what the origin keeps. Raises `Missing` where that is nothing."""
    try:
        answer: OriginAnswer = await asking
    except Refused as error:
        if error.status in {_NOT_FOUND, _ERASED}:
            raise Missing from error
        raise
    return answer


def answered(content: Any, *, status: int = 200, cookies: Sequence[str] = (), **headers: str) -> Response:
    """Return a private answer."""
    fields = {"Content-Type": JSON, **PRIVATE, **headers}
    return Response(status, fields, msgspec.json.encode(content), tuple(cookies))


async def changed(edge: Edge, myself: Myself, revision: object) -> Response:
    """Return the answer to a change: from the next request on, the cookie knows of it."""
    edge.profiles.forget(myself.shopper)
    known = revision if isinstance(revision, int) else 0
    cookies = await renewed(edge, myself, revision)
    return answered(Changed(known), cookies=cookies, ETag=f'"{known}"')


def _known(myself: Myself) -> Myself:
    if not myself.shopper:
        raise NotFound("nothing is kept about you: this browser has brought neither a context nor a token")
    return myself


def _names(myself: Myself) -> list[Myself]:
    """Return everybody whom whoever asks is: the account, and the visitor that this browser was before."""
    names = [myself] if myself.shopper else []
    if myself.token and myself.context is not None:
        names.append(Myself(visitor_id(myself.context.id)))
    return names


async def _kept(edge: Edge, myself: Myself) -> tuple[dict[str, Any], str]:
    """Return the profile that the origin keeps, and its entity tag."""
    if not myself.shopper or edge.origin is None:
        return {}, NOTHING_TAG
    try:
        answer = await found(ask(edge, myself, ""))
    except Missing:
        return {}, NOTHING_TAG
    kept = read_object(answer)
    return kept, answer.headers.get("etag", f'"{kept.get("revision", 0)}"')


async def _browser(edge: Edge, request: Request, context: Context | None) -> dict[str, Any]:
    """Return what this browser's cookies hold, every field by its name."""
    held: dict[str, Any] = {}
    choice = parse_choice(request.cookies().get(CHOICE_COOKIE, ""))
    if choice is not None:
        held["choice"] = msgspec.structs.asdict(choice) | {"purposes": sorted(choice.purposes)}
    if context is not None:
        held["context"] = {
            name: await _products(edge, value) if name in PRODUCT_LISTS else _plain(value)
            for name, value in msgspec.structs.asdict(context).items()
        }
    return held


def _plain(value: Any) -> Any:
    """Return a value of the context as JSON can say it: bytes in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.asdict(value)
    return value


async def _products(edge: Edge, ordinals: tuple[int, ...]) -> list[dict[str, Any]]:
    """Return products by their numbers, with their ids where the release in service knows them."""
    named: dict[int, str] = {}
    release = edge.store.current
    if release is not None:
        ranks = {one: rank for one in ordinals if (rank := release.index.rank(one)) is not None}
        locale = release.release.manifest.markets[0].locales[0]
        with suppress(SelvedgeError):
            cards = await release.cards(locale, list(ranks.values()))
            named = {one: card.id for one, card in zip(ranks, cards, strict=True)}
    return [{"number": one, **({"product": named[one]} if one in named else {})} for one in ordinals]
