"""`scripts/evaluate`: scores the session model and the baselines on a split in files."""

from __future__ import annotations

import csv
import sys
import tomllib
from pathlib import Path

import click

from evaluation.baselines import BASELINES
from evaluation.choice import choose
from evaluation.report import show
from evaluation.run import Contest
from evaluation.split import Split
from origin.cli.output import Steps, print_json
from origin.cli.places import FILE
from origin.training.files import read_in_order
from origin.training.settings import read_all, read_settings
from selvedge.errors import SelvedgeError

BASELINE_SETTINGS = Path(__file__).with_name("baselines.toml")


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--train", type=FILE, multiple=True, required=True, help="Sessions to learn from; repeatable.")
@click.option("--test", type=FILE, help="Sessions to predict, or prefixes with what came next.")
@click.option("--tail", type=float, metavar="SHARE", help="Predict the last share of --train's sessions.")
@click.option("--settings", "name", help="Settings by name; unless given, what does best at --train's end.")
@click.option("--boost", type=FILE, help="Items whose share counts, and which a declared priority lifts.")
@click.option(
    "--baseline",
    "baselines",
    multiple=True,
    type=click.Choice(list(BASELINES)),
    help="Only these baselines; repeatable.",
)
@click.option("--no-baselines", is_flag=True, help="Score the model alone.")
@click.option("--baseline-settings", metavar="NAME", help="Of evaluation/baselines.toml; else as --settings.")
@click.option("--drop-repeats", is_flag=True, help="Give baselines no item of a training session twice.")
@click.option(
    "--drop-longest",
    type=float,
    metavar="PERCENTILE",
    help="Give baselines no training sessions longer than this percentile.",
)
@click.option("--no-wasm", is_flag=True, help="Time predictions on CPython only.")
@click.option("--json", "as_json", is_flag=True, help="Print every metric as JSON.")
def evaluate(
    train: tuple[Path, ...],
    test: Path | None,
    tail: float | None,
    name: str | None,
    boost: Path | None,
    baselines: tuple[str, ...],
    no_baselines: bool,  # noqa: FBT001
    baseline_settings: str | None,
    drop_repeats: bool,  # noqa: FBT001
    drop_longest: float | None,
    no_wasm: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Train on files and predict every position of every test session, ranking all training items.

    Files are clicks with a header (SessionId, ItemId, Time), sessions one a line, or (to predict only)
    a prefix, a tab and the next item; any of them may be gzipped.
    """
    with Steps() as steps:
        split = _split(train, test, tail)
        choice = None if name else choose(split.sessions, read_all(), steps)
        chosen = name or (choice.name if choice else "")
        contest = Contest(
            split,
            marked=None if boost is None else _items(boost),
            baselines=() if no_baselines else baselines or tuple(BASELINES),
            options=_options(baseline_settings, chosen),
            drop_repeats=drop_repeats,
            drop_longest=drop_longest,
            wasm=not no_wasm,
            progress=steps,
        )
        report = contest.run(chosen, read_settings(chosen), choice)
    print_json(report) if as_json else show(report)


def _split(train: tuple[Path, ...], test: Path | None, tail: float | None) -> Split:
    if (test is None) == (tail is None):
        raise click.UsageError("either --test or --tail says what to predict")
    return Split.read(train, test) if test is not None else Split.tail(read_in_order(train), tail or 0.0)


def _items(path: Path) -> set[str]:
    """The first column of a file, but for a header."""
    with path.open(encoding="utf-8", newline="") as file:
        found = [row[0].strip() for row in csv.reader(file) if row]
    return set(found if found[0].isdecimal() else found[1:])


def _options(name: str | None, chosen: str) -> dict[str, dict[str, float]]:
    """The baselines' settings of that name; unless given, those of the settings chosen, if there are any."""
    named: dict[str, dict[str, dict[str, float]]] = tomllib.loads(
        BASELINE_SETTINGS.read_text(encoding="utf-8")
    )
    if name is None:
        return named.get(chosen, {})
    if name not in named:
        raise click.BadParameter(f"there are {', '.join(named)}", param_hint="--baseline-settings")
    return named[name]


if __name__ == "__main__":
    try:
        evaluate()
    except SelvedgeError as error:
        click.echo(f"{error.__class__.__name__}: {error}", err=True)
        sys.exit(1)
