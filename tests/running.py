"""The real origin in a process of its own, served as options of the server say."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from development import origin_process, paths, session

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_READY_SECONDS = 60.0


@contextmanager
def running_origin(
    folder: Path,
    environ: Mapping[str, str],
    options: Sequence[str] = (),
    *,
    scheme: str = "http",
    verify: ssl.SSLContext | bool = True,
) -> Iterator[str]:
    """The origin's URL; its databases lie in `folder`."""
    port = session.free_port()
    settings = {
        **os.environ,
        "PYTHONPATH": str(paths.ROOT),
        "SELVEDGE_LEDGER": str(folder / "ledger.sqlite"),
        **origin_process.databases(folder, origin_process.random_keys()),
        **environ,
    }
    command, log = [*origin_process.command(port), *options], folder / "origin.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=settings, cwd=paths.ROOT, stdout=output, stderr=output) as process,
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
