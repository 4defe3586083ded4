"""The consent of whoever asks: what this browser allows, and the record that the origin keeps of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from selvedge.errors import SelvedgeError
from selvedge.shopper.crawlers import is_crawler
from selvedge.shopper.policy import PURPOSES
from selvedge.web.choosing import choice_cookies, decide_choice
from selvedge.web.consent import MAX_BODY, ConsentChoice, PurposeState
from selvedge.web.content import MERGE_PATCH, read_content
from selvedge.web.me import Missing, answered, found
from selvedge.web.myself import (
    Myself,
    ask,
    consent_of,
    identify,
    look_again,
    read_market,
    read_object,
    renewed,
)
from selvedge.web.origins import require_origin
from selvedge.web.problems import NotFound, OriginNeeded, Refused, TooManyRequests
from selvedge.web.served import Served

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.profiles.origin import OriginAnswer
    from selvedge.shopper.consent import Consent
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request, Response

TRIES = 3
"""How often the record is written where others write at the same time."""

_CHANGED = 412


class MyConsent(Served, frozen=True):
    """What this browser allows, and what the origin has on record; `recorded`: whether it knows of this."""

    version: int
    purposes: tuple[PurposeState, ...]
    recorded: bool
    record: list[Any] = msgspec.field(default_factory=list)


_decoder = msgspec.json.Decoder(ConsentChoice)


async def show_my_consent(edge: Edge, request: Request, _background: Background) -> Response:
    """`GET /v1/me/consent`."""
    consent = consent_of(edge, request)
    myself = await identify(edge, request)
    record: list[Any] = []
    if myself.shopper and edge.origin is not None:
        try:
            record = read_object(await found(ask(edge, myself, ""))).get("consent", [])
        except Missing:
            record = []
    return answered(_state(edge, consent, record, recorded=bool(record)))


async def choose_mine(edge: Edge, request: Request, background: Background) -> Response:
    """`PUT /v1/me/consent`: as for a market, and on record at the origin.

    Withdrawing works whatever else does not: where the record cannot be written the answer says so.
    """
    require_origin(request, edge.settings.allowed_origins)
    market = read_market(request)
    wanted = await read_content(request, MAX_BODY, _decoder)
    if is_crawler(request.headers.get("user-agent")):
        held = edge.consent.decide(request, market)
        return answered(_state(edge, held, [], recorded=False))
    chosen = decide_choice(edge, request, market, wanted.purposes)
    choice, consent = chosen.choice, chosen.consent
    record = [
        {"purpose": one, "allowed": one in wanted.purposes, "version": choice.version, "time": choice.time}
        | {"source": "choice"}
        for one in sorted(PURPOSES)
    ]
    try:
        myself = await identify(edge, request)
    except SelvedgeError:  # who cannot be told now, or asks too often, may still withdraw
        myself = Myself()
    revision = await _record(edge, myself, record, create="profile" in wanted.purposes)
    cookies = await choice_cookies(edge, request, chosen)
    if chosen.lasting and revision is not None:
        cookies += await renewed(edge, myself, revision)
    edge.profiles.forget(myself.shopper)
    if revision is not None and "profile" not in wanted.purposes:  # the copies at the edge lose it as well
        background.run(look_again(edge, myself.shopper, revision, background))
    answer = answered(_state(edge, consent, record if revision else [], recorded=revision is not None))
    return msgspec.structs.replace(answer, cookies=tuple(cookies))


async def _record(edge: Edge, myself: Myself, record: list[Any], *, create: bool) -> int | None:
    """Return the revision with the record in it; None where it could not be written, or need not be."""
    if not myself.shopper or edge.origin is None:
        return None
    try:
        for _ in range(TRIES):
            answer = await _write(edge, myself, record, create=create)
            if answer is not None:
                revision = read_object(answer).get("revision")
                return revision if isinstance(revision, int) else None
    except (Missing, OriginNeeded, Refused, TooManyRequests, NotFound):
        return None
    return None


async def _write(edge: Edge, myself: Myself, record: list[Any], *, create: bool) -> OriginAnswer | None:
    """Return the answer to one try; None where somebody else wrote in between."""
    content = {"consent": record}
    try:
        kept = await found(ask(edge, myself, ""))
    except Missing:
        if not create:
            raise
        return await ask(edge, myself, "", method="PUT", content=content)
    try:
        return await ask(
            edge,
            myself,
            "",
            method="PATCH",
            content=content,
            media_type=MERGE_PATCH,
            if_match=kept.headers.get("etag"),
        )
    except Refused as error:
        if error.status != _CHANGED:
            raise
        return None


def _state(edge: Edge, consent: Consent, record: list[Any], *, recorded: bool) -> MyConsent:
    return MyConsent(
        version=edge.consent.version,
        purposes=tuple(
            PurposeState(purpose, consent.decisions[purpose].allowed, consent.decisions[purpose].signal)
            for purpose in sorted(PURPOSES)
        ),
        record=record,
        recorded=recorded,
    )
