"""Real data sets, read in place or skipped: goals are met, and baselines reach what was published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evaluation.__main__ import _options
from evaluation.baselines import BASELINES
from evaluation.candidate import Candidate, Served, train
from evaluation.metrics import LONGEST, Audience, Lists, measure
from evaluation.split import Split, prepared
from evaluation.texts import agreements, main_fibres, read_hm, without_fibres
from origin.training.model import BYTES_A_CLICK
from origin.training.settings import read_settings
from selvedge.ranking.weights import DEFAULTS, Recent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from evaluation.baselines import Recommender
    from evaluation.split import Question


@pytest.fixture(scope="module")
def rsc15(data: Path) -> Split:
    folder, name = data / "rsc15-100k", "yoochoose-clicks-100k"
    return Split.read([folder / f"{name}_train_tr.txt"], folder / f"{name}_train_valid.txt")


@pytest.fixture(scope="module")
def serenade(data: Path) -> Split:
    folder = data / "serenade-bol-example"
    return Split.read([folder / "train.txt"], folder / "valid.txt")


def answered(questions: Sequence[Question], recommender: Recommender) -> tuple[float, float]:
    """HR@20 and MRR@20."""
    lists = Lists(questions, [recommender.recommend(one.seen, LONGEST) for one in questions])
    return float(lists.gains("hr", LONGEST).mean()), float(lists.gains("mrr", LONGEST).mean())


def test_the_split_is_the_published_one(rsc15: Split, serenade: Split) -> None:
    assert (len(rsc15.visits), len(rsc15.ordinals), len(rsc15.questions)) == (13_629, 2_873, 12_455)
    assert (len(serenade.visits), len(serenade.ordinals), len(serenade.questions)) == (23_753, 18_009, 1_121)


def test_sequential_rules_reach_what_was_published(rsc15: Split) -> None:
    assert answered(rsc15.questions, BASELINES["sr"](rsc15.visits)) == pytest.approx(
        (0.5647, 0.3231), abs=0.004
    )


def test_vsknn_reaches_what_was_published_for_serenade(serenade: Split) -> None:
    visits = prepared(serenade.visits, drop_repeats=True, drop_longest=99.5)
    baseline = BASELINES["vsknn"](visits, **_options("serenade", "")["vsknn"])
    assert answered(serenade.questions, baseline)[1] == pytest.approx(0.3197, abs=0.002)


def test_vstan_is_near_what_was_published_and_the_model_is_better(rsc15: Split) -> None:
    questions = rsc15.questions[::5]
    vstan = answered(questions, BASELINES["vstan"](rsc15.visits, **_options(None, "rsc15")["vstan"]))
    assert vstan == pytest.approx((0.6473, 0.3673), abs=0.015)
    own = answered(questions, Candidate(train(rsc15, read_settings("rsc15")).part))
    assert own[0] > vstan[0]
    assert own[1] > vstan[1]


@pytest.mark.parametrize("settings", ["rsc15", "default"])
def test_the_goals_on_rsc15_are_met_within_the_bytes(rsc15: Split, settings: str) -> None:
    built = train(rsc15, read_settings(settings))
    hr, mrr = answered(rsc15.questions, Candidate(built.part))
    assert hr > 0.6592
    assert mrr > 0.3720
    assert built.bytes_a_click <= BYTES_A_CLICK


def test_a_declared_priority_reaches_its_goal_at_little_cost(rsc15: Split, data: Path) -> None:
    names = (data / "rsc15-100k" / "sustainable.csv").read_text(encoding="utf-8").split()[1:]
    marked = {rsc15.ordinals[name] for name in names if name in rsc15.ordinals}
    part = train(rsc15, read_settings("rsc15")).part
    audience, asked = Audience(rsc15.visits, marked), rsc15.questions
    plain, boosted = (
        measure(Lists(asked, [one.recommend(question.seen, LONGEST) for question in asked]), audience)[-1]
        for one in (Served(part, marked, 0), Served(part, marked, DEFAULTS.priority))
    )
    assert (boosted.sustainable_mrr or 0) > 0.3214
    assert (boosted.st or 0) > (plain.st or 0)
    assert boosted.hr > 0.99 * plain.hr


@pytest.mark.parametrize("settings", ["serenade", "default"])
def test_the_goal_on_serenade_is_met_within_the_bytes(serenade: Split, settings: str) -> None:
    built = train(serenade, read_settings(settings))
    assert answered(serenade.questions, Candidate(built.part))[1] > 0.338
    assert built.bytes_a_click <= BYTES_A_CLICK


def test_words_carry_what_the_other_facts_do_not_and_cost_none_of_these(data: Path) -> None:
    catalogue, fabrics = read_hm(data)
    facts = {"fabric": fabrics, "main fibre": main_fibres(catalogue)}
    for shop, least in ((catalogue, 0.03), (without_fibres(catalogue), 0.04)):
        gains = {one.fact: one.gain for one in agreements(shop, facts, (0, Recent().text)) if one.text}
        assert gains["fabric"][1] > least
        assert gains["main fibre"][1] > 0
