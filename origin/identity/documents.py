"""Small documents of other services over httpx, such as a provider's keys."""

from __future__ import annotations

import httpx

from selvedge.errors import DocumentUnavailable

DEADLINE_SECONDS = 3.0


class HttpDocuments:
    """Documents over HTTP; a redirect is not followed, because whoever may redirect could send anywhere."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._transport = transport

    async def read(self, url: str, limit: int) -> bytes:
        """Return what `url` answers with 200, at most `limit` bytes. Raises `DocumentUnavailable`."""
        try:
            async with (
                httpx.AsyncClient(transport=self._transport, timeout=DEADLINE_SECONDS) as client,
                client.stream("GET", url, headers={"Accept": "application/json"}) as answer,
            ):
                return await _content(answer, limit)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DocumentUnavailable(url) from error


async def _content(answer: httpx.Response, limit: int) -> bytes:
    if answer.status_code != httpx.codes.OK:
        raise DocumentUnavailable(f"{answer.url} answered {answer.status_code}")
    content = b""
    async for piece in answer.aiter_bytes():
        content += piece
        if len(content) > limit:
            raise DocumentUnavailable(f"{answer.url} is longer than {limit} bytes")
    return content
