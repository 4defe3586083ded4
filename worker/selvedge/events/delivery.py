"""Delivery: what becomes of each message that the queue brings, by what the origin says to it.

A message is acknowledged only when its events are durable at the origin, or when it lies among the dead
letters. Everything else is brought again, later and later; the platform puts what has been brought too often
among the dead letters itself. So nothing is lost, and what comes twice is told by its events' ids.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

import msgspec

from selvedge.errors import UNREADABLE, QueueUnavailable
from selvedge.events.handover import post_events
from selvedge.events.receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from selvedge.ports import Queue
    from selvedge.profiles.origin import OriginClient

FIRST_DELAY_SECONDS = 2
LONGEST_DELAY_SECONDS = 3600
"""How soon a message is tried again: twice as late each time, up to an hour."""

_log = logging.getLogger("selvedge")
"""Read in the platform's log. Reasons name a field at most, never a value."""

_TAKEN = range(200, 300)

DEADLINE_MS = 30_000
"""How long the consumer waits for the origin. Nobody waits for the consumer."""

_TOO_MUCH_AT_ONCE = frozenset({400, 413})

_PATIENCE = 3
"""From this attempt on a batch that the origin fails over is halved: one message may be to blame."""

_receipt = msgspec.json.Decoder(Receipt)


class Arrived(msgspec.Struct, frozen=True):
    """A message that came for the `attempts`th time. `body` is its JSON."""

    body: bytes
    attempts: int = 1


class Verdict(msgspec.Struct, frozen=True):
    """What to tell the queue: the message is done with, or is to be brought again after `delay` seconds."""

    delay: int | None = None


class Said(msgspec.Struct, frozen=True):
    """The origin's answer. `retry_after` are the seconds that it asked for, 0 where it did not."""

    status: int
    body: bytes = b""
    retry_after: int = 0


class EventSink(Protocol):
    """The origin's events route."""

    async def post(self, body: bytes) -> Said:
        """Hand over a JSON list of messages. Raises `QueueUnavailable` where there was no answer in time."""
        ...


class OriginEvents:
    """The events route of the origin that `client` asks."""

    def __init__(self, client: OriginClient, deadline_ms: int = DEADLINE_MS) -> None:
        self._client = client
        self._deadline_ms = deadline_ms

    async def post(self, body: bytes) -> Said:
        """Hand over a JSON list of messages. Raises `QueueUnavailable`."""
        answer = await post_events(self._client, body, self._deadline_ms)
        return Said(answer.status, answer.body, answer.retry_after or 0)


DONE = Verdict()


async def deliver(messages: Sequence[Arrived], sink: EventSink, dead: Queue) -> list[Verdict]:
    """Hand `messages` to the origin, and to `dead` what it can never read; return a verdict on each."""
    tried = max((one.attempts for one in messages), default=0)
    splitting = _TOO_MUCH_AT_ONCE | ({500} if tried >= _PATIENCE else set())
    found = await _hand_over([one.body for one in messages], sink, dead, splitting)
    return [
        DONE if outcome is None else again(one, outcome) for one, outcome in zip(messages, found, strict=True)
    ]


def again(message: Arrived, asked: int = 0) -> Verdict:
    """Bring `message` again, not before the `asked` seconds have passed."""
    grown = FIRST_DELAY_SECONDS << min(max(message.attempts - 1, 0), 20)
    return Verdict(min(max(grown, asked), LONGEST_DELAY_SECONDS))


async def _hand_over(
    bodies: list[bytes], sink: EventSink, dead: Queue, splitting: AbstractSet[int]
) -> list[int | None]:
    """Return for each of `bodies` None where it is done with, else the seconds that the origin asked for.

    They are handed over by halves where the origin answers with a status of `splitting`.
    """
    try:
        said = await sink.post(b"[" + b",".join(bodies) + b"]")
    except QueueUnavailable:
        return [0] * len(bodies)
    if said.status in splitting and len(bodies) > 1:
        middle = len(bodies) // 2
        return [
            *await _hand_over(bodies[:middle], sink, dead, splitting),
            *await _hand_over(bodies[middle:], sink, dead, splitting),
        ]
    receipt = _read(said)
    if receipt is None:
        return [said.retry_after] * len(bodies)
    refused = {one.index: one.reason for one in receipt.refused}
    return [await _bury(body, refused[at], dead) if at in refused else None for at, body in enumerate(bodies)]


async def _bury(body: bytes, reason: str, dead: Queue) -> int | None:
    try:
        await dead.send(body)
    except QueueUnavailable:
        return 0
    _log.warning("a message is among the dead letters: %s", reason)
    return None


def _read(said: Said) -> Receipt | None:
    """Return the origin's receipt, or None: whoever answered took nothing, or is not the origin."""
    if said.status not in _TAKEN:
        return None
    try:
        return _receipt.decode(said.body)
    except UNREADABLE:
        return None
