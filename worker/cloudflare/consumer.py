"""The queue's consumer: messages of the platform, to and from the values of the pure package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from selvedge.events.delivery import Arrived, deliver

if TYPE_CHECKING:
    from selvedge.events.delivery import EventSink
    from selvedge.ports import Queue


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


def _body(message: Any) -> bytes | None:
    """Return the message's JSON, or None: nobody of ours sent it, and it keeps no other message waiting."""
    try:
        return msgspec.json.encode(message.body)
    except Exception as error:  # noqa: BLE001 - numbers out of range, nesting, objects of the platform
        print(f"a message is no JSON: {type(error).__name__}")  # noqa: T201 - the platform's log
        return None
