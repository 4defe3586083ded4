"""The client: a keep-alive connection over a bare socket, which costs little beside what it measures."""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Self

_RECEIVE = 1 << 18
_TIMEOUT_SECONDS = 60.0
_WITHOUT_BODY = frozenset({204, 304})


class ConnectionEnded(Exception):
    """The server closed the connection in the middle of an answer."""


@dataclass(frozen=True)
class Answer:
    """An answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def request(path: str, headers: Mapping[str, str] | None = None) -> bytes:
    """A GET request's bytes."""
    lines = [f"GET {path} HTTP/1.1", "Host: benchmark", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "\r\n"]).encode()


def post(path: str, content: bytes, headers: Mapping[str, str]) -> bytes:
    """A POST request's bytes, with JSON as its content."""
    lines = [f"POST {path} HTTP/1.1", "Host: benchmark", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(content)}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "\r\n"]).encode() + content


class Connection:
    """One connection to the server at `url`."""

    def __init__(self, url: str) -> None:
        at = urlsplit(url)
        self._socket = socket.create_connection((at.hostname, at.port), timeout=_TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def fileno(self) -> int:
        """The socket's number, for selectors."""
        return self._socket.fileno()

    def send(self, data: bytes) -> None:
        """Send a request; its answer must be received before the next."""
        self._socket.sendall(data)

    def receive(self) -> Answer | None:
        """Read once; the answer, if it is whole by now. Raises ConnectionEnded."""
        data = self._socket.recv(_RECEIVE)
        if not data:
            raise ConnectionEnded(self._received[:200].decode(errors="replace"))
        self._received += data
        answer = _parse(self._received)
        if answer is not None:
            self._received = b""
        return answer

    def exchange(self, data: bytes) -> Answer:
        """Send a request and wait for its answer."""
        self.send(data)
        while True:
            answer = self.receive()
            if answer is not None:
                return answer


def count_answers(url: str, requests: Sequence[bytes], *, connections: int, seconds: float) -> float:
    """Answers a second over several connections, each with one request under way."""
    following = cycle(requests)
    opened = [Connection(url) for _ in range(connections)]
    with selectors.DefaultSelector() as selector:
        for connection in opened:
            selector.register(connection, selectors.EVENT_READ, connection)
            connection.send(next(following))
        started = time.perf_counter()
        answered = 0
        while (now := time.perf_counter()) - started < seconds:
            for key, _ in selector.select(timeout=seconds):
                if key.data.receive() is not None:
                    answered += 1
                    key.data.send(next(following))
    for connection in opened:
        with connection:
            pass
    return answered / (now - started)


def _parse(data: bytes) -> Answer | None:
    """The answer at the start of `data`, which holds nothing else; None while it is not whole."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    status = int(first.split(" ", 2)[1])
    if status in _WITHOUT_BODY:
        return Answer(status, headers, b"")
    if headers.get("transfer-encoding") == "chunked":
        whole = _unchunk(body)
        return None if whole is None else Answer(status, headers, whole)
    length = int(headers.get("content-length", "0"))
    return Answer(status, headers, body) if len(body) >= length else None


def _unchunk(data: bytes) -> bytes | None:
    whole, rest = b"", data
    while True:
        size, found, rest = rest.partition(b"\r\n")
        if not found:
            return None
        length = int(size, 16)
        if len(rest) < length + 2:
            return None
        if not length:
            return whole
        whole, rest = whole + rest[:length], rest[length + 2 :]
