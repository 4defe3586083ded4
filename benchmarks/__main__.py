"""The command line of `scripts/bench`."""

from __future__ import annotations

import sys
import time

import click
import msgspec
from rich.console import Console

from benchmarks import budgets, report
from benchmarks.results import Results, by_name
from benchmarks.run import QUICK, Effort, run

EXCEEDED = 1


class Sizes(click.ParamType):
    """Numbers of products, by commas."""

    name = "numbers"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[int]:
        """Return the numbers. Raises BadParameter."""
        try:
            return [int(part) for part in str(value).split(",")]
        except ValueError:
            self.fail(f"{value!r} is not a list of numbers such as 1000,10000", param, ctx)


@click.command()
@click.option("--sizes", type=Sizes(), help="Products of the generated shops. [default: 1000,10000,100000]")
@click.option("--hm/--no-hm", default=None, help="H&M's catalogue. [default: where its data are]")
@click.option("--quick", is_flag=True, help="Fewer rounds, 1,000 and 10,000 products, no swaps, no slow KV.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of tables.")
@click.option(
    "--check",
    type=click.Choice(["budget", "ceiling"]),
    is_flag=False,
    flag_value="budget",
    help="Fail where a budget (or a ceiling) of scripts/budgets.toml is exceeded, and say which.",
)
def main(
    *, sizes: list[int] | None, hm: bool | None, quick: bool, as_json: bool, check: budgets.Level | None
) -> None:
    """Measure the Worker in workerd, beside a hello Worker and JavaScript peers. docs/performance.md explains."""
    console = Console(stderr=True)
    started = time.monotonic()
    sizes = sizes or ([1_000, 10_000] if quick else [1_000, 10_000, 100_000])
    hm = False if quick and hm is None else hm
    with console.status("starting") as status:
        results = run(
            sizes,
            hm=hm,
            effort=QUICK if quick else Effort(),
            progress=lambda step: _tell(console, status.update, step, time.monotonic() - started),
        )
    known = budgets.read_budgets()
    _print(results, known, as_json=as_json)
    if check:
        failures = budgets.exceeded(known, by_name(results), check)
        for failure in failures:
            click.echo(f"Exceeded: {failure}", err=True)
        sys.exit(EXCEEDED if failures else 0)


def _tell(console: Console, update: object, step: str, seconds: float) -> None:
    line = f"{seconds:5.0f} s  {step}"
    if console.is_terminal and callable(update):
        update(line)
    elif ", " not in step:
        console.print(line, highlight=False)


def _print(results: Results, known: dict[tuple[str, str], budgets.Budget], *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(results)).decode())
    else:
        report.show(results, known, Console())


if __name__ == "__main__":
    main()
