"""Where events go: Cloudflare Queues."""

from __future__ import annotations

from typing import Any

import msgspec
from pyodide.ffi import JsException

from selvedge.errors import QueueUnavailable


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
