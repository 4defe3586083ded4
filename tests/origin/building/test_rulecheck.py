from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from origin.building import build
from origin.building.build import UnusableRules
from origin.building.rulecheck import check
from selvedge.ranking.experiments import Arm, Experiment, Namespace
from selvedge.ranking.rules import MAX_RULES, MAX_SHIFTS, Rule, RuleSet
from selvedge.snapshot.index import Index
from tests.wardrobe import certificate, garment, moment, shop

if TYPE_CHECKING:
    from origin.building.finding import Finding

CATALOGUE = shop(garment("a"), garment("b"), garment("c", color="red"))
GOOD: dict[str, dict[str, Any]] = {
    "pin": {"products": ("a",), "position": 1},
    "promote": {"products": ("b",), "position": 2},
    "boost": {"where": {"color": ("red",)}, "points": 20},
    "bury": {"products": ("c",), "points": 20},
    "exclude": {"products": ("b",)},
}
RED, BLUE = {"color": ("red",)}, {"color": ("blue",)}
QUARTER = timedelta(milliseconds=250)
ARMS = (Arm("control", 0.5), Arm("bold", 0.5))


def rule(kind: str, name: str = "one", **more: Any) -> Rule:
    return Rule(**{"id": name, "kind": kind, "author": "Ada", "reason": "a test", **GOOD[kind], **more})


def experiment(**more: Any) -> Experiment:
    return Experiment(**{"key": "taste", "arms": ARMS, "author": "Ada", "reason": "a test", **more})


def findings(*rules: Rule, experiments: tuple[Experiment, ...] = ()) -> list[Finding]:
    index = Index(build(CATALOGUE, shop="acme").sections("index"))
    return check(RuleSet(rules, experiments), index, ["nl"])


@pytest.mark.parametrize("kind", GOOD)
def test_a_sensible_rule_is_found_no_fault_with(kind: str) -> None:
    assert findings(rule(kind)) == []


