"""Exports as large as they may be, and larger, in the real runtime: whole or none, and nobody is hurt."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from origin.building import build
from origin.demo import generate
from selvedge.shopper.choice import CHOICE_COOKIE, format_choice
from selvedge.shopper.context import CONTEXT_COOKIE
from selvedge.web.me import MAX_EXPORT_BYTES
from tests.origin.identity.tokens import SEED
from tests.runtime.shopfront import Shopfront, open_shop

if TYPE_CHECKING:
    from pathlib import Path

SHOP = "acme"
LIST = "/v1/nl/en/recommendations"
CONSENT = f"{CHOICE_COOKIE}={format_choice(['session', 'profile'])}"
EVENT = {"id": "event-01", "type": "view", "product": "coat-été", "occurred": 1_790_000_000_000}
ROW = json.dumps(EVENT, ensure_ascii=False, separators=(",", ":")).encode()
ISOLATE_BYTES = 128_000_000
"""What the platform lets an isolate hold; what JavaScript holds stands beside the wasm heap measured here."""


class Origin(BaseHTTPRequestHandler):
    """Holds `rows` events about everybody, and sends them in pieces as the real one does."""

    rows = 1

    def do_GET(self) -> None:
        if not self.path.endswith("/export"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        try:
            self.wfile.write(b'{"format":1,"tables":{"event":[' + ROW)
            for _ in range(1, self.rows):
                self.wfile.write(b"," + ROW)
            self.wfile.write(b"]}}")
        except (BrokenPipeError, ConnectionResetError):
            return  # the Worker has had enough

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def front(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopfront]:
    folder: Path = tmp_path_factory.mktemp("shop")
    variables = {
        "SELVEDGE_ORIGIN_URL": origin,
        "SELVEDGE_SERVICE_KEY": json.dumps({"edge-1": SEED}),
        "SELVEDGE_RIGHTS_DEADLINE_MS": 20_000,
    }
    with open_shop(SHOP, folder, variables) as front:
        front.publish(build(generate(60), shop=SHOP))
        yield front


@pytest.fixture(scope="module")
def cookie(front: Shopfront) -> str:
    product = front.get(LIST).json()["items"][0]["id"]
    answer = front.runtime.client.post(
        "/v1/nl/en/events",
        json={"events": [{"id": "event-01", "type": "view", "product": product}]},
        headers={"Origin": front.runtime.url, "Cookie": CONSENT},
    )
    front.runtime.client.cookies.clear()
    found = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{CONTEXT_COOKIE}=")]
    assert found, answer.text
    return f"{CONSENT}; {found[0].partition(';')[0]}"


def test_an_export_as_large_as_may_be_arrives_whole_again_and_again(front: Shopfront, cookie: str) -> None:
    Origin.rows = (MAX_EXPORT_BYTES - 100) // (len(ROW) + 1)
    for _ in range(3):
        answer = front.get("/v1/me/export", Cookie=cookie)
        assert answer.status_code == 200, answer.text[:300]
        assert len(answer.content) > MAX_EXPORT_BYTES * 0.95
        assert answer.json()["origin"]["tables"]["event"] == [EVENT] * Origin.rows
    assert front.runtime.heap_bytes() < ISOLATE_BYTES


def test_of_a_larger_one_there_is_no_part_and_the_isolate_lives_on(front: Shopfront, cookie: str) -> None:
    Origin.rows = 2 * MAX_EXPORT_BYTES // len(ROW)
    answer = front.get("/v1/me/export", Cookie=cookie)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/origin-unavailable")
    assert front.get(LIST, Cookie=cookie).json()["items"]
    Origin.rows = 1
    assert front.get("/v1/me/export", Cookie=cookie).json()["origin"]["tables"]["event"] == [EVENT]
