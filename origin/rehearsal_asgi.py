"""The rehearsed Worker as an ASGI application: to serve it with uvicorn, and to try tools on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from origin.rehearsal import Content, Headers, Tasks
from selvedge.web.http import Request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, MutableMapping

    from selvedge.web.app import Application

    Message = MutableMapping[str, Any]
    Send = Callable[[Message], Awaitable[None]]
    Receive = Callable[[], Awaitable[Message]]


class AsgiWorker:
    """Answers `http` scopes; work that outlives an answer is done after it."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        background = Tasks()
        path = scope["raw_path"].decode("latin-1").partition("?")[0]
        query = scope["query_string"].decode("latin-1")
        headers = Headers(_joined(scope["headers"]))
        origin = f"{scope.get('scheme', 'http')}://{headers.get('host') or ''}"
        body = Content(await _content(receive))
        request = Request(scope["method"], path, query, headers, origin=origin, body=body)
        response = await self._application.handle(request, background)
        fields = [
            (name.lower().encode(), value.encode("latin-1")) for name, value in response.headers.items()
        ]
        fields += [(b"set-cookie", cookie.encode("latin-1")) for cookie in response.cookies]
        await send({"type": "http.response.start", "status": response.status, "headers": fields})
        await send({"type": "http.response.body", "body": response.body})
        await background.finish()


async def _content(receive: Receive) -> bytes:
    content, more = b"", True
    while more:
        message = await receive()
        content += message.get("body", b"")
        more = message.get("more_body", False)
    return content


def _joined(fields: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Join fields of one name by commas, as the platform does (RFC 9110, section 5.3)."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in fields:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
