"""One evaluation: train, answer every question by every recommender, compare."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from evaluation.baselines import BASELINES
from evaluation.bootstrap import compare
from evaluation.candidate import Candidate, Served, train
from evaluation.frontier import frontier
from evaluation.metrics import LONGEST, Audience, Lists, measure
from evaluation.report import CANDIDATE, SERVED, Data, Index, Report
from evaluation.split import UNKNOWN, prepared
from evaluation.timing import spread, time_here, time_in_wasm

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from evaluation.baselines import Recommender
    from evaluation.choice import Choice
    from evaluation.split import Question, Split
    from origin.training.model import Built
    from origin.training.settings import Settings

Progress = "Callable[[str, int, int], None]"
_REPORT_EVERY = 500


class Contest:
    """A split, and what the recommenders are compared by. `marked` names the items whose share counts."""

    def __init__(
        self,
        split: Split,
        *,
        marked: Collection[str] | None = None,
        baselines: Sequence[str] = tuple(BASELINES),
        options: Mapping[str, Mapping[str, float]] | None = None,
        drop_repeats: bool = False,
        drop_longest: float | None = None,
        wasm: bool = True,
        progress: Callable[[str, int, int], None],
    ) -> None:
        self._split = split
        known = split.ordinals
        self._marked = None if marked is None else {known[name] for name in marked if name in known}
        self._audience = Audience(split.visits, self._marked)
        self._baselines = baselines
        self._options = options or {}
        self._visits = prepared(split.visits, drop_repeats=drop_repeats, drop_longest=drop_longest)
        self._wasm = wasm
        self._progress = progress

    def run(self, name: str, settings: Settings, choice: Choice | None = None) -> Report:
        """Return the report on a model with `settings`, called `name`."""
        started = time.process_time()
        built = train(self._split, settings, self._progress)
        seconds = time.process_time() - started
        questions = self._split.questions
        lists = {CANDIDATE: self._answer(CANDIDATE, Candidate(built.part))}
        lists[SERVED] = self._answer(SERVED, Served(built.part))
        for baseline in self._baselines:
            options = self._options.get(baseline, {})
            lists[baseline] = self._answer(baseline, BASELINES[baseline](self._visits, **options))
        seen = spread([question.seen for question in questions])
        return Report(
            data=self._data(),
            settings=name,
            choice=choice,
            index=_index(built, seconds),
            all={one: measure(found, self._audience) for one, found in lists.items()},
            without_repeats={
                one: measure(found.without_repeats(), self._audience) for one, found in lists.items()
            },
            differences={
                one: [compare(lists[CANDIDATE], lists[one], metric, LONGEST) for metric in ("hr", "mrr")]
                for one in self._baselines
            },
            timing=[time_here(built.part, seen), *([time_in_wasm(built.part, seen)] if self._wasm else [])],
            frontier=frontier(built.part, questions, self._audience, self._marked) if self._marked else [],
        )

    def _answer(self, name: str, recommender: Recommender) -> Lists:
        questions = self._split.questions
        answers = []
        for done, question in enumerate(questions):
            if done % _REPORT_EVERY == 0:
                self._progress(f"asking {name}", done, len(questions))
            answers.append(recommender.recommend(question.seen, LONGEST + 1))
        self._progress(f"asking {name}", len(questions), len(questions))
        return Lists(questions, answers)

    def _data(self) -> Data:
        questions: Sequence[Question] = self._split.questions
        return Data(
            train_sessions=len(self._split.visits),
            train_clicks=sum(len(visit.items) for visit in self._split.visits),
            train_items=len(self._split.ordinals),
            test_sessions=len({question.session for question in questions}),
            questions=len(questions),
            repeats=sum(question.repeat for question in questions),
            unseen=sum(question.target == UNKNOWN for question in questions),
        )


def _index(built: Built, seconds: float) -> Index:
    return Index(built.version, len(built.part), built.bytes_a_click, built.entries, seconds)
