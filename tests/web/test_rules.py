"""Rules over HTTP, against brute force and against what a merchandiser must be able to rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from origin.building import build, build_delta
from origin.building.arrangement import arrange
from origin.demo import generate
from selvedge.ranking.blocks import BLOCK
from selvedge.ranking.experiments import Arm, Experiment
from selvedge.ranking.rules import MAX_RULES, PUBLIC_SLOT, SLOTS, Rule, RuleSet
from selvedge.ranking.weights import RankingWeights, Spread
from selvedge.shopper.context import Affinity, Context
from selvedge.web import fragments, similar
from tests.stage import SHOP, Place, Stage
from tests.truth import Truth, ids
from tests.wardrobe import NOW, garment, moment, offer, shop

if TYPE_CHECKING:
    from selvedge.catalogue.model import Catalogue, Product

P, R = "/v1/nl/nl/products", "/v1/nl/nl/recommendations"
DEMO = generate(120)
STRAIGHT = RankingWeights(spread=Spread(window=1))
PRODUCTS = tuple(garment(f"p{number}", published=moment(-number)) for number in range(8))


def rule(kind: str, number: int = 0, **more: Any) -> Rule:
    return Rule(**{"id": f"rule-{number}", "kind": kind, "author": "Ada", "reason": "a test", **more})


def stage(*rules: Rule, catalogue: Catalogue | None = None, **more: Any) -> Stage:
    staged = Stage()
    ruled = RuleSet(rules, more.pop("experiments", ()))
    staged.publish(build(catalogue or shop(*PRODUCTS), shop=SHOP, rules=ruled, **more))
    return staged


def person(**more: Any) -> Context:
    return Context(**{"id": b"someone", "written": NOW, **more})


@st.composite
def rule_sets(draw: st.DrawFn) -> tuple[Rule, ...]:
    """Rules that may all hold at once: each names products that no other names."""
    sold = [product.id for product in Truth(DEMO, "nl", NOW).ranked]
    names = draw(st.lists(st.sampled_from(sold), min_size=4, max_size=12, unique=True))
    places = draw(st.lists(st.integers(1, BLOCK), min_size=4, max_size=4, unique=True))
    colours = sorted({product.color for product in DEMO.products})
    made = [
        rule("pin", 0, products=(names[0],), position=places[0]),
        rule("promote", 1, products=tuple(names[1:3]), position=places[1]),
        rule("exclude", 2, products=(names[3],)),
        rule(
            "boost", 3, where={"color": (draw(st.sampled_from(colours)),)}, points=draw(st.integers(1, 127))
        ),
        rule("bury", 4, where={"color": (draw(st.sampled_from(colours)),)}, points=draw(st.integers(1, 127))),
    ]
    return tuple(draw(st.lists(st.sampled_from(made), unique_by=lambda one: one.id)))


def wanted(rules: tuple[Rule, ...], every: bool) -> list[str]:  # noqa: FBT001 - brute force has no taste
    """The whole public list under `rules`, product by product."""
    truth, base = Truth(DEMO, "nl", NOW), arrange(DEMO).scores
    excluded = {product for one in rules if one.kind == "exclude" for product in one.products}

    def score(product: Product) -> int:
        total = base[truth.rank[product.id]]
        for one in rules:
            if one.kind in ("boost", "bury") and product.color in one.where["color"]:
                total += one.points if one.kind == "boost" else -one.points
        return total

    sold = [one for one in truth.ranked if truth.in_stock(one) and one.id not in excluded]
    ordered = sorted(sold, key=lambda one: (-score(one), truth.rank[one.id]))
    placed: dict[int, Product] = {}
    for one in sorted(rules, key=lambda one: one.kind != "pin"):
        taken = {product.group for product in placed.values()}
        free = [product for product in ordered if product.id in one.products and product.group not in taken]
        if one.position and free:
            placed[one.position] = free[0]
    gone = {product.id if every else product.group for product in placed.values()}
    rest = [one for one in ordered if (one.id if every else one.group) not in gone]
    listed = truth.each_style_once(rest, every=every)
    for place in sorted(placed):
        listed.insert(place - 1, placed[place].id)
    return listed


@settings(max_examples=25, deadline=None)
@given(rule_sets(), st.sampled_from([5, 24, 96]), st.booleans())
def test_a_ruled_list_is_the_one_that_brute_force_makes(
    rules: tuple[Rule, ...],
    limit: int,
    every: bool,  # noqa: FBT001 - drawn
) -> None:
    staged = stage(*rules, catalogue=DEMO, weights=STRAIGHT)
    query = f"limit={limit}&variants=all" if every else f"limit={limit}"
    query = query.replace("limit=24&", "").replace("limit=24", "")
    expected = wanted(rules, every)
    assert staged.pages(f"{P}?{query}") == expected
    assert staged.pages(f"{R}?{query}") == expected


def test_sold_out_withdrawn_and_excluded_products_appear_whatever_a_rule_says_never() -> None:
    gone = garment("gone", offers=(offer(stock=0),))
    pinned = rule("pin", 0, products=("gone", "p1"), position=1)
    boosted = rule("boost", 1, products=("gone", "p2", "p3"), points=127)
    excluded = rule("exclude", 2, where={"color": ("red",)})
    red = garment("red", color="red")
    staged = stage(pinned, boosted, excluded, catalogue=shop(*PRODUCTS, gone, red))
    for path in (P, R):
        found = ids(staged.get(path).json)
        assert found[:3] == ["p1", "p2", "p3"]
        assert "gone" not in found
        assert "red" not in found


def test_a_filter_is_stronger_than_a_pin() -> None:
    red = garment("red", color="red")
    staged = stage(rule("pin", products=("red",), position=1), catalogue=shop(*PRODUCTS, red))
    assert "red" not in ids(staged.get(f"{P}?color=blue").json)


def test_promoted_products_are_marked_with_their_rule_and_pinned_ones_named() -> None:
    staged = stage(
        rule("promote", 0, products=("p5",), position=2), rule("pin", 1, products=("p6",), position=4)
    )
    for path in (P, R):
        items = staged.get(path).json["items"]
        assert [items[1][key] for key in ("id", "rule", "sponsored")] == ["p5", "rule-0", True]
        assert [items[3].get(key) for key in ("id", "rule", "sponsored")] == ["p6", "rule-1", None]
        assert all("rule" not in items[at] for at in (0, 2, 4))


def test_who_pays_for_a_boost_is_named() -> None:
    staged = stage(rule("boost", products=("p5",), points=100, sponsored=True))
    item = staged.get(P).json["items"][0]
    assert (item["id"], item["rule"], item["sponsored"]) == ("p5", "rule-0", True)


def test_a_pin_does_not_hide_that_somebody_pays() -> None:
    staged = stage(
        rule("boost", 0, products=("p5",), points=100, sponsored=True),
        rule("pin", 1, products=("p5",), position=1),
    )
    for path in (P, R):
        item = staged.get(path).json["items"][0]
        assert (item["id"], item["rule"], item["sponsored"]) == ("p5", "rule-0", True)


def test_an_explanation_names_rules_and_adds_up() -> None:
    staged = stage(
        rule("boost", 0, products=("p5",), points=20),
        rule("bury", 1, products=("p0",), points=127),
        rule("pin", 2, products=("p6",), position=1),
    )
    items = {item["id"]: item for item in staged.get(f"{R}?explain=true").json["items"]}
    for item in items.values():
        assert item["score"] == sum(term["points"] for term in item["explain"])
    named = {(one, term.get("rule"), term["points"]) for one in items for term in items[one]["explain"]}
    assert {("p5", "rule-0", 20), ("p0", "rule-1", -127), ("p6", "rule-2", 0)} <= named
    assert list(items)[-1] == "p0"


@pytest.mark.parametrize(
    ("scope", "path", "acts"),
    [
        ({"markets": ("nl",)}, P, True),
        ({"slots": ("recommendations",)}, P, False),
        ({"slots": ("recommendations",)}, R, True),
        ({"categories": ("shirts",)}, P, False),
        ({"categories": ("shirts",)}, f"{P}?category=shirts", True),
        ({"start": moment(0), "end": moment(1)}, P, True),
        ({"start": moment(1)}, P, False),
        ({"end": moment(0)}, P, False),
        ({"audience": ("color:blue",)}, R, False),
        ({"audience": ("color:blue",)}, f"{R}?prefer=color%3Ablue", True),
    ],
)
def test_a_rule_acts_in_its_scope_only(scope: dict[str, Any], path: str, acts: bool) -> None:  # noqa: FBT001
    staged = stage(rule("pin", products=("p7",), position=1, **scope))
    assert (ids(staged.get(path).json)[0] == "p7") is acts


def test_a_rule_for_an_audience_finds_it_by_its_leanings() -> None:
    staged = stage(rule("boost", products=("p7",), points=127, audience=("color:blue",)))
    leaning = staged.cookies(person(affinities=(Affinity("color", "blue", 9),)))
    assert ids(staged.get(R, leaning).json)[0] == "p7"
    assert ids(staged.get(R, staged.cookies(person())).json)[0] == "p0"


def test_a_public_answer_ends_when_a_rule_begins() -> None:
    staged = stage(rule("pin", products=("p7",), position=1, start=moment(30 / 86_400)))
    before = staged.get(P)
    assert "max-age=29," in before.headers["cache-control"]
    staged.clock.time += 30
    after = staged.get(P)
    assert ids(after.json)[0] == "p7"
    assert after.headers["etag"] != before.headers["etag"]


def test_a_rule_that_begins_within_a_second_acts_from_the_next_one() -> None:
    """Nobody keeps what was answered in between for longer than that."""
    staged = stage(rule("pin", products=("p7",), position=1, start=moment(30.5 / 86_400)))
    before = staged.get(P)
    assert "max-age=30," in before.headers["cache-control"]
    staged.clock.time += 30
    during = staged.get(P)
    assert (ids(during.json)[0], during.headers["etag"]) == ("p0", before.headers["etag"])
    assert "max-age=0," in during.headers["cache-control"] or "max-age=1," in during.headers["cache-control"]
    staged.clock.time += 1
    after = staged.get(P, {"if-none-match": before.headers["etag"]})
    assert after.status == 200
    assert ids(after.json)[0] == "p7"


def test_a_rule_that_begins_between_two_pages_moves_nothing_until_the_next_first_page() -> None:
    staged = stage(rule("boost", products=("p7",), points=127, start=moment(1)))
    first = staged.get(f"{P}?limit=4").json
    staged.clock.time += 86_400
    second = staged.get(f"{P}?cursor={first['next']}&limit=4").json
    assert ids(first) + ids(second) == [f"p{number}" for number in range(8)]
    assert ids(staged.get(f"{P}?limit=4").json)[0] == "p7"


def test_a_list_starts_again_when_an_exclusion_begins_or_ends_between_two_pages() -> None:
    """A style may have been passed over in the meantime: it would not come back."""
    banned = rule("exclude", products=("p7",), start=moment(1), end=moment(2))
    for path in (P, R):
        staged = stage(banned)
        for days in (1, 1):
            first = staged.get(f"{path}?limit=4").json
            following = f"{path}?cursor={first['next']}&limit=4"
            assert staged.get(following).status == 200
            staged.clock.time += days * 86_400
            stale = staged.get(following)
            assert (stale.status, stale.json["start"]) == (410, f"{path}?limit=4")
        assert "p7" in ids(staged.get(path).json)


def test_bought_and_dismissed_styles_are_left_out_and_seen_ones_lowered() -> None:
    staged = stage()  # ordinals follow the names
    headers = staged.cookies(person(purchased=(1,), dismissed=(2,), seen=(0,)))
    found = ids(staged.get(R, headers).json)
    assert found == ["p3", "p4", "p5", "p6", "p7", "p0"]
    items = staged.get(f"{R}?explain=true", headers).json["items"]
    assert items[-1]["explain"][-1] == {"name": "seen", "points": -RankingWeights().seen}


def test_the_arm_is_in_the_answer_and_sticks_where_allowed() -> None:
    arms = (Arm("control", 0.5), Arm("bold", 0.5, {"preferred": 104}))
    experiment = Experiment(key="taste", arms=arms, author="Ada", reason="a test")
    staged = stage(experiments=(experiment,))
    assert "experiments" not in staged.get(R).json
    seen = set()
    for number in range(12):
        headers = staged.cookies(person(id=bytes([number])))
        answers = [staged.get(f"{R}?explain=true&prefer=color%3Ablue", headers).json for _ in range(2)]
        assert answers[0]["experiments"] == answers[1]["experiments"]
        arm = answers[0]["experiments"]["taste"]
        points = answers[0]["items"][0]["explain"][1]["points"]
        assert points == (104 if arm == "bold" else RankingWeights().preferred)
        seen.add(arm)
    assert seen == {"control", "bold"}


@pytest.mark.parametrize("places", [("GB-SCT",), ("NL", "GB"), ("GB-SCT", "IE")])
def test_a_rule_for_places_acts_for_people_there_who_may_be_looked_at(places: tuple[str, ...]) -> None:
    staged = stage(rule("pin", products=("p7",), position=1, places=places))
    known = staged.cookies(person())
    for place, first in ((Place("GB", "SCT"), "p7"), (Place("FR", "SCT"), "p0"), (Place(), "p0")):
        staged.place = place
        assert ids(staged.get(R, known).json)[0] == first
    staged.place = Place("GB", "SCT")
    nobody = staged.get(R)
    assert ids(nobody.json)[0] == "p0"
    assert b"p7" in staged.get("/v1/nl/nl/fragments/recommendations", known).body
    for target in (R, "/v1/nl/nl/products", "/v1/nl/nl/fragments/alternatives?item=p0"):
        here = staged.get(target)
        staged.place = Place()
        assert staged.get(target) == here, "without consent all places get the same bytes"
        staged.place = Place("GB", "SCT")


def test_who_was_nobody_when_the_list_began_is_in_no_arm_on_its_later_pages() -> None:
    arms = (Arm("control", 0.5), Arm("bold", 0.5, {"preferred": 104}))
    staged = stage(experiments=(Experiment(key="taste", arms=arms, author="Ada", reason="a test"),))
    following = staged.get(f"{R}?limit=2").json["next"]
    headers = staged.cookies(person())
    assert staged.get(f"{R}?limit=2", headers).json["experiments"]
    assert "experiments" not in staged.get(f"{R}?cursor={following}&limit=2", headers).json
    own = staged.get(f"{R}?limit=2", headers).json
    later = staged.get(f"{R}?cursor={own['next']}&limit=2", headers).json
    assert later["experiments"] == own["experiments"]


@pytest.mark.parametrize("slot", ["recommendations", "alternatives?item=p0"])
def test_a_fragment_for_nobody_has_no_arm_to_echo(slot: str) -> None:
    arms = (Arm("control", 0.5), Arm("bold", 0.5))
    staged = stage(experiments=(Experiment(key="taste", arms=arms, author="Ada", reason="a test"),))
    assert b"data-experiments" not in staged.get(f"/v1/nl/nl/fragments/{slot}").body


def test_a_second_page_comes_however_many_rules_and_experiments_there_are() -> None:
    long = "x" * 50
    experiments = tuple(
        Experiment(
            key=f"{long}-{number}",
            arms=(Arm(f"{long}-a", 0.5), Arm(f"{long}-b", 0.5)),
            author="Ada",
            reason="a test",
        )
        for number in range(8)
    )
    many = [rule("exclude", number, products=("p0",)) for number in range(MAX_RULES - BLOCK)]
    pins = [rule("pin", MAX_RULES + at, products=(f"p{at}",), position=at) for at in range(1, BLOCK + 1)]
    products = [garment(f"p{number}", published=moment(-number)) for number in range(BLOCK + 8)]
    staged = stage(*many, *pins, experiments=experiments, catalogue=shop(*products))
    headers = staged.cookies(person(recent=tuple(range(20)), seen=tuple(range(32))))
    materials = ",".join(sorted(["linen", *(f"x{number:03}".ljust(60, "x") for number in range(49))]))
    query = f"explain=true&limit=2&material={materials}&material.all=linen"
    first = staged.get(f"{R}?{query}", headers).json
    second = staged.get(f"{R}?cursor={first['next']}&{query}", headers)
    assert second.status == 200, second.body
    assert len(set(ids(first)) | set(ids(second.json))) == 4
    assert second.json["experiments"] == first["experiments"]


def test_a_rule_of_an_arm_acts_for_that_arm_only() -> None:
    arms = (Arm("control", 0.0), Arm("bold", 1.0))
    experiment = Experiment(key="taste", arms=arms, author="Ada", reason="a test")
    staged = stage(rule("pin", products=("p7",), position=1, arm="taste:bold"), experiments=(experiment,))
    assert ids(staged.get(R, staged.cookies(person())).json)[0] == "p7"
    assert ids(staged.get(R).json)[0] == "p0"


def test_who_is_held_out_gets_what_control_gets() -> None:
    arms = (Arm("control", 0.5), Arm("bold", 0.5, {"preferred": 104}))
    experiment = Experiment(key="taste", arms=arms, coverage=0.0, author="Ada", reason="a test")
    staged = stage(
        rule("pin", 0, products=("p7",), position=1, arm="taste:control"),
        rule("pin", 1, products=("p6",), position=2, arm="taste:bold"),
        experiments=(experiment,),
    )
    held = staged.get(f"{R}?limit=2", staged.cookies(person())).json
    assert held["experiments"] == {"taste": "hold-out"}
    assert ids(held) == ids(staged.get(f"{R}?limit=2").json) == ["p7", "p0"]


def test_the_lists_that_rules_may_name_are_those_that_are_served() -> None:
    assert set(SLOTS) == {PUBLIC_SLOT, similar.SLOT, *fragments.SLOTS}


def test_what_is_similar_is_a_slot_of_its_own_and_its_copies_end_with_its_rules() -> None:
    paid = rule("promote", products=("p5",), position=1, slots=("similar",), end=moment(1 / 96))
    staged, target = stage(paid), "/v1/nl/nl/fragments/similar?item=p0"
    before = staged.get(target)
    assert b"selvedge-promoted" in before.body
    assert b"selvedge-promoted" not in staged.get("/v1/nl/nl/fragments/recommendations").body
    staged.clock.time += 15 * 60
    after = staged.get(target, {"if-none-match": before.headers["etag"]})
    assert after.status == 200
    assert b"selvedge-promoted" not in after.body
    assert staged.get(target, {"if-none-match": after.headers["etag"]}).status == 304
    staged.clock.time += 24 * 60 * 60
    assert staged.get(target, {"if-none-match": after.headers["etag"]}).status == 200


@pytest.mark.parametrize("path", [P, R, "/v1/nl/nl/products/p6/similar"])
def test_a_list_starts_again_when_the_rule_that_it_went_by_is_gone(path: str) -> None:
    boost = rule("boost", products=("p7",), points=20)
    catalogue = shop(*PRODUCTS)
    live = build(catalogue, shop=SHOP, rules=RuleSet((rule("bury", 1, products=("p1",), points=9), boost)))
    staged = stage(catalogue=catalogue)
    staged.publish(live)
    staged.refresh()
    first = staged.get(f"{path}?limit=3").json
    staged.publish(build_delta(live, catalogue, RuleSet(())))
    staged.refresh()
    stale = staged.get(f"{path}?cursor={first['next']}&limit=3")
    assert (stale.status, stale.json["type"]) == (410, "/problems/stale-cursor")
    assert stale.json["start"] == f"{path}?limit=3"
