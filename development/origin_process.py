"""A real origin in a process of its own, for tests and the soak: it can be killed and started again."""

import json
import os
import secrets
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from development import paths, session

_READY_SECONDS = 60.0
_STOP_SECONDS = 10.0
_ROOMY = {"per_second": 100_000, "burst": 100_000}


class OriginFailed(Exception):
    """The origin did not start; the message is its log."""


@dataclass
class OriginProcess:
    """An origin over SQLite files in `folder`; keys and data outlive the process."""

    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    edge_key: str = ""
    jobs_key: str = ""
    _environment: dict[str, str] = field(default_factory=dict)
    _process: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.port = self.port or session.free_port()
        edge, jobs = new_keys("edge"), new_keys("jobs")
        self.edge_key, self.jobs_key = edge["private"], jobs["private"]
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(paths.ROOT),
            "SELVEDGE_KV_PROFILES": "none",
            "SELVEDGE_SERVICE_KEYS": json.dumps(json.loads(edge["trusted"]) | json.loads(jobs["trusted"])),
            **databases(self.folder, random_keys()),
            "SELVEDGE_LEDGER": str(self.folder / "ledger.sqlite"),
            "SELVEDGE_LIMITS": json.dumps(dict.fromkeys(("token", "shopper", "address"), _ROOMY)),
            **self.more,
        }

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What it has printed."""
        return self.folder / "origin.log"

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and wait until it answers. Raises `OriginFailed`."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command(self.port), cwd=paths.ROOT, env=self._environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5.0).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        self.kill()
        raise OriginFailed(self.log.read_text(encoding="utf-8", errors="replace")[-4000:])

    def kill(self) -> None:
        """End it at once, whatever it is at."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_STOP_SECONDS)
            self._process = None


@contextmanager
def running(folder: Path, **more: str) -> Iterator[OriginProcess]:
    """A running origin; `more` are further settings."""
    origin = OriginProcess(folder, more)
    try:
        origin.start()
        yield origin
    finally:
        origin.kill()


def command(port: int) -> list[str]:
    """The command that serves the origin."""
    return [
        sys.executable, "-m", "uvicorn", "--factory", "origin.app:create_app", "--app-dir", "worker",
        "--host", "127.0.0.1", "--port", str(port), "--no-access-log",
    ]  # fmt: skip


def databases(folder: Path, keys: str) -> dict[str, str]:
    """The settings of data in `folder`, sealed under the master keys `keys`."""
    return {
        "SELVEDGE_DATABASE": f"sqlite+aiosqlite:///{folder / 'origin.sqlite'}",
        "SELVEDGE_KEY_STORE": f"sqlite+aiosqlite:///{folder / 'keys.sqlite'}",
        "SELVEDGE_MASTER_KEYS": keys,
    }


def random_keys() -> str:
    """New AES-256 keys, as the settings of sealing and of master keys have them."""
    return json.dumps({"local": b64encode(secrets.token_bytes(32)).decode()})


def new_keys(service: str) -> dict[str, str]:
    """New keys of a service: the settings `private` for the service and `trusted` for the origin."""
    shown = subprocess.run(
        [sys.executable, "-m", "origin", "service", "new", service, "--all", "--json"],
        env={**os.environ, "PYTHONPATH": str(paths.ROOT)},
        capture_output=True,
        check=True,
    )
    return dict(json.loads(shown.stdout))
