"""A real workerd that runs the Worker, for tests and benchmarks: start it, talk to it, stop it."""

import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from development import host_build, host_config, launcher, paths, worker_files


@dataclass(frozen=True)
class Workerd:
    """One running instance with an empty KV of its own."""

    url: str
    trigger_url: str
    kv_token: str
    kv_namespace: str
    log: Path
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

        It may await, and sees `env` and `ctx`. Raises WorkerdFailed with the traceback.
        """
        answer = self._control("POST", "python", content=source)
        if "error" in answer:
            raise launcher.WorkerdFailed(answer["error"])
        return answer["value"]

    def set_kv_faults(self, **faults: Any) -> None:
        """Disturb the Worker's reads of KV; without arguments, stop doing so.

        `latency_p95_ms`, `latency_p99_ms`, `error_rate` (0 to 1), and lists of regular expressions of keys:
        `missing`, `corrupt` (one bit flipped), `truncate` (half of it).
        """
        answer = self._control("POST", "kv-faults", json=faults)
        if "error" in answer:
            raise launcher.WorkerdFailed(answer["error"])

    def kv_reads(self) -> list[str]:
        """The keys that the Worker read since the last `set_kv_faults`."""
        return list(self._control("GET", "kv-faults")["reads"]["keys"])

    def queued(self) -> list[dict[str, Any]]:
        """What came to queues that the Worker does not consume: `queue`, `id`, `body` of each message."""
        return list(self._control("GET", "queue"))

    def run_scheduled(self, cron: str) -> None:
        """Let the Worker's `scheduled` handler run."""
        httpx.get(f"{self.trigger_url}/scheduled", params={"cron": cron}, timeout=60).raise_for_status()

    def _control(self, method: str, name: str, **options: Any) -> Any:
        return self.client.request(method, f"/__host/{name}", **options).json()


@contextmanager
def running(
    variables: Mapping[str, str] | None = None,
    worker: Path = paths.WORKER,
    state: Path | None = None,
    port: int = 0,
    *,
    consuming: bool = False,
) -> Iterator[Workerd]:
    """An instance of the Worker in `worker`, with `variables` (and secrets) over those of wrangler.toml.

    `state` keeps what is in KV for another instance; without it, it is empty and gone afterwards. With
    `consuming` the Worker's own handler gets what is in its queues.
    """
    production = host_config.read_production(paths.WRANGLER_TOML)
    token = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix="selvedge-workerd-") as name:
        folder = Path(name)
        worker_files.pack(worker, paths.PYTHON_MODULES, folder / "worker")
        order = launcher.Order(
            folders=[str(paths.HOST), str(folder / "worker")],
            main=f"{host_build.TESTING}/test.mjs",
            config=host_config.miniflare_worker(
                production, {**(variables or {}), "HOST_KV_TOKEN": token}, consuming=consuming
            ),
            persist=str(state or folder / "state"),
            port=port,
        )
        log = folder / "log"
        with launcher.launched(order, log) as at, httpx.Client(base_url=at.url, timeout=60) as client:
            namespace = host_config.kv_namespaces(production)["CATALOGUE"]
            yield Workerd(at.url, at.trigger_url, token, namespace, log, client)


@contextmanager
def running_javascript(folder: Path, main: str, state: Path | None = None) -> Iterator[str]:
    """The URL of a JavaScript Worker of the modules in `folder`, with the same bindings: to compare with."""
    production = host_config.read_production(paths.WRANGLER_TOML)
    with tempfile.TemporaryDirectory(prefix="selvedge-workerd-") as name:
        order = launcher.Order(
            folders=[str(folder)],
            main=main,
            config=host_config.miniflare_worker(production, {}),
            persist=str(state or Path(name) / "state"),
        )
        with launcher.launched(order, Path(name) / "log") as at:
            yield at.url
