"""The origin's API over httpx: for the rehearsed Worker, and to hold the Worker's fetch against."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

import httpx

from selvedge.errors import OriginUnavailable
from selvedge.profiles.origin import ANSWER_HEADERS, OriginAnswer, OriginRequest, media_type_of

if TYPE_CHECKING:
    from types import TracebackType


class HttpxOrigin:
    """Asks the origin at `url`; a context manager that closes its connections."""

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=url.rstrip("/"), timeout=None, trust_env=False)  # noqa: S113 - `ask` has its own

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def ask(self, request: OriginRequest) -> OriginAnswer:
        """Return the whole answer, whatever its status. Raises `OriginUnavailable`."""
        try:
            async with asyncio.timeout(request.deadline_ms / 1000):
                return await self._ask(request)
        except TimeoutError as error:
            raise OriginUnavailable("timeout") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise OriginUnavailable("unreachable") from error

    async def _ask(self, request: OriginRequest) -> OriginAnswer:
        streaming = self._client.stream(
            request.method,
            request.path,
            headers=request.headers,
            content=request.body or None,
            follow_redirects=False,
        )
        async with streaming as response:
            body = b""
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > request.max_bytes:
                    raise OriginUnavailable("too-large")
            return OriginAnswer(
                response.status_code,
                media_type_of(response.headers.get("content-type")),
                {name: response.headers[name] for name in ANSWER_HEADERS if name in response.headers},
                body,
            )
