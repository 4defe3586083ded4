"""What the processes of one local session know of each other: addresses, and keys made up for it."""

import json
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from development import host_config, paths

FOLDER = paths.GENERATED / "dev"
_FILE = FOLDER / "session.json"


@dataclass(frozen=True)
class Session:
    """Where everything of this session answers; all of it on the loopback interface."""

    worker_url: str
    origin_url: str
    kv_base_url: str
    kv_account: str
    kv_namespace: str
    kv_profiles: str
    kv_token: str

    def write(self) -> None:
        """Leave the addresses where other commands of this project find them; readable by the owner only."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        write_private(_FILE, json.dumps(asdict(self), indent=2) + "\n")


def read() -> Session:
    """The running session. Raises FileNotFoundError when there is none."""
    return Session(**json.loads(_FILE.read_text(encoding="utf-8")))


class PortTaken(Exception):
    """Something else listens on a port that was asked for."""


def new(worker_port: int, origin_port: int) -> Session:
    """A session on these ports; 0 stands for any free one. Raises PortTaken."""
    for port in (worker_port, origin_port):
        if not is_free(port):
            raise PortTaken(f"port {port} is taken: stop what uses it, or name another")
    worker_url = f"http://127.0.0.1:{worker_port or free_port()}"
    production = host_config.read_production(paths.WRANGLER_TOML)
    return Session(
        worker_url=worker_url,
        origin_url=f"http://127.0.0.1:{origin_port or free_port()}",
        kv_base_url=f"{worker_url}/client/v4",
        kv_account=host_config.ACCOUNT,
        kv_namespace=host_config.kv_namespaces(production)["CATALOGUE"],
        kv_profiles=host_config.kv_namespaces(production)["PROFILES"],
        kv_token=secrets.token_urlsafe(24),
    )


def forget() -> None:
    """Remove the file of a session that has ended."""
    _FILE.unlink(missing_ok=True)


def is_free(port: int) -> bool:
    """Whether nothing listens there; 0 stands for any port, of which one is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(preferred: int = 0) -> int:
    """`preferred` when nothing listens there, else any free port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", preferred))
        except OSError:
            return free_port()
        return int(probe.getsockname()[1])


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
