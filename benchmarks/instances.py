"""What runs while a shop is measured: the Worker with the shop published, and the Workers it is compared with."""

from __future__ import annotations

import base64
import json
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import feed
from benchmarks.shops import SHOP
from benchmarks.traffic import SEALING_KEY, SEALING_KEY_ID
from development import host_config, workerd
from origin.publishing.clock import SystemClock
from origin.publishing.cloudflare import CloudflareApi
from origin.publishing.ledger import Ledger
from origin.publishing.pointers import Pointers
from origin.publishing.publisher import Publisher
from origin.publishing.rest import RestKv
from origin.publishing.signing import Ed25519Signer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.shops import Shop
    from development.workerd import Workerd
    from origin.building.built import BuiltSnapshot

PEERS = Path(__file__).parent / "peers"
JAVASCRIPT_PEERS = ("naive", "bitsets")
_SIGNER = Ed25519Signer(bytes(range(32)))


def variables(**more: str) -> dict[str, str]:
    """The Worker's variables and secrets; keys of their own, which open nothing else."""
    return {
        "SELVEDGE_SHOP": SHOP,
        "SELVEDGE_SNAPSHOT_KEYS": json.dumps({_SIGNER.key_id: base64.b64encode(_SIGNER.public).decode()}),
        "SELVEDGE_SEALING_KEYS": json.dumps({SEALING_KEY_ID: base64.b64encode(SEALING_KEY).decode()}),
        **more,
    }


@dataclass(frozen=True)
class Home:
    """A folder with the KV of a shop and the publisher's ledger; several instances may use it in turn."""

    folder: Path

    @contextmanager
    def instance(self, **more: str) -> Iterator[Workerd]:
        """The Worker over what is published here."""
        with workerd.running(variables(**more), state=self.folder / "kv") as running:
            yield running

    def publish(self, into: Workerd, built: BuiltSnapshot) -> float:
        """Publish as a shop's job does, into local KV over the REST interface; return the seconds."""
        started = time.perf_counter()
        clock = SystemClock()
        with CloudflareApi(into.kv_token, base_url=into.kv_base_url, clock=clock) as api:
            store = RestKv(api, host_config.ACCOUNT, into.kv_namespace)
            ledger = Ledger(self.folder / "ledger.sqlite", "benchmark", clock)
            pointers = Pointers(store, SHOP, _SIGNER, {}, clock)
            Publisher(store, ledger, pointers, shop=SHOP, who="benchmark").publish(
                built, "live", override="a benchmark swaps versions"
            )
        return time.perf_counter() - started


@contextmanager
def home() -> Iterator[Home]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="selvedge-benchmark-") as folder:
        yield Home(Path(folder))


@contextmanager
def hellos() -> Iterator[dict[str, str]]:
    """URLs of the hello Workers."""
    with ExitStack() as stack:
        python = stack.enter_context(workerd.running(variables(), worker=PEERS / "hello"))
        javascript = stack.enter_context(workerd.running_javascript(PEERS, "hello.mjs"))
        yield {"hello": python.url, "js-hello": javascript}


@contextmanager
def peers(shop: Shop) -> Iterator[dict[str, str]]:
    """URLs of the JavaScript peers, fed with the shop."""
    prepared = list(feed.documents(shop))
    with ExitStack() as stack:
        urls = {
            name: stack.enter_context(workerd.running_javascript(PEERS, f"{name}.mjs"))
            for name in JAVASCRIPT_PEERS
        }
        for url in urls.values():
            feed.seed(url, prepared)
        yield urls
