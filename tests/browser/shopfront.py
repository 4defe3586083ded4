"""The shop's site as a browser meets it: the demo's files, and the Worker behind /v1/, on one origin.

It stands where the CDN stands: it can hold the Worker's answers back, or lose them, and knows what was asked.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_NOT_FORWARDED = frozenset({"connection", "content-encoding", "content-length", "transfer-encoding", "date"})


@dataclass(frozen=True)
class Asked:
    """A request that reached the Worker's part of the site."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]


@dataclass
class Shopfront:
    """What the tests control and look at."""

    worker: str
    files: Path
    url: str = ""
    delay: float = 0.0
    broken: bool = False
    asked: list[Asked] = field(default_factory=list)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    def requests(self, part: str) -> list[Asked]:
        """The requests so far whose path has `part` in it."""
        return [one for one in self.asked if part in one.path]

    def reset(self) -> None:
        """Forget what was asked, and disturb nothing."""
        self.delay, self.broken = 0.0, False
        self.asked.clear()


@contextmanager
def opened(worker: str, files: Path) -> Iterator[Shopfront]:
    """A shopfront before the Worker at the URL `worker`, with the static `files`."""
    front = Shopfront(worker, files)
    server = _Server(front)
    # Chromium takes localhost for secure, so that `Secure` cookies work without a certificate.
    front.url = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield front
    finally:
        server.shutdown()
        server.server_close()
        front.client.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, front: Shopfront) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.front = front


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        if self.path.startswith("/v1/"):
            self._forward()
        else:
            self._send_file(self.path.partition("?")[0])

    def do_POST(self) -> None:
        self._forward()

    def do_PUT(self) -> None:
        self._forward()

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""

    def _forward(self) -> None:
        front = self.server.front
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        front.asked.append(Asked(self.command, self.path, body, headers))
        if "/fragments/" in self.path:
            time.sleep(front.delay)
        if front.broken:
            self._answer(503, [("Content-Type", "text/html")], b"<h1>upstream is down</h1>")
            return
        kept = {name: value for name, value in headers.items() if name not in _NOT_FORWARDED}
        answer = front.client.request(self.command, front.worker + self.path, content=body, headers=kept)
        fields = [pair for pair in answer.headers.multi_items() if pair[0] not in _NOT_FORWARDED]
        self._answer(answer.status_code, fields, answer.content)

    def _send_file(self, path: str) -> None:
        files = self.server.front.files
        found = files / path.strip("/")
        # As the demo's own server does: what is not there is the one page that shows any garment.
        if not found.is_file():
            found = files / "index.html"
        kind = _TYPES.get(found.suffix, "application/octet-stream")
        self._answer(
            200, [("Content-Type", kind), ("Cache-Control", "public, max-age=60")], found.read_bytes()
        )

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        try:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            return  # the browser gave up waiting, as it should