@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        (rule("pin", products=()), "about nothing"),
        (rule("pin", position=0), "needs a position"),
        (rule("boost", position=3), "only pin and promote"),
        (rule("boost", points=0), "needs points"),
        (rule("exclude", points=5), "only boost and bury"),
        (rule("pin", where={"color": ("red",)}), "pins products"),
        (rule("boost", where={"color": ()}), "without values"),
        (rule("exclude", audience=("color:red",)), "for everybody"),
        (rule("exclude", places=("GB",)), "for everybody"),
        (rule("bury", sponsored=True), "nothing that could be marked"),
        (rule("pin", start=moment(2), end=moment(1)), "before it begins"),
        (rule("pin", products=("zzz",)), "no product 'zzz'"),
        (rule("boost", where={"color": ("puce",)}), "no product has color 'puce'"),
        (rule("boost", where={"smell": ("new",)}), "no field 'smell'"),
        (rule("boost", categories=("hats",)), "no product has category 'hats'"),
        (rule("boost", markets=("se",)), "no market 'se'"),
        (rule("boost", arm="taste:bold"), "no arm 'taste:bold'"),
        (rule("boost", slots=("homepage",)), "no slot 'homepage'; there are products, recommendations"),
        (
            rule("pin", start=moment(0) + QUARTER, end=moment(0) + 2 * QUARTER),
            "within the second in which it begins",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_an_error_by_name(faulty: Rule, said: str) -> None:
    found = [one for one in findings(faulty) if one.level == "error"]
    assert len(found) == 1
    assert found[0].subject == "one"
    assert said in found[0].detail


@pytest.mark.parametrize(
    ("first", "second", "level", "said"),
    [
        (rule("pin"), rule("pin", "two", products=("b",)), "error", "both take place 1"),
        (rule("promote"), rule("promote", "two", products=("a",)), "error", "both take place 2"),
        (rule("pin", position=2), rule("promote", "two"), "warning", "both take place 2"),
        (rule("pin"), rule("exclude", "two", products=("a",)), "error", "pin of 'a', which is excluded"),
        (rule("pin"), rule("pin", "two", position=5), "warning", "both pin 'a'"),
        (rule("boost", products=("c",)), rule("bury", "two"), "warning", "raises what the other lowers: 'c'"),
        (rule("promote"), rule("promote", "two", position=9), "warning", "both promote 'b'"),
        (rule("pin"), rule("promote", "two", products=("a",)), "warning", "both place 'a'"),
        # what is selected by values is compared product by product
        (rule("pin", products=("c",)), rule("exclude", "two", products=(), where=RED), "error", "pin of 'c'"),
        (
            rule("boost"),
            rule("exclude", "two", products=(), where=RED),
            "error",
            "boost of what is excluded: 1 product of color red",
        ),
        (rule("boost", where=BLUE), rule("exclude", "two"), "warning", "a part of what it is about: 'b'"),
        (
            rule("boost", where=BLUE, products=("c",)),
            rule("exclude", "two", where=RED),
            "error",
            "boost of what",
        ),
        (rule("boost"), rule("bury", "two"), "warning", "raises what the other lowers: 'c'"),
        (
            rule("boost", where=BLUE),
            rule("bury", "two", products=(), where={"category": ("shirts",)}),
            "warning",
            "raises what the other lowers: 2 products of color blue and category shirts",
        ),
        (
            rule("promote", products=(), where=RED),
            rule("exclude", "two", products=(), where=RED),
            "error",
            "1 product of color red",
        ),
        # who an audience is for may well lean to something else too
        (
            rule("promote", audience=("color:red",)),
            rule("promote", "two", products=("a",), audience=("color:blue",)),
            "warning",
            "who both are for is shown the first",
        ),
        (
            rule("promote", audience=("color:red",)),
            rule("promote", "two", products=("a",)),
            "warning",
            "who both are for is shown the first",
        ),
        (
            rule("promote", places=("GB-SCT",)),
            rule("promote", "two", products=("a",), places=("GB",)),
            "warning",
            "who both are for is shown the first",
        ),
        (
            rule("promote", places=("GB", "IE")),
            rule("promote", "two", products=("a",), places=("GB-SCT",)),
            "error",
            "the first of them has it",
        ),
        (
            rule("promote", audience=("color:red", "color:blue")),
            rule("promote", "two", products=("a",), audience=("color:red",), places=("GB",)),
            "error",
            "the first of them has it",
        ),
        (
            rule("promote", places=("GB",)),
            rule("promote", "two", products=("a",), audience=("color:red",)),
            "warning",
            "who both are for is shown the first",
        ),
        (
            rule("promote"),
            rule("promote", "two", products=("a",), audience=("color:red",)),
            "error",
            "the first of them has it",
        ),
    ],
)
def test_rules_that_contradict_each_other_are_named(first: Rule, second: Rule, level: str, said: str) -> None:
    found = findings(first, second)
    assert [(one.level, one.subject) for one in found] == [(level, "one, two")]
    assert said in found[0].detail


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"end": moment(1)}, {"start": moment(1)}),
        ({"slots": ("products",)}, {"slots": ("recommendations",)}),
        ({"markets": ("nl",)}, {"markets": ("se",)}),
        ({"arm": "taste:control"}, {"arm": "taste:bold"}),
        ({"arm": "taste:bold"}, {"arm": "style:bold"}),
        ({"arm": "taste:bold"}, {"markets": ("se",)}),
        ({"arm": "taste:bold"}, {"slots": ("products",)}),
        ({"audience": ("color:red",)}, {"slots": ("similar",)}),
        ({"places": ("GB",)}, {"places": ("FR", "IE")}),
        ({"places": ("GB-SCT",)}, {"places": ("GB-WLS",)}),
        ({"end": moment(1) + QUARTER}, {"start": moment(1) + 2 * QUARTER}),
    ],
)
def test_rules_that_never_meet_contradict_nothing(one: dict[str, Any], other: dict[str, Any]) -> None:
    pair = (rule("pin", **one), rule("pin", "two", products=("b",), **other))
    half = experiment(namespace=Namespace("page", 0, 0.5), markets=("nl",))
    rest = experiment(key="style", namespace=Namespace("page", 0.5, 1))
    assert check(RuleSet(pair, (half, rest))) == []


def test_rules_are_compared_when_both_hold_by_what_evidence_says_then() -> None:
    """A certificate that ends before an exclusion begins makes no conflict with it."""
    certified = garment("a", evidence=(certificate(end=5),))
    index = Index(build(shop(certified, garment("b")), shop="acme").sections("index"))
    where = {"certification": ("GOTS",)}
    boost = rule("boost", where=where)
    said = [
        check(RuleSet((boost, rule("exclude", "two", products=("a",), start=moment(day)))), index)
        for day in (4, 6)
    ]
    assert [len(one) for one in said] == [1, 0]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        ({"slots": ("recently-viewed",)}, "only exclusions do"),
        ({"slots": ("products", "similar"), "audience": ("color:red",)}, "no audience"),
        ({"slots": ("similar",), "arm": "taste:bold"}, "no arm but control"),
        ({"arm": "taste:bold", "markets": ("se",)}, "never acts where and when taste runs"),
        ({"arm": "taste:bold", "end": moment(0)}, "never acts where and when taste runs"),
    ],
)
def test_a_rule_that_can_never_act_is_warned_of(one: dict[str, Any], said: str) -> None:
    running = experiment(markets=("nl",), start=moment(1))
    found = check(RuleSet((rule("pin", **one),), (running,)))
    assert [(one.level, one.subject) for one in found] == [("warning", "one")]
    assert said in found[0].detail


