"""Where events go: Cloudflare Queues, and the origin where the queue fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import js
import msgspec
from pyodide.ffi import JsException, to_js

from selvedge.errors import QueueUnavailable
from selvedge.identity.service import EDGE_SCOPES

if TYPE_CHECKING:
    from selvedge.identity.service import ServiceTokens


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


class OriginQueue:
    """The origin's events route; it takes what the queue does not."""

    def __init__(self, url: str, tokens: ServiceTokens, deadline_ms: int) -> None:
        self._url = f"{url.rstrip('/')}/v1/events"
        self._tokens = tokens
        self._deadline_ms = deadline_ms

    async def send(self, message: bytes) -> None:
        """Hand over a JSON object. Raises `QueueUnavailable`, also where the origin takes too long."""
        token = await self._tokens.bearer(EDGE_SCOPES)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        options = to_js(
            {"method": "POST", "headers": headers, "body": message.decode(), "redirect": "manual"},
            dict_converter=js.Object.fromEntries,
        )
        options.signal = js.AbortSignal.timeout(self._deadline_ms)
        try:
            response = await js.fetch(self._url, options)
        except JsException as error:
            raise QueueUnavailable("the origin") from error
        if not response.ok:
            raise QueueUnavailable(f"the origin answered {response.status}")
