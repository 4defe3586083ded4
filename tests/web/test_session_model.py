"""The session model of a snapshot: read when a list first needs it, and never what a shop goes down over."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from origin.building import build
from origin.training.counts import Counts
from origin.training.model import build_model
from origin.training.sessions import GivenSessions, Session
from origin.training.settings import Settings
from selvedge.errors import SnapshotError
from selvedge.ranking.rules import NO_RULES, Rule, RuleSet
from selvedge.ranking.weights import DEFAULTS, RankingWeights, Spread
from selvedge.shopper.context import Context
from selvedge.snapshot.index import Index
from selvedge.snapshot.loaded import MODEL_RETRY_SECONDS, SESSIONS
from selvedge.snapshot.manifest import part_key
from tests.stage import SHOP, Stage
from tests.wardrobe import NOW, certificate, garment, moment, offer, shop

if TYPE_CHECKING:
    from origin.building import BuiltSnapshot

R = "/v1/nl/en/recommendations?explain=true"
CATALOGUE = shop(*(garment(f"p{number}", published=moment(-number)) for number in range(12)))
INDEX = Index(build(CATALOGUE, shop=SHOP).sections("index"))
ORDINALS = {product.id: INDEX.ordinal(product.id) or 0 for product in CATALOGUE.products}


def trained(*pairs: tuple[str, str]) -> bytes:
    sessions = [Session(f"{at}", 20_000, pair) for at, pair in enumerate(pairs)]
    with closing(Counts(None, Settings().tally)) as counts:
        counts.update(GivenSessions(sessions))
        return build_model(counts, ORDINALS, Settings()).part


def version(*pairs: tuple[str, str]) -> BuiltSnapshot:
    return build(CATALOGUE, shop=SHOP, model=trained(*pairs))


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.publish(version(("p3", "p7")))
    return stage


def model_key(stage: Stage) -> str:
    assert stage.live is not None
    return part_key(stage.live.release.manifest.groups[SESSIONS][0].digest)


def lifted(stage: Stage, recent: str = "p3") -> set[str]:
    """The products that a model carries, for somebody who has just looked at `recent`."""
    context = Context(id=b"someone", written=NOW, recent=(ORDINALS[recent],))
    answer = stage.get(R, stage.cookies(context))
    assert answer.status == 200
    return {item["id"] for item in answer.json["items"] if _carried(item)}


def _carried(item: dict[str, Any]) -> bool:
    return any(term["name"] == "model" for term in item["explain"])


def _points(answer: dict[str, Any]) -> dict[str, int]:
    """What a model adds, by product."""
    terms = [(item["id"], term) for item in answer["items"] for term in item["explain"]]
    return {product: term["points"] for product, term in terms if term["name"] == "model"}


def test_what_followed_in_other_sessions_is_lifted_and_says_by_which_model(stage: Stage) -> None:
    assert "p7" in lifted(stage)
    assert lifted(stage, "p9") == set()


def test_a_click_changes_the_very_next_first_page(stage: Stage) -> None:
    before = stage.get(R, stage.cookies(Context(id=b"someone", written=NOW))).json["items"]
    assert not any(_carried(item) for item in before)
    assert "p7" in lifted(stage)


def test_the_item_that_the_request_names_is_enough_without_consent(stage: Stage) -> None:
    items = stage.get(f"{R}&item=p3").json["items"]
    assert "p7" in {item["id"] for item in items if _carried(item)}


def test_the_product_of_the_page_counts_once_though_the_look_at_it_is_known_already(stage: Stage) -> None:
    def asked(*recent: str) -> Any:
        known = Context(id=b"someone", written=NOW, recent=tuple(ORDINALS[one] for one in recent))
        return stage.get(f"{R}&item=p3&limit=96", stage.cookies(known)).json["items"]

    assert asked("p3", "p5") == asked("p5") != asked()


@pytest.mark.parametrize("gone", ["bought", "dismissed", "excluded", "sold out", "looked at now"])
def test_what_cannot_be_in_the_list_is_nothing_to_measure_the_rest_by(gone: str) -> None:
    """However sure the model is of that: the best of the rest gets the whole weight."""
    stage, strongest = Stage(), ORDINALS["p7"]
    rules = Rule(id="recall", kind="exclude", products=("p7",), author="A", reason="R")
    products = [
        garment(one.id, published=one.published, offers=(offer(stock=0),)) if one.id == "p7" else one
        for one in CATALOGUE.products
    ]
    sold = shop(*products) if gone == "sold out" else CATALOGUE
    pairs = [("p3", "p7")] * 5 + [("p3", "p8")]
    ruled = RuleSet((rules,)) if gone == "excluded" else NO_RULES
    stage.publish(build(sold, shop=SHOP, model=trained(*pairs), rules=ruled))
    context = Context(
        id=b"someone",
        written=NOW,
        recent=(ORDINALS["p3"],),
        purchased=(strongest,) if gone == "bought" else (),
        dismissed=(strongest,) if gone == "dismissed" else (),
    )
    target = f"{R}&item=p7" if gone == "looked at now" else R
    points = _points(stage.get(target, stage.cookies(context)).json)
    assert "p7" not in points
    assert max(points.values()) == DEFAULTS.model


def test_what_is_merely_popular_counts_less_than_a_brand_or_category_shared() -> None:
    stage = Stage()
    pairs = [("p9", "p0"), *[("p1", "p2")] * 5, *[("p4", "p5")] * 4]
    stage.publish(build(CATALOGUE, shop=SHOP, model=trained(*pairs)))
    points = _points(stage.get("/v1/nl/en/products/p9/similar?explain=true").json)
    assert (points.pop("p0"), max(points.values())) == (DEFAULTS.model, DEFAULTS.model // 8)
    assert DEFAULTS.model // 8 < DEFAULTS.recent.brand < DEFAULTS.recent.category


def test_the_model_is_read_when_it_is_first_asked_and_then_kept(stage: Stage) -> None:
    read: list[str] = []
    stage.kv.fails = lambda key: read.append(key) or False  # type: ignore[func-returns-value]
    stage.get("/v1/nl/en/recommendations")
    assert model_key(stage) not in read
    lifted(stage)
    lifted(stage)
    assert read.count(model_key(stage)) == 1


def test_a_priority_orders_what_the_model_names_and_does_not_put_all_others_with_evidence_before_it() -> None:
    certified = ("p0", "p1", "p5", "p7")
    catalogue = shop(
        *(
            garment(f"p{number}", evidence=(certificate("GOTS"),) if f"p{number}" in certified else ())
            for number in range(12)
        )
    )
    stage = Stage()
    pairs = [("p3", "p7"), ("p3", "p8"), ("p3", "p8"), ("p3", "p9")]
    sessions = [Session(str(at), 20_000, pair) for at, pair in enumerate(pairs)]
    with closing(Counts(None, Settings().tally)) as counts:
        counts.update(GivenSessions(sessions))
        model = build_model(counts, ORDINALS, Settings()).part
    stage.publish(build(catalogue, shop=SHOP, model=model, weights=RankingWeights(spread=Spread(window=1))))
    someone = stage.cookies(Context(id=b"someone", written=NOW, recent=(ORDINALS["p3"],)))
    plain = stage.get(R, someone).json["items"]
    answer = stage.get(f"{R}&prefer=certification:GOTS", someone).json["items"]
    named = [item["id"] for item in answer if _carried(item)]
    assert {"p7", "p8", "p9"} <= set(named)
    assert [item["id"] for item in answer][: len(named)] == named
    assert [item["id"] for item in plain if item["id"] in ("p7", "p8")] == ["p8", "p7"]
    assert named.index("p7") < named.index("p9")
    for item in answer:
        assert item["score"] == sum(term["points"] for term in item["explain"])


@pytest.mark.parametrize("damage", ["damaged", "truncated", "missing"])
def test_a_model_part_that_is_no_good_leaves_the_plain_order(stage: Stage, damage: str) -> None:
    plain = Stage(CATALOGUE)
    key = model_key(stage)
    part = stage.kv.values.pop(key)
    if damage != "missing":
        stage.kv.values[key] = part[: len(part) // 2] if damage == "truncated" else part[:-1] + b"?"
    assert lifted(stage) == set()
    context = Context(id=b"someone", written=NOW, recent=(ORDINALS["p3"],))
    answers = [one.get(R, one.cookies(context)).json["items"] for one in (stage, plain)]
    assert answers[0] == answers[1]


def test_a_store_that_is_down_for_the_model_is_asked_again_after_a_while(stage: Stage) -> None:
    key = model_key(stage)
    stage.kv.fails = lambda asked: asked == key
    assert lifted(stage) == set()
    stage.kv.fails = lambda _asked: False
    assert lifted(stage) == set()  # it is left alone for now
    stage.clock.time += MODEL_RETRY_SECONDS
    assert "p7" in lifted(stage)


def test_a_model_in_a_format_of_the_future_leaves_the_plain_order() -> None:
    built = version(("p3", "p7"))
    ref = built.release.manifest.groups[SESSIONS][0]
    foreign = built.parts[ref.digest].replace(b"\xa6format\x01", b"\xa6format\x02")
    assert foreign != built.parts[ref.digest]
    with pytest.raises(SnapshotError):
        build(CATALOGUE, shop=SHOP, model=foreign)


def test_the_next_version_brings_its_own_model(stage: Stage) -> None:
    assert "p7" in lifted(stage)
    stage.publish(version(("p3", "p9")))
    stage.clock.time += 3_600
    stage.get("/v1/nl/en/products")  # sees to the refresh
    found = lifted(stage)
    assert "p9" in found
    assert "p7" not in found
