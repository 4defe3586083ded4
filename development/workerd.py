"""A real workerd that runs the Worker, for tests and benchmarks: start it, talk to it, stop it."""

import json
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from development import host_build, host_config, paths, worker_files

_START_SECONDS = 120.0
_STOP_SECONDS = 10.0


class WorkerdError(Exception):
    """workerd did not start, or a snippet that it was asked to run raised; the message is its output."""


@dataclass(frozen=True)
class Workerd:
    """One running instance with an empty KV of its own."""

    url: str
    kv_token: str
    kv_namespace: str
    client: httpx.Client = field(repr=False)

    @property
    def kv_base_url(self) -> str:
        """What stands for https://api.cloudflare.com/client/v4 here."""
        return f"{self.url}/client/v4"

    @property
    def kv_url(self) -> str:
        """The namespace in the REST interface: append /bulk, /values/{key}, /keys."""
        path = f"accounts/{host_config.ACCOUNT}/storage/kv/namespaces/{self.kv_namespace}"
        return f"{self.kv_base_url}/{path}"

    @property
    def kv_headers(self) -> dict[str, str]:
        """The authorization that the REST interface wants."""
        return {"Authorization": f"Bearer {self.kv_token}"}

    def heap_bytes(self) -> int:
        """The size of the wasm memory, interpreter included; it never shrinks."""
        return int(self._control("GET", "heap")["bytes"])

    def startup(self) -> dict[str, Any]:
        """How the import of entry.py went: `error` (or None) and forbidden `attempts`."""
        return dict(self._control("GET", "startup"))

    def run(self, source: str) -> Any:
        """The last expression of a snippet of Python, run in the Worker's interpreter.

        It may await, and sees `env` and `ctx`. Raises WorkerdError with the traceback.
        """
        answer = self._control("POST", "python", content=source)
        if "error" in answer:
            raise WorkerdError(answer["error"])
        return answer["value"]

    def set_kv_faults(self, **faults: Any) -> None:
        """Disturb the Worker's reads of KV; without arguments, stop doing so.

        `latency_p95_ms`, `latency_p99_ms`, `error_rate` (0 to 1), and lists of regular expressions of keys:
        `missing`, `corrupt` (one bit flipped), `truncate` (half of it).
        """
        answer = self._control("POST", "kv-faults", json=faults)
        if "error" in answer:
            raise WorkerdError(answer["error"])

    def kv_reads(self) -> list[str]:
        """The keys that the Worker read since the last `set_kv_faults`."""
        return list(self._control("GET", "kv-faults")["reads"]["keys"])

    def queued(self) -> list[dict[str, Any]]:
        """What the Worker has sent to its queues: `queue`, `id` and `body` of each message."""
        return list(self._control("GET", "queue"))

    def _control(self, method: str, name: str, **options: Any) -> Any:
        return self.client.request(method, f"/__host/{name}", **options).json()


@contextmanager
def running(
    variables: Mapping[str, str] | None = None, worker: Path = paths.WORKER, port: int = 0
) -> Iterator[Workerd]:
    """An instance of the Worker in `worker`, with `variables` (and secrets) over those of wrangler.toml."""
    production = host_config.read_production(paths.WRANGLER_TOML)
    token = secrets.token_urlsafe(24)
    texts = {**(variables or {}), "HOST_KV_TOKEN": token}
    folder = Path(tempfile.mkdtemp(prefix="selvedge-workerd-"))
    try:
        worker_files.pack(worker, paths.PYTHON_MODULES, folder / "worker")
        order = {
            "folders": [str(paths.HOST), str(folder / "worker")],
            "main": f"{host_build.TESTING}/test.mjs",
            "config": host_config.miniflare_worker(production, texts),
            "persist": str(folder / "state"),
            "port": port,
        }
        with _launched(order, folder / "log") as url, httpx.Client(base_url=url, timeout=60) as client:
            yield Workerd(url, token, host_config.kv_namespaces(production)["CATALOGUE"], client)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _launched(order: Mapping[str, Any], log: Path) -> Iterator[str]:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            [paths.NODE, paths.ROOT / "development" / "launch.mjs"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    try:
        assert process.stdin is not None and process.stdout is not None  # noqa: PT018, S101
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            process.wait(_STOP_SECONDS)
            raise WorkerdError(log.read_text(encoding="utf-8", errors="replace"))
        yield json.loads(line)["url"]
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    # The launcher ends, and takes workerd with it, when its input does.
    for pipe in (process.stdin, process.stdout):
        if pipe and not pipe.closed:
            pipe.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
