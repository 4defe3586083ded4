"""The report of one evaluation, and how it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from evaluation.bootstrap import Difference
from evaluation.choice import Choice
from evaluation.frontier import Point, best_within
from evaluation.metrics import Metrics
from evaluation.timing import Timing
from origin.cli.output import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

CANDIDATE, SERVED = "selvedge", "selvedge as served"
"""The model's own order, and the one that whole points and what the Worker knows of a session make of it."""


class Data(msgspec.Struct, frozen=True):
    """What the split holds. `unseen` counts questions whose answer no recommender can know."""

    train_sessions: int
    train_clicks: int
    train_items: int
    test_sessions: int
    questions: int
    repeats: int
    unseen: int


class Index(msgspec.Struct, frozen=True):
    """The part that was evaluated, as a snapshot carries it; `build_seconds` are the processor's."""

    version: str
    bytes: int
    bytes_a_click: float
    neighbours: int
    build_seconds: float


class Report(msgspec.Struct, frozen=True):
    """Everything that an evaluation found. `all` and `without_repeats` are by recommender."""

    data: Data
    settings: str
    choice: Choice | None
    index: Index
    all: dict[str, list[Metrics]]
    without_repeats: dict[str, list[Metrics]]
    differences: dict[str, list[Difference]]
    timing: list[Timing]
    frontier: list[Point]


def show(report: Report) -> None:
    """Print a report as tables."""
    print_table("data", Data.__struct_fields__, [msgspec.structs.astuple(report.data)])
    index = report.index
    print_table(
        f"model {index.version}, settings {report.settings}",
        ("bytes", "bytes a click", "neighbours", "build, CPU s"),
        [(index.bytes, f"{index.bytes_a_click:.2f}", index.neighbours, f"{index.build_seconds:.1f}")],
    )
    _show_metrics("every position, repeats counted", report.all)
    _show_metrics("the newest item neither asked for nor recommended", report.without_repeats)
    _show_differences(report.differences)
    print_table(
        "one prediction, ms",
        ("where", "p50", "p90", "opening"),
        [
            (one.where, *(f"{value:.3f}" for value in (one.p50, one.p90, one.opening)))
            for one in report.timing
        ],
    )
    if report.frontier:
        _show_frontier(report.frontier)


def _show_metrics(title: str, by_name: dict[str, list[Metrics]]) -> None:
    columns = ("recommender", "k", "HR", "MRR", "NDCG", "coverage", "popularity", "st", "SustainableMRR")
    rows = []
    for name, found in by_name.items():
        for one in found:
            values = (one.hr, one.mrr, one.ndcg, one.coverage, one.popularity, one.st, one.sustainable_mrr)
            rows.append((name, one.length, *(None if value is None else f"{value:.4f}" for value in values)))
    print_table(title, columns, rows)


def _show_differences(by_name: dict[str, list[Difference]]) -> None:
    rows = [
        (
            name,
            f"{one.metric}@{one.length}",
            f"{one.observed:+.4f}",
            f"{one.low:+.4f} to {one.high:+.4f}",
            f"{one.above_zero:.3f}",
        )
        for name, found in by_name.items()
        for one in found
    ]
    print_table(
        f"{CANDIDATE} less each baseline, paired bootstrap over sessions",
        ("baseline", "metric", "difference", "95 % interval", "above 0"),
        rows,
    )


def _show_frontier(points: Sequence[Point]) -> None:
    default = best_within(points)
    rows = [
        (
            f"{one.points}" + (" *" if one is default else ""),
            *(f"{value:.4f}" for value in (one.hr, one.mrr, one.st, one.sustainable_mrr)),
        )
        for one in points
    ]
    print_table(
        "declared priority, as served; * is the best that costs at most 1 % of HR@20",
        ("points", "HR@20", "MRR@20", "st@20", "SustainableMRR@20"),
        rows,
    )
