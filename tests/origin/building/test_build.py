from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import msgspec
from hypothesis import given, settings

from origin.building import BuiltSnapshot, build
from origin.building.build import STARTER_PRODUCTS
from origin.demo.catalogue import generate
from selvedge.catalogue.model import Catalogue
from selvedge.snapshot.container import PART_LIMIT
from selvedge.snapshot.index import Index
from selvedge.snapshot.manifest import decode_manifest, encode_manifest
from tests.wardrobe import NL, SE, catalogues, certificate, garment, offer, shop

ROOT = Path(__file__).parents[3]
DIGEST_OF_A_BUILD = """
import hashlib
from origin.building import build
from origin.demo.catalogue import generate
built = build(generate(120), shop="acme")
names = built.release.version.encode() + b"".join(sorted(built.parts))
print(hashlib.sha256(names + b"".join(map(built.parts.get, sorted(built.parts)))).hexdigest())
"""


def digest(built: BuiltSnapshot) -> str:
    parts = b"".join(built.parts[name] for name in sorted(built.parts))
    names = built.release.version.encode() + b"".join(sorted(built.parts))
    return hashlib.sha256(names + parts).hexdigest()


def index(built: BuiltSnapshot) -> Index:
    return Index(built.sections("index"))


@given(catalogues(markets=(NL, SE)))
@settings(max_examples=25)
def test_one_catalogue_gives_the_same_bytes_twice(catalogue: Catalogue) -> None:
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(catalogue), type=Catalogue)
    assert digest(build(catalogue, shop="acme")) == digest(build(again, shop="acme"))


def test_another_process_with_another_hash_seed_gives_the_same_bytes() -> None:
    digests = {digest(build(generate(120), shop="acme"))}
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT}:{ROOT / 'worker'}"}
        made = subprocess.run(
            [sys.executable, "-c", DIGEST_OF_A_BUILD], env=environment, check=True, capture_output=True
        )
        digests.add(made.stdout.decode().strip())
    assert len(digests) == 1


def test_a_manifest_survives_encoding_and_names_its_version() -> None:
    built = build(shop(garment()), shop="acme")
    manifest = decode_manifest(encode_manifest(built.release.manifest))
    assert manifest == built.release.manifest
    assert manifest.version == built.release.version


def test_every_part_is_named_and_none_is_too_large() -> None:
    built = build(generate(500), shop="acme")
    assert set(built.release.digests()) == set(built.parts)
    assert all(hashlib.sha256(part).digest() == digest for digest, part in built.parts.items())
    assert max(map(len, built.parts.values())) <= PART_LIMIT


def test_the_manifest_counts_what_a_publisher_compares() -> None:
    products = garment("a", offers=(offer(), offer(size="L", stock=0))), garment("b", offers=())
    counts = build(shop(*products), shop="acme").release.manifest.counts
    assert {name: counts[name] for name in ("products", "groups", "available/nl", "inStock/nl")} == {
        "products": 2,
        "groups": 2,
        "available/nl": 1,
        "inStock/nl": 1,
    }
    assert counts["facet/material/linen"] == 2
    assert counts["facet/size/nl/M"] == 1


def test_an_empty_catalogue_can_be_built() -> None:
    assert index(build(shop(), shop="acme")).size == 0


def test_products_keep_their_ordinals_and_those_that_are_gone_are_remembered() -> None:
    first = build(shop(garment("a"), garment("b")), shop="acme")
    second = build(shop(garment("b"), garment("c")), shop="acme", previous=first)
    before, after = index(first), index(second)
    assert after.ordinal("b") == before.ordinal("b")
    gone = after.ordinal("a")
    assert gone is not None
    assert after.rank(gone) is None
    assert after.ordinal("never") is None


def test_an_ordinal_outlives_versions_without_its_product() -> None:
    first = build(shop(garment("a"), garment("b")), shop="acme")
    second = build(shop(garment("b")), shop="acme", previous=first)
    third = build(shop(garment("a"), garment("b")), shop="acme", previous=second)
    assert index(third).ordinal("a") == index(first).ordinal("a")


def test_a_new_price_changes_neither_index_nor_cards() -> None:
    first = build(shop(garment(offers=(offer(price=100),))), shop="acme").release.manifest
    second = build(shop(garment(offers=(offer(price=200),))), shop="acme").release.manifest
    assert first.groups["index"] == second.groups["index"]
    assert first.pages["cards/nl"] == second.pages["cards/nl"]
    assert first.groups["market/nl"] != second.groups["market/nl"]


def test_a_starter_holds_the_head_of_the_base_order() -> None:
    built = build(generate(STARTER_PRODUCTS + 50), shop="acme")
    starter = built.sections("starter/nl/en")
    whole = built.sections("index")
    assert bytes(starter["index:base/scores"]) == bytes(whole["base/scores"][:STARTER_PRODUCTS])
    assert starter["index:instants"] == whole["instants"]


def test_evidence_that_ended_before_the_feed_was_taken_is_no_value() -> None:
    built = build(shop(garment(evidence=(certificate(end=-1),))), shop="acme")
    assert list(index(built).facets["certification"].values()) == ["unknown"]


def test_each_brand_is_labelled_by_its_own_name() -> None:
    built = build(shop(garment(), brands={"style-a": "Bolt & Sons"}), shop="acme")
    labels = msgspec.msgpack.decode(built.sections("labels/en")["labels"])
    assert labels["values"]["brand"] == {"bolt-sons": "Bolt & Sons"}
    assert labels["fields"]["price"] == "price"
