"""A Worker in workerd with a shop that this test publishes to, through the real publisher."""

import asyncio
import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from development import host_config, workerd
from origin.building import BuiltSnapshot
from origin.publishing.cloudflare import CloudflareApi
from origin.publishing.ledger import Ledger
from origin.publishing.pointers import Pointers
from origin.publishing.publisher import Publisher
from origin.publishing.rest import RestKv
from origin.publishing.signing import Ed25519Signer, encode_key
from selvedge.snapshot.manifest import pointer_key

SIGNER = Ed25519Signer(bytes(range(32)))
SEALING_KEY = bytes(range(1, 33))


@dataclass(frozen=True)
class Shopfront:
    """A running Worker and the publisher of its shop."""

    runtime: workerd.Workerd
    kv: RestKv
    publisher: Publisher

    def publish(self, built: BuiltSnapshot) -> None:
        """Publish as a shop would; the same feed may come again."""
        self.publisher.publish(built, "live", override="test")

    def write_pointer(self, data: bytes) -> None:
        """Put any bytes where the pointer is."""
        url = f"{self.runtime.kv_url}/values/{pointer_key('live').replace('/', '%2F')}"
        self.runtime.client.put(url, content=data, headers=self.runtime.kv_headers).raise_for_status()

    def pointer(self) -> bytes:
        """The bytes of the pointer in KV."""
        found = self.kv.get(pointer_key("live"))
        assert found is not None
        return found

    def get(self, target: str, **headers: str) -> httpx.Response:
        """Ask the Worker."""
        return self.runtime.client.get(target, headers=headers)

    def gather(self, targets: list[str], at_once: int = 8) -> list[httpx.Response]:
        """Ask many things, several at once."""
        return asyncio.run(self._gather(targets, at_once))

    async def _gather(self, targets: list[str], at_once: int) -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=at_once)
        async with httpx.AsyncClient(base_url=self.runtime.url, limits=limits, timeout=60) as client:
            return list(await asyncio.gather(*(client.get(target) for target in targets)))


@contextmanager
def open_shop(
    shop: str,
    folder: Path,
    variables: Mapping[str, Any] | None = None,
    state: Path | None = None,
    *,
    consuming: bool = False,
) -> Iterator[Shopfront]:
    """A Worker that serves `shop`; `variables` are further settings. `state` keeps KV between instances.

    With `consuming` the Worker consumes its queue, which otherwise the host keeps.
    """
    texts = {
        "SELVEDGE_SHOP": shop,
        "SELVEDGE_SNAPSHOT_KEYS": json.dumps({SIGNER.key_id: encode_key(SIGNER.public)}),
        "SELVEDGE_SEALING_KEYS": json.dumps({"test": base64.b64encode(SEALING_KEY).decode()}),
        **{name: str(value) for name, value in (variables or {}).items()},
    }
    with (
        workerd.running(texts, state=state, consuming=consuming) as runtime,
        CloudflareApi(runtime.kv_token, base_url=runtime.kv_base_url) as api,
    ):
        kv = RestKv(api, host_config.ACCOUNT, runtime.kv_namespace)
        ledger = Ledger(folder / "ledger.sqlite", "local")
        publisher = Publisher(kv, ledger, Pointers(kv, shop, SIGNER, {}, ledger.clock), shop=shop, who="test")
        yield Shopfront(runtime, kv, publisher)
