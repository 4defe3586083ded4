"""`evidence`: what a catalogue can prove, for the shop's own eyes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from origin.cli.job import Job
from origin.cli.moments import MOMENT
from origin.cli.output import Steps, counted, json_option, print_json, print_table, say
from origin.cli.places import FILE
from origin.cli.sources import ImportRefused, load_catalogue
from origin.evidence.contradictions import MEANING
from origin.evidence.page import render
from origin.evidence.report import make_report
from origin.importing.report import Report

if TYPE_CHECKING:
    from origin.evidence.report import EvidenceReport

MOST_ROWS = 20
"""What a table shows at most; JSON and the page have all."""


@click.group()
def evidence() -> None:
    """What a catalogue can prove; docs/evidence.md."""


@evidence.command(
    cls=Job,
    examples=(
        "evidence report catalogue.selvedge",
        "evidence report catalogue.selvedge --import-report report.json --html evidence.html",
        "evidence report catalogue.selvedge --at 2027-01-01 --within 30 --json",
    ),
)
@click.argument("file", metavar="CATALOGUE", type=FILE)
@click.option("--at", type=MOMENT, help="The time (UTC) that it is about; now unless given.")
@click.option(
    "--within",
    type=click.IntRange(1, 3650),
    default=90,
    show_default=True,
    help="In how many days a certificate ends soon.",
)
@click.option(
    "--import-report",
    type=FILE,
    help="What `import --report` wrote: adds the certificates that the import left out.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it as one page with plots, which loads nothing from elsewhere.",
)
@json_option
def report(
    file: Path,
    at: datetime | None,
    within: int,
    import_report: Path | None,
    html: Path | None,
    *,
    as_json: bool,
) -> None:
    """Report on CATALOGUE, the file that `import` wrote: what is known of its products and what is proven.

    Coverage by fact, certificates that have ended or end soon, contradictions such as organic cotton without
    a certificate, and texts that fail the claims lint.
    """
    issues = _read_report(import_report).issues if import_report else None
    with Steps() as steps:
        steps.named("reading")
        catalogue = load_catalogue(file)
        moment = at.replace(tzinfo=UTC) if at else datetime.now(UTC).replace(microsecond=0)
        made = make_report(
            catalogue, moment, within, issues, lambda done, total: steps("looking at texts", done, total)
        )
    if html:
        html.write_text(render(made, file.name), encoding="utf-8")
    if as_json:
        print_json(made)
        return
    _tell(made)
    if html:
        say(f"{html} shows it with plots")


def _read_report(path: Path) -> Report:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report)
    except msgspec.MsgspecError as error:
        raise ImportRefused(f"{path.name} is no import report: {error}") from error


def _tell(made: EvidenceReport) -> None:
    click.echo(
        f"{made.products:,} products of {made.styles:,} styles, taken {made.taken:%Y-%m-%d}, "
        f"looked at as of {made.at:%Y-%m-%d %H:%M} UTC"
    )
    print_table(
        "Coverage",
        ("fact", "known", "of products", "by", "most frequent"),
        (
            (
                one.label,
                one.known,
                f"{one.share:.1%}",
                "evidence" if one.proven else "the shop",
                ", ".join(f"{each.label} ({each.products:,})" for each in one.values[:3]),
            )
            for one in made.coverage
        ),
    )
    _tell_certificates(made)
    _tell_contradictions(made)
    _tell_lint(made)
    if made.left_out:
        rows = [(one.reason, one.value, one.rows) for one in made.left_out[:MOST_ROWS]]
        print_table("Left out by the import", ("why", "certificate", "rows"), rows)
    elif made.left_out is None:
        say("--import-report FILE adds certificates that the import left out")


def _tell_certificates(made: EvidenceReport) -> None:
    troubled = [one for one in made.certificates if one.standing != "counts"]
    standing = Counter(one.standing for one in made.certificates)
    click.echo(
        f"{len(made.certificates):,} certificates: {standing['ended']:,} have ended, "
        f"{standing['ends-soon']:,} end within {made.within_days} days, "
        f"{standing['not-begun']:,} have not begun"
    )
    if troubled:
        print_table(
            "Certificates that have ended, end soon or have not begun",
            ("scheme", "level", "number", "issuer", "ends", "standing", "products", "no other for"),
            (
                (
                    one.scheme,
                    one.about,
                    one.identification,
                    one.issuer,
                    f"{one.valid_to:%Y-%m-%d}" if one.valid_to else None,
                    one.standing,
                    one.products,
                    one.alone,
                )
                for one in troubled[:MOST_ROWS]
            ),
        )
        _tell_rest(len(troubled))


def _tell_contradictions(made: EvidenceReport) -> None:
    counts = Counter(one.reason for one in made.contradictions)
    first = {one.reason: one for one in reversed(made.contradictions)}
    click.echo(counted(len(made.contradictions), "contradiction"))
    if counts:
        print_table(
            "Contradictions",
            ("reason", "times", "meaning", "first at"),
            (
                (reason, number, MEANING[reason], f"{first[reason].place}: {first[reason].detail}")
                for reason, number in counts.most_common()
            ),
        )


def _tell_lint(made: EvidenceReport) -> None:
    claims, notes = counted(len(made.lint), "claim"), counted(sum(made.notes.values()), "note")
    click.echo(f"{claims} that may not be shown, {notes} (docs/claims.md)")
    if made.lint:
        rows = [(one.finding.rule, one.finding.words, one.place) for one in made.lint[:MOST_ROWS]]
        print_table("Texts that fail the lint", ("rule", "words", "at"), rows)
        _tell_rest(len(made.lint))


def _tell_rest(number: int) -> None:
    if number > MOST_ROWS:
        say(f"and {number - MOST_ROWS:,} more: --json or --html FILE has all")
