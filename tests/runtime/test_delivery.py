"""The Worker's consumer on workerd's real queue, before an origin whose troubles are hard to make real."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from development import workerd
from tests.origin.identity.tokens import SEED

SEND = """
for body in {bodies!r}:
    await env.EVENTS.send(body)
"""


SEND_NO_JSON = """
from js import BigInt
await env.EVENTS.send(BigInt("1" + "0" * 30), contentType="v8")
await env.EVENTS.send({"n": 21})
None
"""


class Origin(BaseHTTPRequestHandler):
    """Takes messages, once it has been broken `broken` times; refuses those with `bad`."""

    taken: list[Any]
    broken: int
    posts: int

    def do_POST(self) -> None:
        kind = type(self)
        messages = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kind.posts += 1
        if kind.posts <= kind.broken:
            self._answer(503, b"{}")
            return
        refused = [
            {"index": at, "reason": "bad"} for at, one in enumerate(messages) if {"bad", "noJson"} & set(one)
        ]
        kind.taken += [one for one in messages if not {"bad", "noJson"} & set(one)]
        receipt = {"accepted": 1, "duplicates": 0, "dropped": 0, "refused": refused}
        self._answer(202, json.dumps(receipt).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def consumer(port: int, worker_variables: dict[str, str]) -> Iterator[workerd.Workerd]:
    variables = {
        **worker_variables,
        "SELVEDGE_SHOP": "acme",
        "SELVEDGE_ORIGIN_URL": f"http://127.0.0.1:{port}",
        "SELVEDGE_SERVICE_KEY": json.dumps({"edge-1": SEED}),
    }
    with workerd.running(variables, consuming=True) as instance:
        yield instance


@pytest.fixture(autouse=True)
def _healthy() -> None:
    Origin.taken, Origin.broken, Origin.posts = [], 0, 0


def test_without_an_origin_the_queue_keeps_everything(worker_variables: dict[str, str]) -> None:
    with workerd.running({**worker_variables, "SELVEDGE_SHOP": "acme"}, consuming=True) as alone:
        alone.run(SEND.format(bodies=[{"n": 20}]))
        time.sleep(5)  # enough for 100 attempts that do not wait
        assert alone.queued() == []


def wait_until(reached: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "this did not come to pass"
        time.sleep(0.1)


def numbers() -> list[int]:
    return sorted(one["n"] for one in Origin.taken)


def test_what_is_queued_arrives_once_the_origin_is_back(consumer: workerd.Workerd) -> None:
    Origin.broken = 2
    consumer.run(SEND.format(bodies=[{"n": at, "text": "été", "list": [1, None, 2.5]} for at in range(5)]))
    wait_until(lambda: len(set(numbers())) == 5)
    assert numbers() == [0, 1, 2, 3, 4]
    assert Origin.taken[0]["list"] == [1, None, 2.5]
    assert Origin.taken[0]["text"] == "été"
    assert Origin.posts > 2


def test_what_the_origin_refuses_lies_among_the_dead_letters(consumer: workerd.Workerd) -> None:
    consumer.run(SEND.format(bodies=[{"n": 10}, {"n": 11, "bad": True}, {"n": 12}]))
    wait_until(lambda: any(one["body"].get("n") == 11 for one in consumer.queued()))
    wait_until(lambda: numbers() == [10, 12])
    (dead,) = consumer.queued()
    assert (dead["queue"], dead["body"]) == ("selvedge-events-dead", {"n": 11, "bad": True})


def test_what_is_no_json_lies_among_the_dead_letters_at_its_first_attempt(consumer: workerd.Workerd) -> None:
    consumer.run(SEND_NO_JSON)
    wait_until(lambda: any("noJson" in one["body"] for one in consumer.queued()))
    wait_until(lambda: numbers() == [21])
    (dead,) = [one for one in consumer.queued() if "noJson" in one["body"]]
    assert (dead["queue"], dead["body"]) == ("selvedge-events-dead", {"noJson": "1" + "0" * 30})
    assert Origin.posts <= 2
