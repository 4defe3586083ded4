"""The origin as what takes events when the queue does not: the adapter over the platform's fetch."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from development.launcher import WorkerdFailed
from development.workerd import Workerd
from origin.identity.principal import Principal
from origin.identity.servicekeys import ServiceVerifier
from origin.rehearsal import SystemClock
from tests.origin.identity.tokens import TRUSTED

SEND = """
from cloudflare.crypto import WebCryptoSigner
from cloudflare.origin import FetchOrigin
from cloudflare.runtime import WorkersClock
from selvedge.events.handover import OriginQueue
from selvedge.identity.service import ServiceTokens
from selvedge.profiles.origin import OriginClient
tokens = ServiceTokens(WebCryptoSigner("edge-1", bytes(range(32))), WorkersClock())
origin = OriginClient(FetchOrigin("http://127.0.0.1:{port}/{path}"), tokens)
await OriginQueue(origin, 300).send(b'{{"events": []}}')
"""


class Origin(BaseHTTPRequestHandler):
    """Takes events, is out of order, or takes its time."""

    taken: list[tuple[str, str | None, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/slow"):
            time.sleep(1)
        type(self).taken.append((self.path, self.headers["Authorization"], body))
        self.send_response(500 if self.path.startswith("/broken") else 202)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    Origin.taken = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_origin_takes_a_message_under_the_token(runtime: Workerd, port: int) -> None:
    runtime.run(SEND.format(port=port, path="base/"))
    ((path, authorization, body),) = Origin.taken
    assert (path, body) == ("/base/v1/events", b'{"events": []}')
    token = str(authorization).removeprefix("Bearer ")
    principal = ServiceVerifier(TRUSTED, SystemClock()).verify(token)
    scopes = frozenset({"edge-profile:read", "events:write"})
    assert principal == Principal("edge", scopes, token=principal.token)


@pytest.mark.parametrize("path", ["broken", "slow"])
def test_what_the_origin_does_not_take_in_time_is_said(runtime: Workerd, port: int, path: str) -> None:
    with pytest.raises(WorkerdFailed, match="QueueUnavailable"):
        runtime.run(SEND.format(port=port, path=path))
