"""Publishing into the real workerd through the REST interface, as into Cloudflare's."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from development import host_config, workerd
from origin.building import BuiltSnapshot, build
from origin.demo import generate
from origin.publishing.cloudflare import CloudflareApi
from origin.publishing.errors import RemoteRefused
from origin.publishing.ledger import Ledger
from origin.publishing.pointers import Pointers
from origin.publishing.pruning import Pruned, Pruner
from origin.publishing.publisher import Publisher
from origin.publishing.rest import RestKv
from origin.publishing.signing import Ed25519Signer, encode_key
from selvedge.snapshot.manifest import part_key

SHOP = "demo"
SIGNER = Ed25519Signer(bytes(range(32)))


@pytest.fixture(scope="module")
def instance() -> Iterator[workerd.Workerd]:
    """A Worker that trusts our key, with nothing published yet."""
    variables = {
        "SELVEDGE_SHOP": SHOP,
        "SELVEDGE_SNAPSHOT_KEYS": f'{{"{SIGNER.key_id}": "{encode_key(SIGNER.public)}"}}',
        "SELVEDGE_SEALING_KEYS": f'{{"test": "{base64.b64encode(bytes(32)).decode()}"}}',
    }
    with workerd.running(variables) as instance:
        yield instance


@pytest.fixture(scope="module")
def built() -> BuiltSnapshot:
    """A small shop."""
    return build(generate(200), shop=SHOP)


@pytest.fixture
def kv(instance: workerd.Workerd) -> Iterator[RestKv]:
    """The instance's KV through the same client as production's."""
    with CloudflareApi(instance.kv_token, base_url=instance.kv_base_url) as api:
        yield RestKv(api, host_config.ACCOUNT, instance.kv_namespace)


def test_a_published_shop_is_served_and_pruning_leaves_it_alone(
    instance: workerd.Workerd, built: BuiltSnapshot, kv: RestKv, tmp_path: Path
) -> None:
    assert instance.client.get("/v1/nl/nl/products").status_code == 503
    ledger = Ledger(tmp_path / "ledger.sqlite", "local")
    pointers = Pointers(kv, SHOP, SIGNER, {}, ledger.clock)
    outcome = Publisher(kv, ledger, pointers, shop=SHOP, who="test").publish(built, "live")
    assert (outcome.sequence, outcome.written) == (1, len(built.parts))
    served = instance.client.get("/v1/nl/nl/products")
    assert served.status_code == 200
    assert served.json()["snapshot"]["version"] == built.release.version
    pruned = Pruner(kv, ledger, pointers, "test").prune(keep=0, grace=0)
    assert pruned == Pruned(deleted=0, needed=len(built.parts), young=0, foreign=0)


def test_every_part_reads_back_byte_for_byte(built: BuiltSnapshot, kv: RestKv) -> None:
    listed = {one.name for one in kv.scan("part/")}
    assert listed == {part_key(digest) for digest in built.parts}
    assert all(kv.get(part_key(digest)) == part for digest, part in built.parts.items())
    assert kv.get("part/none") is None


def test_a_wrong_token_is_refused(instance: workerd.Workerd) -> None:
    with CloudflareApi("wrong", base_url=instance.kv_base_url) as api, pytest.raises(RemoteRefused):
        RestKv(api, host_config.ACCOUNT, instance.kv_namespace).get("pointer/live")
