"""The origin's API over the platform's fetch."""

from __future__ import annotations

import asyncio
from typing import Any

import js
from pyodide.ffi import JsException, to_js

from selvedge.errors import OriginUnavailable
from selvedge.profiles.origin import ANSWER_HEADERS, OriginAnswer, OriginRequest, media_type_of


class FetchOrigin:
    """Asks the origin at `url`. What is not whole in time is aborted, which frees its connection."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    async def ask(self, request: OriginRequest) -> OriginAnswer:
        """Return the whole answer, whatever its status. Raises `OriginUnavailable`."""
        controller = js.AbortController.new()
        try:
            async with asyncio.timeout(request.deadline_ms / 1000):
                return await self._ask(request, controller.signal)
        except TimeoutError as error:
            raise OriginUnavailable("timeout") from error
        except JsException as error:
            raise OriginUnavailable("unreachable") from error
        finally:
            controller.abort()  # which does nothing where all has been read

    async def _ask(self, request: OriginRequest, signal: Any) -> OriginAnswer:
        options = to_js(
            {"method": request.method, "headers": request.headers, "redirect": "manual"},
            dict_converter=js.Object.fromEntries,
        )
        options.signal = signal
        if request.body:
            options.body = to_js(request.body)
        response = await js.fetch(self._url + request.path, options)
        read = {name: response.headers.get(name) for name in ("content-type", *ANSWER_HEADERS)}
        fields = {name: value for name, value in read.items() if isinstance(value, str)}  # null is not None
        return OriginAnswer(
            response.status,
            media_type_of(fields.pop("content-type", None)),
            fields,
            await _read(response, request.max_bytes),
        )


async def _read(response: Any, limit: int) -> bytes:
    """Return the content, piece by piece. Raises `OriginUnavailable` beyond `limit` bytes."""
    if not response.body:
        return b""
    reader = response.body.getReader()
    pieces: list[bytes] = []
    size = 0
    while not (piece := await reader.read()).done:
        pieces.append(bytes(piece.value.to_bytes()))
        size += len(pieces[-1])
        if size > limit:
            raise OriginUnavailable("too-large")
    return b"".join(pieces)
