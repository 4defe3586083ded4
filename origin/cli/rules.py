"""`snapshot rules`: what is wrong with merchandisers' rules, before they are built into a snapshot."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click's arguments are typed with it
from typing import TYPE_CHECKING

import click

from origin.building.build import UnusableRules
from origin.building.merchandising import read_rules
from origin.building.rulecheck import check as find_faults
from origin.cli.job import Job
from origin.cli.output import json_option, print_json, say
from origin.cli.places import FILE, FOLDER, newest
from origin.publishing import folder as folders
from selvedge.snapshot.index import Index

if TYPE_CHECKING:
    from origin.cli.workshop import Workshop


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
    index, markets = None, []
    if folder is not None:
        built = folders.read(folder)
        index = Index(built.sections("index"))
        markets = [market.code for market in built.release.manifest.markets]
    found = find_faults(source, index, markets)
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
    click.echo(f"{len(source.rules)} rules and {len(source.experiments)} experiments hold")
