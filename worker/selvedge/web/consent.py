"""The consent routes: what is allowed and which signal decided; the choice itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.query import refuse_parameters
from selvedge.shopper.choice import CHOICE_COOKIE, CHOICE_SECONDS, Choice, format_choice
from selvedge.shopper.consent import Signal
from selvedge.shopper.policy import PURPOSES, Purpose
from selvedge.web.caching import PRIVATE
from selvedge.web.content import read_content
from selvedge.web.context_cookie import NO_COOKIE
from selvedge.web.edge import market_settings
from selvedge.web.http import JSON, Response, set_cookie
from selvedge.web.origins import require_origin
from selvedge.web.served import Served

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
    refuse_parameters(request.query)
    await _check_place(edge, background, market, locale)
    return _answer(edge, edge.consent.decide(request, market))


async def choose(edge: Edge, request: Request, background: Background, market: str, locale: str) -> Response:
    """`PUT /v1/{market}/{locale}/consent`: remember a choice, also a refusal; forget what it withdraws."""
    require_origin(request, edge.settings.allowed_origins)
    refuse_parameters(request.query)
    await _check_place(edge, background, market, locale)  # before the content, which can be read but once
    wanted = await read_content(request, MAX_BODY, _decoder)
    choice = Choice(wanted.purposes, edge.consent.version, int(edge.clock.now()))
    consent = edge.consent.decide(request, market, choice)
    value = format_choice(choice.purposes, choice.version, choice.time)
    cookies = [set_cookie(CHOICE_COOKIE, value, CHOICE_SECONDS)]
    if not consent.allows("session"):  # said without looking whether there is one
        cookies.append(NO_COOKIE)
    answer = _answer(edge, consent)
    return msgspec.structs.replace(answer, cookies=tuple(cookies))


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
