"""Small documents of other services, read through the platform's fetch."""

from __future__ import annotations

from typing import Any

import js
from pyodide.ffi import JsException, to_js

from selvedge.errors import DocumentUnavailable

DEADLINE_MS = 3_000
_OK = 200


class FetchedDocuments:
    """Documents over HTTP; a redirect is not followed, because whoever may redirect could send anywhere."""

    async def read(self, url: str, limit: int) -> bytes:
        """Return what `url` answers with 200, at most `limit` bytes. Raises `DocumentUnavailable`."""
        options = to_js(
            {"headers": {"Accept": "application/json"}, "redirect": "manual"},
            dict_converter=js.Object.fromEntries,
        )
        options.signal = js.AbortSignal.timeout(DEADLINE_MS)
        try:
            response = await js.fetch(url, options)
            if response.status != _OK:
                raise DocumentUnavailable(f"{url} answered {response.status}")
            return await _content(response, url, limit)
        except JsException as error:
            raise DocumentUnavailable(url) from error


async def _content(response: Any, url: str, limit: int) -> bytes:
    """The content, read piece by piece so that nothing beyond the limit is kept."""
    if not response.body:
        return b""
    reader = response.body.getReader()
    pieces: list[bytes] = []
    while True:
        piece = await reader.read()
        if piece.done:
            return b"".join(pieces)
        pieces.append(bytes(piece.value.to_bytes()))
        if sum(map(len, pieces)) > limit:
            await reader.cancel()
            raise DocumentUnavailable(f"{url} is longer than {limit} bytes")
