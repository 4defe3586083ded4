"""The queue's consumer: messages of the platform, to and from the values of the pure package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from selvedge.events.delivery import Arrived, deliver

if TYPE_CHECKING:
    from selvedge.events.delivery import EventSink
    from selvedge.ports import Queue


MOST_TEXT = 60_000
"""Characters of a message that is no JSON: in JSON of ASCII, twice as many fit into a message."""


async def consume(batch: Any, sink: EventSink, dead: Queue) -> int:
    """Hand a batch of the queue to the origin; return how many of its messages are to come again."""
    messages = list(batch.messages)
    verdicts = await deliver([Arrived(_body(one), one.attempts) for one in messages], sink, dead)
    for message, verdict in zip(messages, verdicts, strict=True):
        if verdict.delay is None:
            message.ack()
        else:
            message.retry(delaySeconds=verdict.delay)
    return sum(verdict.delay is not None for verdict in verdicts)


def _body(message: Any) -> bytes:
    """Return the message's JSON; of what has none, an object that the origin refuses, with its text.

    So it lies among the dead letters at the first attempt, as all that can never be read.
    """
    try:
        return msgspec.json.encode(message.body)
    except Exception as error:  # noqa: BLE001 - numbers out of range, nesting, objects of the platform
        print(f"a message is no JSON: {type(error).__name__}")  # noqa: T201 - the platform's log
        return msgspec.json.encode({"noJson": _text(message)})


def _text(message: Any) -> str:
    try:
        return ascii(message.body)[:MOST_TEXT]
    except Exception as error:  # noqa: BLE001 - what cannot even be told; it must not hold up its batch
        return type(error).__name__
