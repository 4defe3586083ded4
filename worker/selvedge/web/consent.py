"""The consent routes: what is allowed and which signal decided; the choice itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.shopper.consent import Signal
from selvedge.shopper.crawlers import is_crawler
from selvedge.shopper.policy import PURPOSES, Purpose
from selvedge.web.caching import PRIVATE
from selvedge.web.choosing import choice_cookies, decide_choice
from selvedge.web.content import read_content
from selvedge.web.http import JSON, Response
from selvedge.web.origins import require_origin
from selvedge.web.parameters import read_parameters
from selvedge.web.served import Served
from selvedge.web.view import market_settings

if TYPE_CHECKING:
    from selvedge.ports import Background
    from selvedge.shopper.consent import Consent
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request

MAX_BODY = 1024


class PurposeState(Served, frozen=True):
    """Whether a purpose is allowed, and the signal that decided."""

    purpose: Purpose
    allowed: bool
    decided_by: Signal


class ConsentState(Served, frozen=True):
    """What this browser allows. `choice_version` and `choice_time` are there where a choice was made."""

    version: int
    purposes: tuple[PurposeState, ...]
    choice_version: int | None = None
    choice_time: int | None = None


class ConsentChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The purposes that a person allows; all others are refused."""

    purposes: frozenset[Purpose]


_decoder = msgspec.json.Decoder(ConsentChoice)


async def show_consent(
    edge: Edge, request: Request, background: Background, market: str, locale: str
) -> Response:
    """`GET /v1/{market}/{locale}/consent`."""
    read_parameters(request.query)
    await _check_place(edge, background, market, locale)
    return _answer(edge, edge.consent.decide(request, market))


async def choose(edge: Edge, request: Request, background: Background, market: str, locale: str) -> Response:
    """`PUT /v1/{market}/{locale}/consent`: remember a choice, also a refusal; forget what it withdraws.

    A crawler chooses nothing: it is told what holds for it.
    """
    require_origin(request, edge.settings.allowed_origins)
    read_parameters(request.query)
    await _check_place(edge, background, market, locale)  # before the content, which can be read but once
    wanted = await read_content(request, MAX_BODY, _decoder)
    if is_crawler(request.headers.get("user-agent")):
        return _answer(edge, edge.consent.decide(request, market))
    chosen = decide_choice(edge, request, market, wanted.purposes)
    cookies = await choice_cookies(edge, request, chosen)
    return msgspec.structs.replace(_answer(edge, chosen.consent), cookies=tuple(cookies))


async def _check_place(edge: Edge, background: Background, market: str, locale: str) -> None:
    release = await edge.release(background)
    market_settings(release.release.manifest, market, locale)


def _answer(edge: Edge, consent: Consent) -> Response:
    choice = consent.choice
    state = ConsentState(
        version=edge.consent.version,
        purposes=tuple(
            PurposeState(purpose, consent.decisions[purpose].allowed, consent.decisions[purpose].signal)
            for purpose in sorted(PURPOSES)
        ),
        choice_version=None if choice is None else choice.version,
        choice_time=None if choice is None else choice.time,
    )
    return Response(200, {"Content-Type": JSON, **PRIVATE}, msgspec.json.encode(state))
