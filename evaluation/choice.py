"""Which settings fit a data set: decided on the last part of its own training sessions, never on the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from evaluation.candidate import Candidate, train
from evaluation.metrics import LONGEST, Lists
from evaluation.split import Split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from origin.training.sessions import Session
    from origin.training.settings import Settings

TAIL = 0.1
"""The share of the training sessions, the last, that settings are compared on."""

HIT_SHARE = 0.4
"""What HR@20 counts beside MRR@20: about as much as their differences between methods do."""

QUESTIONS = 10_000
"""Questions that a comparison asks at most: sessions are taken from the end."""


class Choice(msgspec.Struct, frozen=True):
    """The settings chosen, and what each name reached on the tail (`MRR@20 + HIT_SHARE * HR@20`)."""

    name: str
    reached: dict[str, float]


def choose(
    sessions: Sequence[Session],
    named: Mapping[str, Settings],
    progress: Callable[[str, int, int], None] = lambda _step, _done, _total: None,
) -> Choice:
    """Return the name of the settings that do best on the tail of `sessions`."""
    split = Split.tail(sessions, TAIL)
    reached = {}
    for done, (name, settings) in enumerate(sorted(named.items())):
        progress("choosing settings", done, len(named))
        reached[name] = score(split, settings)
    return Choice(max(reached, key=reached.__getitem__), reached)


def score(split: Split, settings: Settings) -> float:
    """Return what is compared: greater is better."""
    return score_part(split, train(split, settings).part)


def score_part(split: Split, part: bytes) -> float:
    """Return the score of a model that is there already."""
    questions = split.questions[-QUESTIONS:]
    candidate = Candidate(part)
    lists = Lists(questions, [candidate.recommend(one.seen, LONGEST) for one in questions])
    hr, mrr = (float(lists.gains(metric, LONGEST).mean()) for metric in ("hr", "mrr"))
    return mrr + HIT_SHARE * hr
