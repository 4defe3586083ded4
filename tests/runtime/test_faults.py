"""What goes wrong with KV and with snapshots, in the real runtime: the shopper still gets a list."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import msgspec
import pytest

from origin.building import BuiltSnapshot, build
from origin.demo import generate
from origin.publishing.signing import Ed25519Signer
from selvedge.snapshot.manifest import FORMAT, Pointer, seal_pointer
from tests.runtime.shopfront import SIGNER, Shopfront, open_shop

if TYPE_CHECKING:
    from selvedge.catalogue.model import Catalogue

SHOP = "acme"
LIST = "/v1/nl/nl/products?sort=newest"
CATALOGUE = generate(300)


def edition(number: int) -> BuiltSnapshot:
    """A version of its own, index included: it lacks the catalogue's last `number` products."""
    catalogue: Catalogue = msgspec.structs.replace(CATALOGUE, products=CATALOGUE.products[:-number])
    return build(catalogue, shop=SHOP)


ONE, TWO = edition(1), edition(2)


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Shopfront]:
    """A Worker that looks for a new pointer at each request, with the first edition in service."""
    with open_shop(SHOP, tmp_path, {"SELVEDGE_REFRESH_SECONDS": 0}) as front:
        front.publish(ONE)
        yield front


def version(answer: httpx.Response) -> str:
    """The version that an answer speaks of; fails unless it is a list with items."""
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"]
    return str(answer.json()["snapshot"]["version"])


def eventually(front: Shopfront, wanted: Callable[[httpx.Response], bool]) -> httpx.Response:
    """Ask until an answer is as wanted; a refresh follows the answer that starts it."""
    deadline = time.monotonic() + 20
    while True:
        answer = front.get(LIST)
        assert answer.status_code == 200, answer.text
        if wanted(answer):
            return answer
        assert time.monotonic() < deadline, (answer.headers, answer.text[:200])
        time.sleep(0.1)


def test_a_new_version_takes_over_without_a_pause(front: Shopfront) -> None:
    assert version(front.get(LIST)) == ONE.release.version

    front.publish(TWO)

    eventually(front, lambda answer: version(answer) == TWO.release.version)


def test_versions_that_flip_under_load_give_whole_answers(front: Shopfront) -> None:
    for number in range(6):
        front.publish((TWO, ONE)[number % 2])
        answers = front.gather([LIST, "/v1/se/sv/products?facets=material", "/v1/pl/en/recommendations"] * 8)
        assert {answer.status_code for answer in answers} == {200}
        assert {version(answer) for answer in answers} <= {ONE.release.version, TWO.release.version}


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda data: data[:-40], "damaged-pointer"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "bad-signature"),
        (lambda _data: b"not a pointer", "damaged-pointer"),
    ],
)
def test_a_spoilt_pointer_leaves_the_last_good_version(
    front: Shopfront, spoil: Callable[[bytes], bytes], reason: str
) -> None:
    front.get(LIST)
    front.write_pointer(spoil(front.pointer()))

    answer = eventually(front, lambda answer: "Selvedge-Degraded" in answer.headers)

    assert answer.headers["Selvedge-Degraded"] == reason
    assert version(answer) == ONE.release.version


def test_a_pointer_signed_with_another_key_is_refused_by_name(front: Shopfront) -> None:
    front.get(LIST)
    stranger = Ed25519Signer(bytes(32))
    front.write_pointer(seal_pointer(Pointer(FORMAT, SHOP, "live", 99, 0, TWO.release), stranger))

    answer = eventually(front, lambda answer: "Selvedge-Degraded" in answer.headers)

    assert (answer.headers["Selvedge-Degraded"], version(answer)) == ("unknown-key", ONE.release.version)


def test_a_replayed_pointer_is_refused(front: Shopfront) -> None:
    old = front.pointer()
    front.publish(TWO)
    eventually(front, lambda answer: version(answer) == TWO.release.version)
    front.write_pointer(old)

    answer = eventually(front, lambda answer: "Selvedge-Degraded" in answer.headers)

    assert answer.headers["Selvedge-Degraded"] == "replayed-pointer"
    assert version(answer) == TWO.release.version


def test_a_pointer_without_its_parts_leaves_the_last_good_version(front: Shopfront) -> None:
    front.get(LIST)
    nowhere = Pointer(FORMAT, SHOP, "live", 50, 0, TWO.release, ONE.release)
    front.write_pointer(seal_pointer(nowhere, SIGNER))

    answer = eventually(front, lambda answer: "Selvedge-Degraded" in answer.headers)

    assert (answer.headers["Selvedge-Degraded"], version(answer)) == ("missing-part", ONE.release.version)


@pytest.mark.parametrize(
    "fault", [{"corrupt": [".*part/.*"]}, {"truncate": [".*part/.*"]}, {"error_rate": 1.0}]
)
def test_a_warm_isolate_outlives_kv(front: Shopfront, fault: dict[str, object]) -> None:
    front.get(LIST)
    front.publish(TWO)
    front.runtime.set_kv_faults(**fault)

    answers = front.gather([LIST] * 20)

    assert {version(answer) for answer in answers} <= {ONE.release.version, TWO.release.version}


def test_a_cold_isolate_takes_the_previous_version_where_the_newest_is_damaged(tmp_path: Path) -> None:
    with open_shop(SHOP, tmp_path) as front:
        front.publish(ONE)
        front.publish(TWO)
        index = TWO.release.manifest.groups["index"][0].key
        front.runtime.set_kv_faults(corrupt=[index])

        answer = front.get(LIST)

        assert version(answer) == ONE.release.version
        assert answer.headers["Selvedge-Degraded"] == "damaged-part"


def test_without_any_snapshot_the_api_says_so_and_when_to_come_back(tmp_path: Path) -> None:
    with open_shop(SHOP, tmp_path) as front:
        answer = front.get(LIST)

        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/no-snapshot")
        assert int(answer.headers["Retry-After"]) > 0
        assert front.get("/readyz").status_code == 503
        assert front.get("/healthz").status_code == 200


def test_many_requests_reach_a_cold_isolate_at_once(tmp_path: Path) -> None:
    with open_shop(SHOP, tmp_path) as front:
        front.publish(ONE)
        front.runtime.set_kv_faults(latency_p95_ms=50, latency_p99_ms=250)

        answers = front.gather([LIST, "/v1/nl/nl/products", "/v1/es/en/recommendations"] * 10, at_once=30)

        assert {version(answer) for answer in answers} == {ONE.release.version}


def test_a_refresh_that_hangs_delays_nobody(front: Shopfront) -> None:
    front.get(LIST)
    front.publish(TWO)
    front.runtime.set_kv_faults(latency_p95_ms=60_000, latency_p99_ms=60_000)

    started = time.monotonic()
    answers = [front.get(LIST) for _ in range(10)]

    assert {version(answer) for answer in answers} == {ONE.release.version}
    assert time.monotonic() - started < 10
