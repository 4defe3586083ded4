from __future__ import annotations

from contextlib import closing
from itertools import pairwise

import msgspec
import pytest

from origin.training.counts import Counts
from origin.training.job import number_by_name
from origin.training.model import BYTES_A_CLICK, SMALLEST_BUDGET, Built, build_model
from origin.training.sessions import GivenSessions, Session
from origin.training.settings import RowSettings, Settings, UnusableSettings, read_all, read_settings
from selvedge.sessions.part import KINDS, SessionRows
from selvedge.sessions.predictor import SessionPredictor

ONE_STEP = RowSettings(hop=0.0, popularity_power=0.0, fading_days=1.0)


def built(*sessions: str, rows: RowSettings = ONE_STEP, ordinals: dict[str, int] | None = None) -> Built:
    """The model of sessions as "day: product product"."""
    parsed = [one.partition(":") for one in sessions]
    given = [Session(str(at), int(day), tuple(text.split())) for at, (day, _, text) in enumerate(parsed)]
    settings = Settings(rows=rows)
    with closing(Counts(None, settings.tally)) as counts:
        counts.update(GivenSessions(given))
        names = [name for _, name in counts.products()]
        return build_model(counts, number_by_name(names) if ordinals is None else ordinals, settings)


def after(model: Built, *recent: int, count: int = 10) -> list[int]:
    found = SessionPredictor(SessionRows.decode(model.part)).predict(recent, count)
    return [] if found is None else [ordinal for ordinal, _ in found.scores]


def test_what_follows_more_often_comes_first() -> None:
    assert after(built("1: 0 1", "1: 0 1", "1: 0 2"), 0)[:2] == [1, 2]


def test_what_follows_sooner_comes_first() -> None:
    assert after(built("1: 0 2 1"), 0)[:2] == [2, 1]


def test_what_came_before_counts_less_than_what_came_after() -> None:
    assert after(built("1: 2 0", "1: 0 1"), 0)[:2] == [1, 2]


def test_counts_fade_by_the_day() -> None:
    assert after(built("1: 0 1", "1: 0 1", "9: 0 2"), 0)[:2] == [2, 1]
    slow = msgspec.structs.replace(ONE_STEP, fading_days=1_000.0)
    assert after(built("1: 0 1", "1: 0 1", "9: 0 2", rows=slow), 0)[:2] == [1, 2]


def test_two_steps_reach_what_was_never_seen_together() -> None:
    sessions = ("1: 0 1", "1: 1 2", "1: 3 4", "1: 3 4", "1: 3 4")
    two_steps = msgspec.structs.replace(ONE_STEP, hop=1.0)
    assert after(built(*sessions), 0)[1] == 3  # only popular
    assert set(after(built(*sessions, rows=two_steps), 0)[:2]) == {1, 2}


def test_an_item_that_is_mostly_repeated_is_predicted_again() -> None:
    assert after(built(*["1: 0 0 0 0 1"] * 20), 0)[0] == 0
    assert after(built(*["1: 0 1 2"] * 20), 0)[0] == 1


def test_ordinals_are_the_catalogue_s_and_products_without_one_are_left_out() -> None:
    model = built("1: A B C", "1: A B", ordinals={"A": 70_000, "B": 5})
    assert model.items == 2
    assert after(model, 70_000) == [5]
    assert after(model, 5) == [70_000]


def test_rows_are_cut_to_the_bytes_that_clicks_pay_for() -> None:
    sessions = [f"1: {at % 400} {at * at * 7 % 397} {at * at * at % 389}" for at in range(6_000)]
    rows = RowSettings(reach=128, hop_reach=60)
    model = built(*sessions, rows=rows)
    assert model.clicks == 18_000
    assert SMALLEST_BUDGET < len(model.part) <= BYTES_A_CLICK * model.clicks
    lengths = [end - start for start, end in pairwise(SessionRows.decode(model.part).starts)]
    assert max(lengths) < 128
    assert max(lengths) - min(lengths) <= 1


def test_equal_counts_give_the_same_version_and_others_another() -> None:
    assert built("1: 0 1").version == built("1: 0 1").version != built("1: 1 0").version


def test_no_sessions_make_a_model_that_has_no_opinion() -> None:
    assert after(built(), 0) == []


def test_repeat_priors_are_shrunk_to_what_is_usual() -> None:
    sessions = ["1: 0 0 1"] * 50 + ["1: 2 3"]
    rows = SessionRows.decode(built(*sessions).part)
    always, usual = rows.repeats[0], rows.repeats[2 * KINDS]
    assert 0.9 * 255 < always <= 255
    assert 0 < usual < always


def test_shipped_settings_are_readable_and_there_is_a_default() -> None:
    assert "default" in read_all()
    with pytest.raises(UnusableSettings, match="default"):
        read_settings("no such name")
