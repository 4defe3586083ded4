"""Rules, arms and what is unwanted, in the real runtime: withdrawal beats any score, explanations add up."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from origin.building import build, build_delta
from origin.demo import generate
from origin.rehearsal import AesGcm
from selvedge.ranking.experiments import Arm, Experiment
from selvedge.ranking.rules import MAX_RULES, Rule, RuleSet
from selvedge.shopper.consent import CHOICE_COOKIE, format_choice
from selvedge.shopper.context import CONTEXT_COOKIE, Affinity, Context, seal_context
from selvedge.shopper.sealing import Sealer
from selvedge.snapshot.index import Index
from tests.runtime.shopfront import SEALING_KEY, Shopfront, open_shop
from tests.truth import Truth

SHOP = "acme"
CATALOGUE = generate(300)
TRUTH = Truth(CATALOGUE, "nl", 0)
SOLD = [product.id for product in TRUTH.ranked if TRUTH.in_stock(product)]
PINNED, BOOSTED, PROMOTED, BURIED, DISMISSED = SOLD[50], SOLD[80], SOLD[110], SOLD[0], SOLD[140]
SCOPE: dict[str, Any] = {"author": "Ada", "reason": "a test"}
RULES = RuleSet(
    (
        Rule(id="front", kind="pin", products=(PINNED,), position=1, **SCOPE),
        Rule(id="raised", kind="boost", products=(BOOSTED,), points=127, **SCOPE),
        Rule(id="lowered", kind="bury", products=(BURIED,), points=127, **SCOPE),
        Rule(id="paid", kind="promote", products=(PROMOTED,), position=3, **SCOPE),
    ),
    (Experiment(key="taste", arms=(Arm("control", 0.5), Arm("bold", 0.5)), **SCOPE),),
)
BUILT = build(CATALOGUE, shop=SHOP, rules=RULES)
INDEX = Index(BUILT.sections("index"))
PRODUCTS, PERSONAL = "/v1/nl/nl/products", "/v1/nl/nl/recommendations"


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopfront]:
    with open_shop(SHOP, tmp_path_factory.mktemp("shop"), {"SELVEDGE_REFRESH_SECONDS": 1}) as front:
        front.publish(BUILT)
        yield front


def cookies() -> str:
    """The cookies of a person with a taste, who has seen, bought and dismissed something."""
    ordinals = [INDEX.ordinal(one) or 0 for one in (DISMISSED, SOLD[60], SOLD[70])]
    context = Context(
        b"id",
        int(time.time()),
        recent=(3, 5),
        affinities=(Affinity("material", "wool", 90),),
        dismissed=(ordinals[0],),
        purchased=(ordinals[1],),
        seen=(ordinals[2],),
    )
    sealed = asyncio.run(seal_context(context, Sealer(AesGcm(), {"test": SEALING_KEY})))
    return f"{CHOICE_COOKIE}={format_choice(['session'])}; {CONTEXT_COOKIE}={sealed}"


def walk(front: Shopfront, path: str, limit: int, query: str = "", **headers: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        got = front.get(f"{path}?{query}{cursor}limit={limit}", **headers)
        assert got.status_code == 200, got.content
        answer = got.json()
        items += answer["items"]
        if "next" not in answer:
            return items
        cursor = f"cursor={answer['next']}&"


@pytest.mark.parametrize("path", [PRODUCTS, PERSONAL])
def test_rules_place_and_mark_products(front: Shopfront, path: str) -> None:
    items = front.get(path).json()["items"]
    assert (items[0]["id"], items[0]["rule"]) == (PINNED, "front")
    assert (items[2]["id"], items[2]["rule"], items[2]["sponsored"]) == (PROMOTED, "paid", True)
    assert BOOSTED in [item["id"] for item in items]
    assert BURIED not in [item["id"] for item in items]


def test_explanations_add_up_and_name_rules(front: Shopfront) -> None:
    items = front.get(f"{PERSONAL}?explain=true&limit=96", Cookie=cookies()).json()["items"]
    for item in items:
        assert item["score"] == sum(term["points"] for term in item["explain"])
    rules = {term["rule"] for item in items for term in item["explain"] if "rule" in term}
    assert {"front", "raised", "paid"} <= rules


def test_pages_of_any_length_are_the_same_list_in_the_runtime(front: Shopfront) -> None:
    cookie = cookies()
    whole = [item["id"] for item in walk(front, PERSONAL, 96, Cookie=cookie)]
    assert [item["id"] for item in walk(front, PERSONAL, 17, Cookie=cookie)] == whole
    assert len(set(whole)) == len(whole)
    assert not {DISMISSED, SOLD[60]} & set(whole)


def test_without_consent_nobody_is_in_an_arm_and_with_it_the_arm_sticks(front: Shopfront) -> None:
    assert "experiments" not in front.get(PERSONAL).json()
    arms = {front.get(PERSONAL, Cookie=cookies()).json()["experiments"]["taste"] for _ in range(3)}
    assert len(arms) == 1


def test_withdrawal_beats_any_score_and_any_rule(front: Shopfront) -> None:
    gone = {PINNED, BOOSTED, PROMOTED}
    kept = tuple(product for product in CATALOGUE.products if product.id not in gone)
    front.publish(build_delta(BUILT, msgspec.structs.replace(CATALOGUE, products=kept)))
    deadline = time.monotonic() + 30
    while front.get(PRODUCTS).headers["selvedge-snapshot"].endswith(".0"):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    for path in (PRODUCTS, PERSONAL):
        assert not gone & {str(item["id"]) for item in walk(front, path, 96, Cookie=cookies())}


def test_lists_of_a_shop_with_a_thousand_rules_go_on_to_their_end(tmp_path: Path) -> None:
    """Whatever they are: exclusions, places and shifts by the hundred, under a long query."""
    placed, kept = SOLD[100:124], set(SOLD[:200])
    recalled = [product.id for product in CATALOGUE.products if product.id not in kept]
    colours = sorted({product.color for product in CATALOGUE.products})
    exclusions = [
        Rule(id=f"recall-{at}", kind="exclude", products=(recalled[at % len(recalled)],), **SCOPE)
        for at in range(800)
    ]
    pins = [
        Rule(id=f"pin-{place}", kind="pin", products=(product,), position=place, **SCOPE)
        for place, product in enumerate(placed, 1)
    ]
    boosts = [
        Rule(
            id=f"boost-{at}", kind="boost", where={"color": (colours[at % len(colours)],)}, points=3, **SCOPE
        )
        for at in range(MAX_RULES - len(exclusions) - len(pins))
    ]
    built = build(CATALOGUE, shop=SHOP, rules=RuleSet((*exclusions, *pins, *boosts)))
    others = (f"x{at:02}".ljust(60, "x") for at in range(50 - len(colours)))
    wanted = ",".join(sorted([*colours, *others]))
    with open_shop(SHOP, tmp_path) as front:
        front.publish(built)
        for path in (PRODUCTS, PERSONAL):
            items = walk(front, path, 30, f"color={wanted}&", Cookie=cookies())
            shown = [item["id"] for item in items]
            assert len(set(shown)) == len(shown) > 60
            assert not set(shown) & set(recalled)
            by_rule = {at: item["id"] for at, item in enumerate(items) if item.get("rule") == f"pin-{at + 1}"}
            assert len(by_rule) > 12  # of a style one only, and none that the person bought
            assert all(placed[at] == product for at, product in by_rule.items())