def test_experiments_that_change_one_weight_for_the_same_people_are_named() -> None:
    bold = (Arm("control", 0.5), Arm("bold", 0.5, {"preferred": 80}))
    pair = (experiment(arms=bold), experiment(key="style", arms=bold))
    assert [(one.level, one.subject) for one in findings(experiments=pair)] == [("warning", "taste, style")]
    apart = [
        experiment(key=key, arms=bold, namespace=Namespace("page", start, start + 0.5))
        for key, start in (("taste", 0.0), ("style", 0.5))
    ]
    assert findings(experiments=tuple(apart)) == []


def test_many_rules_that_disagree_in_part_with_one_are_counted_not_listed() -> None:
    recalls = [rule("exclude", f"recall-{number}") for number in range(9)]
    found = findings(rule("boost", where=BLUE), *recalls)
    assert [one.subject for one in found] == ["one, recall-0", "one, recall-1", "one, recall-2", "one"]
    assert "6 more rules" in found[-1].detail


def test_two_rules_of_one_name_are_an_error() -> None:
    assert "is there twice" in findings(rule("pin"), rule("boost"))[0].detail


def test_a_boost_that_may_find_no_room_is_warned_of() -> None:
    boosts = [rule("boost", f"boost-{number}") for number in range(MAX_SHIFTS + 1)]
    found = findings(*boosts)
    assert [(one.level, one.subject) for one in found] == [("warning", f"boost-{MAX_SHIFTS}")]


@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        (experiment(arms=(Arm("control", 0.5), Arm("bold", 0.4))), "add up to 0.9"),
        (experiment(arms=(Arm("control", 0.5), Arm("control", 0.5))), "twice"),
        (experiment(namespace=Namespace("list", 0.5, 0.5)), "range is empty"),
        (experiment(markets=("se",)), "no market 'se'; there are nl"),
        (experiment(arms=(Arm("control", 0.5), Arm("hold-out", 0.5))), "those in no arm"),
        (experiment(start=moment(2), end=moment(1)), "before it begins"),
        (experiment(arms=(Arm("control", 0.5), Arm("bold", 0.5, {"preferred": 900}))), "cannot be 900"),
        (experiment(arms=(Arm("control", 0.5), Arm("bold", 0.5, {"spread": 1}))), "'spread'"),
        (experiment(arms=(Arm("control", 0.5), Arm("bold", 0.5, {"charm": 1}))), "'charm'"),
        (experiment(arms=(Arm("control", 0.5, {"preferred": 9}), Arm("bold", 0.5))), "changes weights"),
    ],
)
def test_an_experiment_that_makes_no_sense_is_an_error(faulty: Experiment, said: str) -> None:
    assert any(said in one.detail for one in findings(experiments=(faulty,)) if one.level == "error")


def test_a_build_refuses_rules_with_errors_and_takes_those_with_warnings() -> None:
    with pytest.raises(UnusableRules, match="zzz"):
        build(CATALOGUE, shop="acme", rules=RuleSet((rule("pin", products=("zzz",)),)))
    many = [rule("pin", f"pin-{number}", products=("zzz",), position=number) for number in range(1, 25)]
    with pytest.raises(UnusableRules, match=r"; and 4 more$") as refused:
        build(CATALOGUE, shop="acme", rules=RuleSet(tuple(many)))
    assert len(refused.value.findings) == 24
    warned = (rule("boost", products=("c",)), rule("bury", "two"))
    assert "rules" in build(CATALOGUE, shop="acme", rules=RuleSet(warned)).release.manifest.groups


def test_a_version_has_starters_unless_a_rule_could_change_what_they_show() -> None:
    def starters(*rules: Rule) -> int:
        groups = build(CATALOGUE, shop="acme", rules=RuleSet(rules)).release.manifest.groups
        return sum(name.startswith("starter/") for name in groups)

    assert starters() == starters(rule("pin", slots=("recommendations",))) > 0
    assert starters(rule("pin")) == 0


def test_more_rules_than_a_cursor_has_room_for_are_an_error() -> None:
    many = tuple(rule("exclude", f"rule-{number}") for number in range(MAX_RULES + 1))
    assert ("error", "rules") in [(one.level, one.subject) for one in check(RuleSet(many))]
