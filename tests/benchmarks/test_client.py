import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from benchmarks.client import Connection, ConnectionEnded, request


class Server:
    """Sends prepared pieces to the one connection that it takes, one for each request or wait."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def send(self, *pieces: bytes) -> None:
        Thread(target=self._serve, args=(pieces,), daemon=True).start()

    def _serve(self, pieces: tuple[bytes, ...]) -> None:
        with self._listener.accept()[0] as connection:
            connection.recv(1000)
            for piece in pieces:
                connection.sendall(piece)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def test_an_answer_with_a_length_is_read_whole(server: Server) -> None:
    server.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n", b"\r\nabc", b"def")
    with Connection(server.url) as connection:
        answer = connection.exchange(request("/"))
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"abcdef", "6")


def test_an_answer_in_chunks_is_read_whole(server: Server) -> None:
    server.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n")
    with Connection(server.url) as connection:
        assert connection.exchange(request("/")).body == b"abcde"


def test_not_modified_has_no_body_to_wait_for(server: Server) -> None:
    server.send(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n")
    with Connection(server.url) as connection:
        assert connection.exchange(request("/")).status == 304


def test_a_connection_that_ends_early_says_so(server: Server) -> None:
    server.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
    with Connection(server.url) as connection, pytest.raises(ConnectionEnded):
        connection.exchange(request("/"))
