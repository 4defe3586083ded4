import re
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from development import paths

READY = re.compile(r"Selvedge is at (http://127\.0\.0\.1:\d+)/")


def started(output: Path) -> "subprocess.Popen[bytes]":
    command = [str(paths.ROOT / "scripts" / "dev"), "--port", "0"]
    with output.open("wb") as stdout:
        return subprocess.Popen(command, stdout=stdout, stderr=stdout)


def ready_url(output: Path, process: "subprocess.Popen[bytes]") -> str:
    while process.poll() is None:
        if match := READY.search(output.read_text()):
            return match[1]
        time.sleep(0.1)
    raise AssertionError(output.read_text())


def test_the_session_serves_until_ctrl_c_and_leaves_nothing_listening(tmp_path: Path) -> None:
    process = started(tmp_path / "output")
    try:
        url = ready_url(tmp_path / "output", process)
        assert httpx.get(f"{url}/readyz").status_code == 200
        # The control paths belong to tests: here the Worker gets the request as any other.
        assert "bytes" not in httpx.get(f"{url}/__host/heap").text
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(20)
    assert code == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
