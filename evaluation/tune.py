"""`scripts/tune`: finds settings on validation data and records them, with how they were found."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from evaluation.choice import HIT_SHARE, TAIL
from evaluation.split import Split
from evaluation.tuning import Search
from origin.cli.output import Steps, say
from origin.cli.places import FILE
from origin.training.files import read_in_order
from origin.training.settings import DEFAULT, FITTED, Settings, read_all, read_settings
from selvedge.errors import SelvedgeError

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADER = """\
# Settings of the session model by name; `scripts/tune` writes them and `found` says how they were found.
# docs/recommendation.md explains each. No data is in here.
"""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--train", type=FILE, multiple=True, required=True, help="Sessions to learn from; repeatable.")
@click.option("--valid", type=FILE, help="Sessions to predict; unless given, the last tenth of --train.")
@click.option("--name", required=True, help="What to call the settings.")
@click.option("--start", default=DEFAULT, show_default=True, help="The settings to begin with.")
@click.option("--trials", default=200, show_default=True, help="Settings to try, earlier runs included.")
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where trials are kept; .selvedge/tuning/NAME.jsonl unless given.",
)
def tune(
    train: tuple[Path, ...],
    valid: Path | None,
    name: str,
    start: str,
    trials: int,
    seed: int,
    state: Path | None,
) -> None:
    """Search settings of the session model; a run that was broken off goes on where it stopped.

    Use validation data only: never what a result will be reported on.
    """
    split = _split(train, valid)
    search = Search(split, read_settings(start), seed, state or Path(".selvedge/tuning") / f"{name}.jsonl")
    with Steps() as steps:
        best = search.run(trials, steps)
    found = "; ".join(
        (
            f"{dt.datetime.now(dt.UTC):%Y-%m-%d}: best of {trials} trials from {start!r}, seed {seed}",
            f"MRR@20 + {HIT_SHARE} HR@20 = {best.reached:.4f} in trial {best.number}",
            f"on {valid.name if valid else f'the last {TAIL:.0%}'}",
            f"after {', '.join(path.name for path in train)}",
        )
    )
    settings = msgspec.structs.replace(search.settings_of(best), found=found)
    write_settings({**read_all(), name: settings}, FITTED)
    say(found)


def _split(train: tuple[Path, ...], valid: Path | None) -> Split:
    if valid is not None:
        return Split.read(train, valid)
    return Split.tail(read_in_order(train), TAIL)


def write_settings(named: Mapping[str, Settings], path: Path) -> None:
    """Write settings as TOML, whole or not at all."""
    text = HEADER + "".join(_section(name, settings) for name, settings in sorted(named.items()))
    beside = path.with_name(path.name + ".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _section(name: str, settings: Settings) -> str:
    lines = [f"\n[settings.{name}]", f"found = {_value(settings.found)}"]
    for part in ("tally", "rows"):
        values = msgspec.structs.asdict(getattr(settings, part))
        lines += [f"[settings.{name}.{part}]", *(f"{key} = {_value(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    return msgspec.json.encode(value).decode()


if __name__ == "__main__":
    try:
        tune()
    except SelvedgeError as error:
        click.echo(f"{error.__class__.__name__}: {error}", err=True)
        sys.exit(1)
