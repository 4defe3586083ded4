"""`import`: feeds and tables to a catalogue file, with a report of every row that was not taken as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

import origin.importing as importing_package
from origin.claims.contradictions import contradictions
from origin.cli.job import Job
from origin.cli.moments import MOMENT
from origin.cli.output import Steps, json_option, print_json, print_table, say
from origin.cli.sources import ImportRefused, importing
from origin.importing.archive import save_catalogue
from origin.importing.catalogues import read_csv, read_feed, read_shop
from origin.importing.shop import load_shop

if TYPE_CHECKING:
    from collections.abc import Callable

    from origin.importing.catalogues import Import

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHIPPED = Path(importing_package.__file__).parent


class Shipped(click.ParamType[Path]):
    """A TOML file, or the name of one that comes with the importers."""

    name = "file or name"

    def __init__(self, kind: str) -> None:
        self._folder = SHIPPED / kind

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the file; end with a usage error that lists the names there are."""
        for path in (Path(value), self._folder / f"{value}.toml"):
            if path.is_file():
                return path
        names = ", ".join(sorted(path.stem for path in self._folder.glob("*.toml")))
        raise click.BadParameter(f"no file {value}, and none of {names}", ctx, param)


shop_option = click.option(
    "--shop",
    "shop_file",
    type=Shipped("shops"),
    required=True,
    help="The shop file (TOML): markets, locales, defaults.",
)
out_option = click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("catalogue.selvedge"),
    show_default=True,
    help="The catalogue file to write.",
)
report_option = click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write every finding to this JSON file."
)
taken_option = click.option(
    "--taken", type=MOMENT, help="When the feed was taken (UTC); the shop file's time unless given."
)


@click.group("import")
def import_() -> None:
    """Read a shop's feeds or tables into a catalogue file.

    A bad row is reported and left out or repaired; it never costs the others.
    """


@import_.command(
    cls=Job,
    examples=("import feed feed.tsv --shop shop.toml --market nl --locale nl -o catalogue.selvedge",),
)
@click.argument("path", type=FILE)
@shop_option
@click.option("--market", required=True, help="The market the feed is for, as in the shop file.")
@click.option("--locale", required=True, help="The language of its texts, as in the shop file.")
@taken_option
@out_option
@report_option
@json_option
def feed(
    path: Path,
    shop_file: Path,
    market: str,
    locale: str,
    taken: datetime | None,
    out: Path,
    report: Path | None,
    *,
    as_json: bool,
) -> None:
    """Import one Google Merchant product feed (TSV)."""
    with importing(), Steps() as steps:
        shop = load_shop(shop_file)
        result = read_feed(
            path, shop, market=market, locale=locale, taken=_aware(taken), progress=_rows(steps)
        )
    _conclude(result, out, report, as_json=as_json)


@import_.command(
    "csv",
    cls=Job,
    examples=(
        "import csv articles.csv --mapping hm-nl-women-materials-2023 --shop hm-nl",
        "import csv articles.csv --mapping mapping.toml --shop shop.toml -o catalogue.selvedge",
    ),
)
@click.argument("path", type=FILE)
@click.option(
    "--mapping",
    type=Shipped("mappings"),
    required=True,
    help="What the columns mean (TOML); docs/importing.md explains how to write one.",
)
@shop_option
@out_option
@report_option
@json_option
def table(
    path: Path, mapping: Path, shop_file: Path, out: Path, report: Path | None, *, as_json: bool
) -> None:
    """Import a CSV file through a mapping."""
    with importing(), Steps() as steps:
        result = read_csv(path, mapping, load_shop(shop_file), progress=_rows(steps))
    _conclude(result, out, report, as_json=as_json)


@import_.command(
    "shop",
    cls=Job,
    examples=("import shop shop.toml -o catalogue.selvedge --report report.json",),
)
@click.argument("shop_file", type=FILE)
@taken_option
@out_option
@report_option
@json_option
def whole_shop(
    shop_file: Path, taken: datetime | None, out: Path, report: Path | None, *, as_json: bool
) -> None:
    """Import all feeds and tables that SHOP_FILE lists, of all markets and languages, into one catalogue."""
    with importing(), Steps() as steps:
        result = read_shop(shop_file, taken=_aware(taken), progress=_rows(steps))
    _conclude(result, out, report, as_json=as_json)


def _rows(steps: Steps) -> Callable[[int, int], None]:
    return lambda done, total: steps("reading", done, total)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _conclude(result: Import, out: Path, report: Path | None, *, as_json: bool) -> None:
    issues = (*result.report.issues, *contradictions(result.catalogue))
    reported = msgspec.structs.replace(result.report, issues=issues)
    if report:
        report.write_bytes(msgspec.json.encode(reported))
    summary = reported.summary()
    if result.report.rows and not result.report.accepted:
        reasons = ", ".join(f"{reason} ({n:,})" for reason, n in summary["rejected"].items())
        first = next(issue for issue in result.report.issues if issue.action == "rejected")
        raise ImportRefused(
            f"none of {result.report.rows:,} rows could be taken: {reasons}. The first: {first.source}, "
            f"line {first.line}, {first.field} {first.value!r} {first.detail}".rstrip()
        )
    save_catalogue(result.catalogue, out)
    catalogue = result.catalogue
    if as_json:
        numbers = {"groups": len(catalogue.groups), "products": len(catalogue.products)}
        rows = {"rows": result.report.rows, "accepted": result.report.accepted}
        print_json({"catalogue": str(out), **numbers, **rows, "issues": summary})
        return
    click.echo(
        f"{out}: {len(catalogue.products):,} products of {len(catalogue.groups):,} styles "
        f"from {result.report.accepted:,} of {result.report.rows:,} rows"
    )
    rows_of = [(action, reason, n) for action, reasons in summary.items() for reason, n in reasons.items()]
    if rows_of:
        print_table("Findings", ("what", "why", "rows"), rows_of)
        if not report:
            say("--report FILE.json lists every row, field and value")
