"""The session model in the real runtime: predictions as on CPython, and a shop that stays up without it."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import msgspec
import pytest

from evaluation.timing import run_in_wasm
from origin.building import BuiltSnapshot, build
from origin.demo import generate
from origin.rehearsal import AesGcm
from origin.training.counts import Counts
from origin.training.model import build_model
from origin.training.sessions import GivenSessions, Session
from origin.training.settings import Settings
from selvedge.sessions.part import SessionRows
from selvedge.sessions.predictor import SessionPredictor
from selvedge.shopper.consent import CHOICE_COOKIE, format_choice
from selvedge.shopper.context import CONTEXT_COOKIE, Context, seal_context
from selvedge.shopper.sealing import Sealer
from selvedge.snapshot.index import Index
from selvedge.snapshot.loaded import SESSIONS
from selvedge.snapshot.manifest import refer
from tests.runtime.shopfront import SEALING_KEY, Shopfront, open_shop
from tests.truth import Truth

SHOP = "acme"
CATALOGUE = generate(300)
TRUTH = Truth(CATALOGUE, "nl", 0)
SOLD = [product.id for product in TRUTH.ranked if TRUTH.in_stock(product)]
INDEX = Index(build(CATALOGUE, shop=SHOP).sections("index"))
ORDINALS = {product.id: INDEX.ordinal(product.id) or 0 for product in CATALOGUE.products}
PERSONAL = "/v1/nl/nl/recommendations"


def train() -> bytes:
    """A model of visitors who walk on from product to product."""
    chance = random.Random(1)  # noqa: S311 - no secret
    sessions = []
    for number in range(400):
        start = chance.randrange(len(SOLD) - 10)
        items = tuple(SOLD[start + chance.randrange(8)] for _ in range(5))
        sessions.append(Session(str(number), 20_000 + number % 9, items))
    with closing(Counts(None, Settings().tally)) as counts:
        counts.update(GivenSessions(sessions))
        return build_model(counts, ORDINALS, Settings()).part


MODEL = train()
BUILT = build(CATALOGUE, shop=SHOP, model=MODEL)
PART = BUILT.release.manifest.groups[SESSIONS][0]


@pytest.fixture
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopfront]:
    """An isolate that has not read the model yet."""
    with open_shop(SHOP, tmp_path_factory.mktemp("shop")) as front:
        front.publish(BUILT)
        yield front


def looked_at(*products: str, purchased: tuple[str, ...] = (), dismissed: tuple[str, ...] = ()) -> str:
    """The cookies of a person who has just looked at these."""
    context = Context(
        b"id",
        int(time.time()),
        recent=tuple(ORDINALS[one] for one in products),
        purchased=tuple(ORDINALS[one] for one in purchased),
        dismissed=tuple(ORDINALS[one] for one in dismissed),
    )
    sealed = asyncio.run(seal_context(context, Sealer(AesGcm(), {"test": SEALING_KEY})))
    return f"{CHOICE_COOKIE}={format_choice(['session'])}; {CONTEXT_COOKIE}={sealed}"


def ask(front: Shopfront, cookie: str) -> list[dict[str, Any]]:
    answer = front.get(f"{PERSONAL}?explain=true&limit=96", Cookie=cookie)
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def carried(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items if any(term["name"] == "model" for term in item["explain"])]


def test_a_click_changes_the_very_next_first_page_and_nothing_else_does(front: Shopfront) -> None:
    before = ask(front, looked_at(SOLD[100]))
    assert carried(before)
    assert ask(front, looked_at(SOLD[100])) == before
    after = ask(front, looked_at(SOLD[200], SOLD[100]))
    assert set(carried(after)) - set(carried(before))
    for item in after:
        assert item["score"] == sum(term["points"] for term in item["explain"])


def test_nothing_comes_back_that_was_bought_or_dismissed(front: Shopfront) -> None:
    likely = carried(ask(front, looked_at(SOLD[100])))
    bought, dismissed = likely[:2]
    cookie = looked_at(SOLD[100], purchased=(bought,), dismissed=(dismissed,))
    assert not {bought, dismissed} & {item["id"] for item in ask(front, cookie)}


@pytest.mark.parametrize("fault", ["corrupt", "truncate", "missing"])
def test_a_model_part_that_is_no_good_never_takes_the_shop_down(front: Shopfront, fault: str) -> None:
    front.runtime.set_kv_faults(**{fault: [PART.key]})
    items = ask(front, looked_at(SOLD[100]))
    assert len(items) > 20
    assert carried(items) == []
    assert PART.key in front.runtime.kv_reads()


def rows_changed(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> bool:
    return [(item["id"], item["score"]) for item in before] != [(item["id"], item["score"]) for item in after]


def test_a_click_changes_no_later_page_and_nobody_else_s_list(front: Shopfront) -> None:
    target = f"{PERSONAL}?explain=true&limit=5"
    first = front.get(target, Cookie=looked_at(SOLD[100])).json()
    others = front.get(target).json()
    later = f"{PERSONAL}?cursor={first['next']}&explain=true&limit=5"
    second = front.get(later, Cookie=looked_at(SOLD[100])).json()
    clicked = looked_at(SOLD[200], SOLD[100])
    assert front.get(later, Cookie=clicked).json()["items"] == second["items"]
    assert rows_changed(first["items"], front.get(target, Cookie=clicked).json()["items"])
    assert front.get(target).json() == others


def test_what_carried_a_product_names_the_look(front: Shopfront) -> None:
    items = front.get(f"{PERSONAL}?explain=true", Cookie=looked_at(SOLD[100])).json()["items"]
    looks = [item["because"] for item in items if item.get("because", {}).get("kind") == "looked"]
    assert looks
    assert {one["product"] for one in looks} == {SOLD[100]}
    assert all(one["text"] == f"Omdat je {one['name']} hebt bekeken" for one in looks)


def test_what_is_like_a_product_is_public_and_goes_by_its_row(front: Shopfront) -> None:
    target = f"/v1/nl/nl/products/{SOLD[100]}/similar?explain=true"
    answer = front.get(target)
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert carried(answer.json()["items"])
    assert SOLD[100] not in {item["id"] for item in answer.json()["items"]}
    assert front.get(target, Cookie=looked_at(SOLD[200])).content == answer.content
    assert front.get(target, **{"If-None-Match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("fault", ["corrupt", "missing"])
def test_what_is_like_a_product_is_told_without_its_row_for_seconds(front: Shopfront, fault: str) -> None:
    front.runtime.set_kv_faults(**{fault: [PART.key]})
    answer = front.get(f"/v1/nl/nl/products/{SOLD[100]}/similar?explain=true")
    assert answer.status_code == 200
    assert carried(answer.json()["items"]) == []
    assert answer.headers["cache-control"] == "public, max-age=5, stale-while-revalidate=0"


def foreign() -> BuiltSnapshot:
    """The version as a builder of the future may make it: signed and whole, its model in another format."""
    ref = BUILT.release.manifest.groups[SESSIONS][0]
    part = BUILT.parts[ref.digest].replace(b"\xa6format\x01", b"\xa6format\x02")
    assert part != BUILT.parts[ref.digest]
    groups = {**BUILT.release.manifest.groups, SESSIONS: (refer(part),)}
    manifest = msgspec.structs.replace(BUILT.release.manifest, groups=groups)
    release = msgspec.structs.replace(BUILT.release, manifest=manifest, version=manifest.version)
    return BuiltSnapshot(release, {**BUILT.parts, refer(part).digest: part})


def test_a_model_of_a_foreign_version_never_takes_the_shop_down(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with open_shop(SHOP, tmp_path_factory.mktemp("shop")) as front:
        front.publish(foreign())
        items = ask(front, looked_at(SOLD[100]))
        assert len(items) > 20
        assert carried(items) == []


def test_wasm_predicts_what_cpython_predicts_to_the_last_bit() -> None:
    chance = random.Random(2)  # noqa: S311 - no secret
    everything = sorted(ORDINALS.values())
    asked = [[chance.choice(everything) for _ in range(1 + number % 12)] for number in range(200)]
    predictor = SessionPredictor(SessionRows.decode(MODEL))
    here = [predictor.predict(one, 20) for one in asked]
    there = run_in_wasm(MODEL, asked).answers
    assert there == [[] if one is None else list(one.scores) for one in here]
