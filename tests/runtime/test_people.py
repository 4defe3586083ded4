"""Personal answers in the real runtime: WebCrypto opens what CPython sealed, and consent decides."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from origin.building import build
from origin.demo import generate
from origin.rehearsal import AesGcm
from selvedge.shopper.consent import CHOICE_COOKIE, format_choice
from selvedge.shopper.context import CONTEXT_COOKIE, Affinity, Context, seal_context
from selvedge.shopper.sealing import Sealer
from tests.runtime.shopfront import SEALING_KEY, Shopfront, open_shop

SHOP = "acme"
TARGET = "/v1/nl/nl/recommendations?explain=true"
BUILT = build(generate(300), shop=SHOP)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopfront]:
    with open_shop(SHOP, tmp_path_factory.mktemp("shop")) as front:
        front.publish(BUILT)
        yield front


def cookies(key: bytes = SEALING_KEY, written: float | None = None) -> str:
    """The cookies of a person who likes wool and has looked at two products."""
    now = int(time.time() if written is None else written)
    context = Context(b"id", now, recent=(3, 5), affinities=(Affinity("material", "wool", 90),))
    sealed = asyncio.run(seal_context(context, Sealer(AesGcm(), {"test": key})))
    return f"{CHOICE_COOKIE}={format_choice(['session'])}; {CONTEXT_COOKIE}={sealed}"


def test_a_person_who_allows_it_gets_an_order_of_their_own_that_adds_up(front: Shopfront) -> None:
    answer = front.get(TARGET, Cookie=cookies()).json()

    assert answer["personalised"] is True
    assert [item["id"] for item in answer["items"]] != [i["id"] for i in front.get(TARGET).json()["items"]]
    for item in answer["items"]:
        assert item["score"] == sum(term["points"] for term in item["explain"])


def test_without_consent_all_people_get_the_same_bytes(front: Shopfront) -> None:
    context_alone = cookies().partition("; ")[2]
    answers = [
        front.get(TARGET),
        front.get(TARGET, Cookie=context_alone),
        front.get(TARGET, Cookie=cookies(), **{"Sec-GPC": "1"}),
        front.get(TARGET, Cookie=f"{CHOICE_COOKIE}={format_choice([])}; {context_alone}"),
    ]

    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1


@pytest.mark.parametrize(
    "cookie", [cookies(key=bytes(32)), cookies(written=0), cookies()[:-3], cookies() + "A"]
)
def test_a_foreign_expired_or_forged_cookie_counts_as_none(front: Shopfront, cookie: str) -> None:
    assert front.get(TARGET, Cookie=cookie).content == front.get(TARGET).content


def test_the_pages_of_a_personal_order_neither_repeat_nor_skip(front: Shopfront) -> None:
    cookie, seen, cursor = cookies(), [], ""
    while True:
        answer = front.get(f"/v1/nl/nl/recommendations?{cursor}limit=17", Cookie=cookie).json()
        seen += [item["inProductGroupWithID"] for item in answer.get("items", [])]
        if "next" not in answer:
            break
        cursor = f"cursor={answer['next']}&"

    available = front.get("/v1/nl/nl/products?limit=1&variants=all").json()["numberOfItems"]
    assert len(seen) == len(set(seen))
    assert 0 < len(seen) <= available


def test_a_cursor_of_one_person_is_nothing_to_another(front: Shopfront) -> None:
    cursor = front.get("/v1/nl/nl/recommendations?limit=5", Cookie=cookies()).json()["next"]

    answer = front.get(f"/v1/nl/nl/recommendations?cursor={cursor}&limit=5")

    assert (answer.status_code, answer.json()["parameter"]) == (400, "cursor")
