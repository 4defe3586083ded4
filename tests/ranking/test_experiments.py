from __future__ import annotations

from collections import Counter

import pytest

from selvedge.ranking.experiments import (
    HOLD_OUT,
    Arm,
    Experiment,
    Namespace,
    assign,
    bucket,
    bucket_ranges,
    fnv32a,
    in_namespace,
    overrides,
)
from tests.wardrobe import NOW, moment

FNV = {"": 0x811C9DC5, "a": 0xE40C292C, "ab": 0x4D2505CA, "foobar": 0xBF9CF968}
"""From the test suite of Landon Curt Noll, an author of the hash (isthe.com/chongo/tech/comp/fnv)."""

HASHES = [
    ("", "a", 1, 0.22),
    ("", "b", 1, 0.077),
    ("b", "a", 1, 0.946),
    ("ef", "d", 1, 0.652),
    ("asdf", "8952klfjas09ujk", 1, 0.549),
    ("", "123", 1, 0.011),
    ("", '___)((*":&', 1, 0.563),
    ("seed", "a", 2, 0.0505),
    ("seed", "b", 2, 0.2696),
    ("foo", "ab", 2, 0.2575),
    ("foo", "def", 2, 0.2019),
    ("89123klj", "8952klfjas09ujkasdf", 2, 0.124),
    ("90850943850283058242805", "123", 2, 0.7516),
    ("()**(%$##$%#$#", '___)((*":&', 2, 0.0128),
]
"""Published by GrowthBook for makers of SDKs (packages/sdk-js/test/cases.json, `hash`)."""

RANGES = [
    ([0.5, 0.5], 1, [(0, 0.5), (0.5, 1)]),
    ([0.5, 0.5], 0.5, [(0, 0.25), (0.5, 0.75)]),
    ([0.5, 0.5], 0, [(0, 0), (0.5, 0.5)]),
    ([0.4, 0.6], 1, [(0, 0.4), (0.4, 1)]),
    ([0.2, 0.3, 0.5], 1, [(0, 0.2), (0.2, 0.5), (0.5, 1)]),
    ([0.2, 0.3, 0.5], 0.2, [(0, 0.04), (0.2, 0.26), (0.5, 0.6)]),
]
"""From the same file, `getBucketRange`."""

BOTH = (Arm("control", 0.5), Arm("bold", 0.5, {"preferred": 90}))


def experiment(**more: object) -> Experiment:
    return Experiment(**{"key": "bold-taste", "arms": BOTH, "author": "Ada", "reason": "a test", **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "number"), FNV.items())
def test_the_hash_is_fnv_1a(text: str, number: int) -> None:
    assert fnv32a(text) == number


@pytest.mark.parametrize(("seed", "value", "version", "at"), HASHES)
def test_buckets_are_those_of_growthbook(seed: str, value: str, version: int, at: float) -> None:
    assert bucket(seed, value, version) == at


@pytest.mark.parametrize(("shares", "coverage", "ranges"), RANGES)
def test_ranges_are_those_of_growthbook(
    shares: list[float], coverage: float, ranges: list[tuple[float, float]]
) -> None:
    for found, wanted in zip(bucket_ranges(coverage, shares), ranges, strict=True):
        assert found == pytest.approx(wanted)


def test_people_are_spread_over_the_arms_and_stay_where_they_are() -> None:
    arms = [assign([experiment()], "nl", NOW, f"person {number}")["bold-taste"] for number in range(2000)]
    assert 900 < Counter(arms)["bold"] < 1100
    assert arms == [assign([experiment()], "nl", NOW, f"person {n}")["bold-taste"] for n in range(2000)]


def test_who_may_not_be_told_apart_is_in_the_control_arm_like_everybody() -> None:
    assert assign([experiment(coverage=0.0)], "nl", NOW, None) == {"bold-taste": "control"}


def test_who_is_outside_the_coverage_or_the_namespace_is_held_out() -> None:
    assert assign([experiment(coverage=0.0)], "nl", NOW, "anybody") == {"bold-taste": HOLD_OUT}
    nobody = Namespace("checkout", 0.0, 0.0)
    assert assign([experiment(namespace=nobody)], "nl", NOW, "anybody") == {"bold-taste": HOLD_OUT}


def test_namespaces_with_ranges_apart_share_nobody() -> None:
    low, high = Namespace("list", 0.0, 0.4), Namespace("list", 0.4, 1.0)
    people = [f"person {number}" for number in range(500)]
    assert all(in_namespace(low, one) != in_namespace(high, one) for one in people)


def test_an_experiment_runs_in_its_markets_and_its_time() -> None:
    one = experiment(markets=("nl",), start=moment(0), end=moment(1))
    assert assign([one], "nl", NOW, None)
    assert not assign([one], "se", NOW, None)
    assert not assign([one], "nl", NOW - 1, None)
    assert not assign([one], "nl", NOW + 86_400, None)


def test_an_arm_brings_its_own_weights() -> None:
    assert overrides([experiment()], {"bold-taste": "bold"}) == {"preferred": 90}
    assert overrides([experiment()], {"bold-taste": HOLD_OUT}) == {}
