"""The real origin in a process of its own, for tests that reach it as the Worker and jobs do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from development import paths

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_READY_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_origin(
    folder: Path,
    environ: Mapping[str, str],
    options: Sequence[str] = (),
    *,
    scheme: str = "http",
    verify: ssl.SSLContext | bool = True,
) -> Iterator[str]:
    """The origin's URL; its databases lie in `folder` unless `environ` says otherwise."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "origin.app:create_app", "--app-dir", "worker"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-access-log", *options]
    settings = {
        "SELVEDGE_LEDGER": str(folder / "ledger.sqlite"),
        "SELVEDGE_DATABASE": f"sqlite+aiosqlite:///{folder}/origin.sqlite",
        "SELVEDGE_KEY_STORE": f"sqlite+aiosqlite:///{folder}/keys.sqlite",
        **environ,
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SELVEDGE_")}
    log = folder / "origin.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            env={**inherited, "PYTHONPATH": str(paths.ROOT), **settings},
            cwd=paths.ROOT,
            stdout=output,
            stderr=output,
        ) as process,
    ):
        url = f"{scheme}://127.0.0.1:{port}"
        try:
            with httpx.Client(verify=verify) as client:
                _wait(process, client, f"{url}/healthz", log)
            yield url
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], client: httpx.Client, url: str, log: Path) -> None:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            client.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))
