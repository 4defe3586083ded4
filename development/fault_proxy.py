"""A proxy before the origin that does to answers what networks and broken servers do; for tests and soak."""

import asyncio
import contextlib
import json
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import urlsplit

Fault = Literal[
    "healthy", "slow", "hanging", "refusing", "resetting", "500", "garbage", "no-http", "huge", "cut-short",
    "trickling", "wrong-type", "redirect",
]  # fmt: skip

HUGE_BYTES = 20_000_000
_PIECE = 64 * 1024
_TRICKLE_SECONDS = 0.05
_MAX_HEAD = 64 * 1024


@dataclass
class Call:
    """A request that came in."""

    method: str
    path: str
    head: str
    body: bytes

    @property
    def authorization(self) -> str:
        """The `Authorization` field, or an empty text."""
        for line in self.head.splitlines():
            name, _, value = line.partition(":")
            if name.lower() == "authorization":
                return value.strip()
        return ""


@dataclass
class FaultProxy:
    """Listens on 127.0.0.1. Healthy, it hands on to `upstream`; without one it tells what it was asked."""

    upstream: str | None = None
    slow_seconds: float = 0.4
    port: int = 0
    fault: Fault = "healthy"
    calls: list[Call] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _server: asyncio.Server | None = None
    _open: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def set(self, fault: Fault) -> None:
        """From now on do this, also to what is waiting for an answer."""
        self._run(self._set(fault))

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Listen, in a thread of its own."""
        thread = threading.Thread(target=self._serve_forever, daemon=True)
        thread.start()
        try:
            self._run(self._listen())
            yield self
        finally:
            self._run(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(10)
            self._loop.close()

    def _run(self, work: Awaitable[None]) -> None:
        asyncio.run_coroutine_threadsafe(_finish(work), self._loop).result(10)

    async def _set(self, fault: Fault) -> None:
        self.fault = fault
        if fault == "refusing":
            await self._close()
        elif self._server is None:
            await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, limit=_MAX_HEAD, reuse_address=True, backlog=512
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._open:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is served outside of a task")
        self._open.add(task)
        try:
            call = await _read_call(reader)
            if call is not None:
                self.calls.append(call)
                await self._answer(call, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # whoever asked has gone away, or this proxy has
        finally:
            self._open.discard(task)
            writer.close()

    async def _answer(self, call: Call, writer: asyncio.StreamWriter) -> None:
        answer = _ANSWERS.get(self.fault)
        if answer is not None:
            await answer(writer)
            return
        if self.fault == "slow":
            await asyncio.sleep(self.slow_seconds)
        if self.upstream is None:
            await _send(writer, 200, "application/json; charset=utf-8", _echo(call), 'ETag: "7"\r\n')
        else:
            await _hand_on(self.upstream, call, writer)

    def _serve_forever(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()


@contextmanager
def faulty(upstream: str | None = None, slow_seconds: float = 0.4) -> Iterator[FaultProxy]:
    """A running proxy, healthy at first."""
    with FaultProxy(upstream, slow_seconds).running() as proxy:
        yield proxy


async def _finish(work: Awaitable[None]) -> None:
    await work


async def _read_call(reader: asyncio.StreamReader) -> Call | None:
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    head = raw.decode("latin-1")
    method, path, _ = head.split(" ", 2)
    length = 0
    for line in head.splitlines()[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            length = int(value)
        elif name.lower() == "transfer-encoding":
            return Call(method, path, head, await _read_chunks(reader))
    return Call(method, path, head, await reader.readexactly(length))


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    """Return content that came in chunks (RFC 9112, section 7.1), without extensions and trailers."""
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


async def _hand_on(upstream: str, call: Call, writer: asyncio.StreamWriter) -> None:
    """Ask the upstream the same, and hand on what it says; it is asked to close afterwards."""
    parts = urlsplit(upstream)
    try:
        reader, up = await asyncio.open_connection(parts.hostname, parts.port)
    except OSError:
        _reset(writer)
        return
    dropped = ("connection", "transfer-encoding", "content-length")
    lines = [
        line for line in call.head.rstrip().split("\r\n") if line.partition(":")[0].lower() not in dropped
    ]
    head = "\r\n".join([*lines, "Connection: close", f"Content-Length: {len(call.body)}", "", ""])
    try:
        up.write(head.encode("latin-1") + call.body)
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
    finally:
        up.close()


def _echo(call: Call) -> bytes:
    told = {"method": call.method, "path": call.path, "body": call.body.decode("latin-1")}
    return json.dumps(told | {"authorization": call.authorization}).encode()


async def _send(
    writer: asyncio.StreamWriter, status: int, media_type: str, body: bytes, more: str = ""
) -> None:
    head = (
        f"HTTP/1.1 {status} Any\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{more}"
        "Connection: close\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()


async def _hang(_writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def _send_reset(writer: asyncio.StreamWriter) -> None:
    _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with a reset instead of an end."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _send_500(writer: asyncio.StreamWriter) -> None:
    await _send(writer, 500, "application/json", b'{"status": 500}')


async def _send_garbage(writer: asyncio.StreamWriter) -> None:
    await _send(writer, 200, "application/json", b"\x00\xff{]" * 100)


async def _send_no_http(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x16\x03\x01 this is not what you have asked for\r\n\r\n")
    await writer.drain()


async def _send_huge(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        for _ in range(HUGE_BYTES // _PIECE):
            writer.write(b" " * _PIECE)
            await writer.drain()


async def _send_cut_short(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{")
    await writer.drain()


async def _send_trickling(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(_TRICKLE_SECONDS)


async def _send_wrong_type(writer: asyncio.StreamWriter) -> None:
    await _send(writer, 200, "text/html", b"<p>Please log in to this network")


async def _send_redirect(writer: asyncio.StreamWriter) -> None:
    await _send(writer, 302, "text/plain", b"", "Location: http://127.0.0.1:9/\r\n")


_ANSWERS: dict[str, Callable[[asyncio.StreamWriter], Awaitable[None]]] = {
    "hanging": _hang,
    "resetting": _send_reset,
    "500": _send_500,
    "garbage": _send_garbage,
    "no-http": _send_no_http,
    "huge": _send_huge,
    "cut-short": _send_cut_short,
    "trickling": _send_trickling,
    "wrong-type": _send_wrong_type,
    "redirect": _send_redirect,
}
