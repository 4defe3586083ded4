"""The events route: judges a batch, hands it on, and then lets the context learn from it.

In that order: what nobody took is not acknowledged and leaves no trace in the cookie either, so that the
page can send the same batch again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.errors import QueueUnavailable
from selvedge.events.batch import MAX_BATCH_BYTES, BatchDecoder, Rejection, judge
from selvedge.events.event import ItemEvent, kind_of
from selvedge.events.handover import (
    ConsentNote,
    Message,
    context_name,
    entered,
    served_purposes,
    shopper_name,
)
from selvedge.shopper.context import Context, new_context
from selvedge.shopper.learning import Happening, digest, learn
from selvedge.web.caching import PRIVATE
from selvedge.web.content import read_content
from selvedge.web.context_cookie import write_cookie
from selvedge.web.edge import market_settings
from selvedge.web.http import JSON, Response
from selvedge.web.origins import require_origin
from selvedge.web.parameters import read_parameters
from selvedge.web.people import known_by
from selvedge.web.problems import HandOverFailed
from selvedge.web.served import Served

if TYPE_CHECKING:
    from selvedge.events.event import Event
    from selvedge.ports import Background
    from selvedge.shopper.consent import Consent
    from selvedge.snapshot.index import Index
    from selvedge.web.edge import Edge
    from selvedge.web.http import Request


class EventsAnswer(Served, frozen=True):
    """What became of a batch: every event is in one of the first three lists."""

    accepted: tuple[str, ...]
    ignored: tuple[str, ...]
    rejected: tuple[Rejection, ...]
    handed_on: bool
    remembered: bool


_decoder = BatchDecoder()


async def collect(edge: Edge, request: Request, background: Background, market: str, locale: str) -> Response:
    """`POST /v1/{market}/{locale}/events`."""
    require_origin(request, edge.settings.allowed_origins)
    personalise = (
        read_parameters(request.query).get("personalise") != "off"
    )  # else the context learns nothing
    release = await edge.release(background)  # before the content, which can be read but once
    market_settings(release.release.manifest, market, locale)
    events, rejected = judge(await read_content(request, MAX_BATCH_BYTES, _decoder))
    consent = edge.consent.decide(request, market)
    now = int(edge.clock.now())
    context = await _context(edge, request, consent, now, background) if personalise else None
    fresh = [event for event in events if context is None or digest(event.id) not in context.events]
    purposes = served_purposes(consent, context)
    if events and purposes:  # all of them: what the origin has already, it tells by its id
        message = Message(
            market=market,
            locale=locale,
            snapshot=f"{release.release.version}.{release.release.delta_number}",
            received=now,
            consent=ConsentNote(consent.version, tuple(sorted(purposes)), consent.time),
            events=events,
            context=context_name(context),
            shopper=shopper_name(context, consent),
            entered=entered(context, consent),
        )
        await _hand_on(edge, message)
    used = bool(purposes) or context is not None
    ids = tuple(event.id for event in events)
    answer = EventsAnswer(
        accepted=ids if used else (),
        ignored=() if used else ids,
        rejected=tuple(rejected),
        handed_on=bool(events) and bool(purposes),
        remembered=bool(events) and context is not None,
    )
    cookies = (
        () if context is None or not fresh else (await _learnt(edge, context, fresh, release.index, now),)
    )
    return Response(200, {"Content-Type": JSON, **PRIVATE}, msgspec.json.encode(answer), cookies)


async def _context(
    edge: Edge, request: Request, consent: Consent, now: int, background: Background
) -> Context | None:
    """Return what this person brings along, or a new context; None where nothing may be remembered.

    Whoever was erased begins anew.
    """
    if not consent.allows("session"):
        return None
    found = (await known_by(edge, request, consent, now, background)).context
    name = shopper_name(found, consent)
    if name is not None:
        await edge.limits.admit_shopper(name)
    return found or new_context(consent.since)


async def _hand_on(edge: Edge, message: Message) -> None:
    try:
        await edge.queue.send(msgspec.json.encode(message))
    except QueueUnavailable as error:
        raise HandOverFailed("send the same events again") from error


async def _learnt(edge: Edge, context: Context, events: list[Event], index: Index, now: int) -> str:
    """Return the `Set-Cookie` value of the context after `events`."""
    happenings = [Happening(event.id, kind_of(event), _ordinal(event, index)) for event in events]
    learnt = msgspec.structs.replace(learn(context, happenings, index), written=now)
    return await write_cookie(edge, learnt)


def _ordinal(event: Event, index: Index) -> int | None:
    return index.ordinal(event.product) if isinstance(event, ItemEvent) else None
