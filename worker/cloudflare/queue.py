"""Where events go: Cloudflare Queues, and the origin where the queue fails; and who brings them there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import js
import msgspec
from pyodide.ffi import JsException, to_js

from selvedge.errors import QueueUnavailable
from selvedge.events.delivery import TAKEN, Arrived, Said, deliver
from selvedge.identity.service import EDGE_SCOPES

if TYPE_CHECKING:
    from selvedge.events.delivery import EventSink
    from selvedge.identity.service import ServiceTokens
    from selvedge.ports import Queue

CONSUMER_DEADLINE_MS = 30_000
"""How long the consumer waits for the origin. Nobody waits for the consumer."""


class WorkersQueue:
    """A queue's producer."""

    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def send(self, message: bytes) -> None:
        """Hand over a JSON object. Raises `QueueUnavailable`."""
        try:
            await self._binding.send(msgspec.json.decode(message))
        except JsException as error:
            raise QueueUnavailable("the queue") from error


class OriginEvents:
    """The origin's events route."""

    def __init__(self, url: str, tokens: ServiceTokens, deadline_ms: int) -> None:
        self._url = f"{url.rstrip('/')}/v1/events"
        self._tokens = tokens
        self._deadline_ms = deadline_ms

    async def post(self, body: bytes) -> Said:
        """Hand over JSON. Raises `QueueUnavailable`, also where the origin takes too long."""
        token = await self._tokens.bearer(EDGE_SCOPES)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        options = to_js(
            {"method": "POST", "headers": headers, "body": body.decode(), "redirect": "manual"},
            dict_converter=js.Object.fromEntries,
        )
        options.signal = js.AbortSignal.timeout(self._deadline_ms)
        try:
            response = await js.fetch(self._url, options)
            text = await response.text()
        except JsException as error:
            raise QueueUnavailable("the origin") from error
        wanted = response.headers.get("retry-after")
        seconds = int(wanted) if isinstance(wanted, str) and wanted.isdecimal() else 0
        return Said(response.status, text.encode(), seconds)


class OriginQueue:
    """The origin as a queue: it takes what the queue does not."""

    def __init__(self, sink: EventSink) -> None:
        self._sink = sink

    async def send(self, message: bytes) -> None:
        """Hand over a JSON object. Raises `QueueUnavailable`."""
        said = await self._sink.post(message)
        if said.status not in TAKEN:
            raise QueueUnavailable(f"the origin answered {said.status}")


async def consume(batch: Any, sink: EventSink, dead: Queue) -> dict[str, int]:
    """Hand a batch of the queue to the origin; return how many were done with and how many come again."""
    messages = list(batch.messages)
    verdicts = await deliver([Arrived(_body(one), one.attempts) for one in messages], sink, dead)
    for message, verdict in zip(messages, verdicts, strict=True):
        if verdict.delay is None:
            message.ack()
        else:
            message.retry(delaySeconds=verdict.delay)
    retried = sum(verdict.delay is not None for verdict in verdicts)
    return {"done": len(verdicts) - retried, "retried": retried}


def _body(message: Any) -> bytes | None:
    try:
        return msgspec.json.encode(message.body)
    except (TypeError, ValueError):
        return None  # not JSON: nobody of ours sent it
