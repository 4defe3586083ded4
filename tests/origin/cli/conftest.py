from __future__ import annotations

import json
from base64 import b64decode
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import httpx
import msgspec
import pytest
from click.testing import CliRunner, Result

from origin.cli.commands import jobs
from origin.cli.workshop import Workshop
from origin.demo import generate
from origin.importing.archive import save_catalogue
from origin.publishing.clock import ManualClock

if TYPE_CHECKING:
    from pathlib import Path

    from selvedge.catalogue.model import Catalogue

CATALOGUE = generate(300)


def later(catalogue: Catalogue, hours: int, *, products: int | None = None) -> Catalogue:
    """The same shop some hours on, or only the head of its products."""
    taken = catalogue.taken + timedelta(hours=hours)
    return msgspec.structs.replace(catalogue, taken=taken, products=catalogue.products[:products])


class FakeCloudflare(httpx.BaseTransport):
    """KV's REST interface and the cache purge, over a dict. `down` makes every answer a 503."""

    def __init__(self) -> None:
        self.values: dict[str, tuple[bytes, dict[str, Any]]] = {}
        self.purged: list[list[str]] = []
        self.down = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            return httpx.Response(503)
        if request.headers.get("authorization") != "Bearer right":
            return _answer(403, errors=[{"code": 10000, "message": "Authentication error"}])
        path = request.url.raw_path.decode().partition("?")[0]
        operation = path.rpartition("/namespaces/ns")[2] or path
        if operation.startswith("/values/"):
            return self._value(unquote(operation.removeprefix("/values/")))
        if operation == "/keys":
            return self._keys(request.url.params["prefix"])
        body = json.loads(request.content)
        if operation == "/bulk":
            self.values.update(
                {pair["key"]: (b64decode(pair["value"]), pair.get("metadata", {})) for pair in body}
            )
        elif operation == "/bulk/delete":
            for key in body:
                self.values.pop(key, None)
        else:
            self.purged.append(body["tags"])
        return _answer(200)

    def _value(self, key: str) -> httpx.Response:
        if key not in self.values:
            return _answer(404, errors=[{"code": 10009, "message": "get: 'key not found'"}])
        return httpx.Response(200, content=self.values[key][0])

    def _keys(self, prefix: str) -> httpx.Response:
        found = [name for name in sorted(self.values) if name.startswith(prefix)]
        keys = [{"name": name, "metadata": self.values[name][1]} for name in found]
        return _answer(200, keys, result_info={"count": len(keys), "cursor": ""})


def _answer(status: int, result: Any = None, **more: Any) -> httpx.Response:
    return httpx.Response(status, json={"success": status < 300, "errors": [], "result": result, **more})


class Desk:
    """A shell with its own folder, environment and remote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.remote = FakeCloudflare()
        self.clock = ManualClock()
        self.environ = {
            "SELVEDGE_SHOP": "demo",
            "SELVEDGE_SNAPSHOTS": str(folder / "snapshots"),
            "SELVEDGE_LEDGER": str(folder / "ledger.sqlite"),
            "SELVEDGE_SIGNING_KEY_FILE": str(folder / "signing.key"),
            "SELVEDGE_KV_ACCOUNT": "acc",
            "SELVEDGE_KV_NAMESPACE": "ns",
            "SELVEDGE_KV_TOKEN": "right",
        }
        self.catalogue = folder / "catalogue.selvedge"

    def run(self, *arguments: str, exits: int = 0) -> Result:
        workshop = Workshop(self.environ, transport=self.remote, clock=self.clock)
        result = CliRunner().invoke(jobs, list(arguments), obj=workshop, catch_exceptions=False)
        assert result.exit_code == exits, result.output
        return result

    def json(self, *arguments: str, exits: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", exits=exits).stdout)

    def build(self, hours: int = 0, products: int | None = None) -> Any:
        save_catalogue(later(CATALOGUE, hours, products=products), self.catalogue)
        return self.json("snapshot", "build", str(self.catalogue))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.run("keys", "new")
    return desk
