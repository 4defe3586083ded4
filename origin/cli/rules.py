"""`snapshot rules`: what is wrong with merchandisers' rules, before they are built into a snapshot."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click's arguments are typed with it
from typing import TYPE_CHECKING

import click

from origin.building.build import MOST_TOLD, UnusableRules
from origin.building.merchandising import read_rules
from origin.building.rulecheck import check as find_faults
from origin.cli.job import Job
from origin.cli.output import counted, json_option, print_json, say
from origin.cli.places import FILE, FOLDER, newest
from origin.publishing import folder as folders
from selvedge.snapshot.index import Index

if TYPE_CHECKING:
    from origin.building.built import BuiltSnapshot
    from origin.building.finding import Finding
    from origin.cli.workshop import Workshop
    from selvedge.ranking.rules import RuleSet


def findings_over(built: BuiltSnapshot, source: RuleSet) -> list[Finding]:
    """Return what is wrong with rules that name products, values and markets of a snapshot."""
    markets = [market.code for market in built.release.manifest.markets]
    return find_faults(source, Index(built.sections("index")), markets)


def say_warnings(built: BuiltSnapshot, source: RuleSet) -> None:
    """Say what does not stop a build, the first of it."""
    found = findings_over(built, source)
    for one in found[:MOST_TOLD]:
        say(str(one))
    if len(found) > MOST_TOLD:
        say(f"and {len(found) - MOST_TOLD} more; `snapshot rules check` tells all")


@click.group()
def rules() -> None:
    """Look at merchandisers' rules."""


@rules.command(cls=Job, examples=("snapshot rules check rules.toml",))
@click.argument("file", type=FILE)
@click.option(
    "--snapshot", type=FOLDER, help="The snapshot whose products and values rules may name; the newest here."
)
@json_option
@click.pass_obj
def check(workshop: Workshop, file: Path, snapshot: Path | None, *, as_json: bool) -> None:
    """Say what is wrong with the rules in FILE: alone, together, and over a snapshot where there is one."""
    source, folder = read_rules(file), snapshot or newest(workshop.settings.snapshots)
    found = find_faults(source) if folder is None else findings_over(folders.read(folder), source)
    errors = [one for one in found if one.level == "error"]
    if errors:
        raise UnusableRules(found)
    if as_json:
        print_json({"rules": len(source.rules), "experiments": len(source.experiments), "findings": found})
        return
    for one in found:
        click.echo(str(one))
    if folder is None:
        say("there is no snapshot yet: products, values and markets are not checked")
    click.echo(
        f"{counted(len(source.rules), 'rule')} and {counted(len(source.experiments), 'experiment')} hold"
    )
