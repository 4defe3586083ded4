import socket

import pytest

from development import session


def test_a_port_that_is_taken_is_refused_before_anything_starts() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(session.PortTaken, match=f"port {port} is taken"):
            session.new(port, 0)
        assert session.free_port(port) != port


def test_any_free_port_will_do() -> None:
    assert session.new(0, 0).worker_url != session.new(0, 0).origin_url
