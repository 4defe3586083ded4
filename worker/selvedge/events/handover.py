"""Handing events on: what the message says, and where it goes when the queue is not there."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated

import msgspec

from selvedge.errors import OriginUnavailable, QueueUnavailable
from selvedge.events.event import Event
from selvedge.identity.service import EDGE_SCOPES
from selvedge.profiles.origin import JSON, OriginRequest
from selvedge.shopper.identity import ShopperId, visitor_id
from selvedge.shopper.policy import Purpose

if TYPE_CHECKING:
    from selvedge.ports import Queue
    from selvedge.profiles.origin import OriginAnswer, OriginClient
    from selvedge.shopper.consent import Consent
    from selvedge.shopper.context import Context

HANDED_ON_FOR: frozenset[Purpose] = frozenset({"profile", "training", "measurement"})
"""Events leave the edge for these purposes alone."""

_ACCEPTED = 202

LATEST = 253_402_300_799
"""The last second of the year 9999; what no database can keep is refused before it is tried."""

ContextName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{16}\Z")]
"""The 12 bytes of a context's id in base64url."""

Version = Annotated[int, msgspec.Meta(ge=0, le=2_147_483_647)]

Moment = Annotated[int, msgspec.Meta(ge=0, le=LATEST)]
"""Epoch seconds."""


class ConsentNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """The purposes that the events may serve, and the version of the choice that says so.

    `time` is when that choice was made, 0 where that is not known: a refusal on record that is newer wins.
    """

    version: Version
    purposes: tuple[Purpose, ...]
    time: Moment = 0


class Message(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A batch as the origin gets it. `received` is in epoch seconds.

    `context` names the browser and `shopper` the person, so that their events can be erased; they are there
    where `session` is allowed. `entered` is when an account's person logged in, 0 for visitors: of who was
    erased after that the origin keeps nothing.
    """

    market: str
    locale: str
    snapshot: str
    received: Moment
    consent: ConsentNote
    events: list[Event]
    context: ContextName | None = None
    version: int = 1
    shopper: ShopperId | None = None
    entered: Moment = 0


async def post_events(origin: OriginClient, body: bytes, deadline_ms: int) -> OriginAnswer:
    """Return what the origin's events route answers to a message or a list of them.

    Raises `QueueUnavailable` where it does not answer in time.
    """
    request = OriginRequest(
        path="/v1/events",
        method="POST",
        headers={"Content-Type": JSON},
        body=body,
        deadline_ms=deadline_ms,
    )
    try:
        return await origin.ask(request, EDGE_SCOPES)
    except OriginUnavailable as error:
        raise QueueUnavailable("the origin") from error


class OriginQueue:
    """The origin's events route; it takes what the queue does not."""

    def __init__(self, origin: OriginClient, deadline_ms: int) -> None:
        self._origin = origin
        self._deadline_ms = deadline_ms

    async def send(self, message: bytes) -> None:
        """Hand over a JSON object. Raises `QueueUnavailable`, also where the origin takes too long."""
        answer = await post_events(self._origin, message, self._deadline_ms)
        if answer.status != _ACCEPTED:
            raise QueueUnavailable(f"the origin answered {answer.status}")


class FallbackQueue:
    """Hands over to the second queue what the first does not take."""

    def __init__(self, first: Queue, second: Queue) -> None:
        self._first = first
        self._second = second

    async def send(self, message: bytes) -> None:
        """Hand over `message`. Raises `QueueUnavailable` where neither took it."""
        try:
            await self._first.send(message)
        except QueueUnavailable:
            await self._second.send(message)


def served_purposes(consent: Consent, context: Context | None) -> frozenset[Purpose]:
    """Return the purposes for which events may be handed on; without a name they can be in no profile."""
    served = consent.allowed & HANDED_ON_FOR
    return served - {"profile"} if context_name(context) is None else served


def context_name(context: Context | None) -> str | None:
    """Return how a message names a context."""
    return base64.urlsafe_b64encode(context.id).decode() if context and context.id else None


def shopper_name(context: Context | None, consent: Consent) -> str | None:
    """Return how a message names the person behind a context: by their account only if that is allowed."""
    if not context or not context.id:
        return None
    return context.shopper if consent.allows("profile") else visitor_id(context.id)


def entered(context: Context | None, consent: Consent) -> int:
    """Return when the account's person logged in, epoch seconds; 0 where a message names no account.

    A cookie from before that was kept says nothing: as long ago as can be, since it is no new log-in. With
    0 the origin would take the account for one that came back after whatever erasure.
    """
    if not context or not context.account or not consent.allows("profile"):
        return 0
    return max(context.entered, 1)
