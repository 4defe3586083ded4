"""`footprint`: what a garment, or each of a catalogue, comes to by the method. For the shop's own eyes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
import numpy as np

from origin.cli.job import Job
from origin.cli.output import Steps, json_option, print_json, print_table
from origin.cli.places import FILE
from origin.cli.sources import load_catalogue
from origin.footprint.catalogue import estimate_catalogue, open_estimator
from origin.footprint.encoding import encode
from origin.footprint.engine import compute
from origin.footprint.errors import BadQuery
from origin.footprint.method import VERSION
from origin.footprint.published import read_published
from origin.footprint.query import read_query
from origin.footprint.tables import tabulate
from origin.settings import variable
from selvedge.settings import BadSetting

if TYPE_CHECKING:
    from typing import BinaryIO

    from origin.cli.workshop import Workshop
    from origin.footprint.estimate import Estimates
    from selvedge.catalogue.model import Catalogue

    Table = tuple[str, tuple[str, ...], list[tuple[object, ...]]]

data_option = click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the method's published files; SELVEDGE_FOOTPRINT_DATA unless given.",
)


class Computed(msgspec.Struct, frozen=True):
    """The result for one query: points of environmental cost, micropoints of the PEF single score."""

    method: str
    ecs: float
    pef: float
    ecs_per_100g: float
    durability: float


@click.group()
def footprint() -> None:
    """Footprints by the pinned method: an internal figure, not to be shown to shoppers."""


@footprint.command(cls=Job, examples=("footprint query garment.json --data ecobalyse --json",))
@click.argument("file", type=click.File("rb"), default="-")
@data_option
@json_option
@click.pass_obj
def query(workshop: Workshop, file: BinaryIO, data: Path | None, *, as_json: bool) -> None:
    """Compute the query in FILE: a JSON object, or an array of them; standard input unless given.

    The fields are those of the method's own interface; docs/footprint.md lists them.
    """
    tables = tabulate(read_published(_folder(workshop, data)))
    try:
        raw = json.loads(file.read())
    except ValueError as error:
        raise BadQuery("query", f"not JSON: {error}") from error
    queries = [read_query(one) for one in (raw if isinstance(raw, list) else [raw])]
    found = compute(encode(queries, tables), tables)
    results = [
        Computed(VERSION, float(ecs), float(pef), float(ecs) / one.mass / 10, float(durable))
        for one, (ecs, pef), durable in zip(queries, found.points, found.durability, strict=True)
    ]
    if as_json:
        print_json(results if isinstance(raw, list) else results[0])
        return
    rows = [
        [f"{number:.2f}" for number in (one.ecs, one.pef, one.ecs_per_100g, one.durability)]
        for one in results
    ]
    print_table(VERSION, ("ecs", "pef", "ecs per 100 g", "durability"), rows)


@footprint.command(cls=Job, examples=("footprint catalogue catalogue.selvedge --data ecobalyse",))
@click.argument("file", metavar="CATALOGUE", type=FILE)
@data_option
@click.option("--products", is_flag=True, help="Print every product instead of a summary by category.")
@json_option
@click.pass_obj
def catalogue(workshop: Workshop, file: Path, data: Path | None, *, products: bool, as_json: bool) -> None:
    """Estimate every garment of CATALOGUE, the file that `import` wrote.

    What it does not say is filled in by the stated defaults; low and high are what that leaves open.
    """
    estimator = open_estimator(_folder(workshop, data), workshop.settings.footprint_seller)
    with Steps() as steps:
        steps.named("reading")
        source = load_catalogue(file)
        total = len(source.products)
        found = estimate_catalogue(source, estimator, lambda done: steps("estimating", done, total))
    title, columns, rows = _by_product(source, found) if products else _by_category(source, found)
    if as_json:
        print_json({"method": VERSION, "rows": [dict(zip(columns, row, strict=True)) for row in rows]})
    else:
        print_table(title, columns, rows)


def _folder(workshop: Workshop, data: Path | None) -> Path:
    folder = data or workshop.settings.footprint_data
    if folder is None:
        raise BadSetting(f"{variable('footprint_data')} is not set, and no --data is given")
    return folder


def _by_product(source: Catalogue, found: Estimates) -> Table:
    """A row per product."""
    columns = ("id", "low", "expected", "high", "known", "standing")
    standing = found.standing()
    rows: list[tuple[object, ...]] = [
        (
            product.id,
            *(_points(view[at, 0]) for view in (found.low, found.expected, found.high)),
            round(float(found.known[at]), 3),
            round(float(standing[at]), 3),
        )
        for at, product in enumerate(source.products)
    ]
    return f"{VERSION}: ecs in points", columns, rows


def _by_category(source: Catalogue, found: Estimates) -> Table:
    """A row of medians per category."""
    categories = {group.id: group.category for group in source.groups}
    of_row = np.array([categories[product.group] for product in source.products])
    columns = ("category", "products", "low", "expected", "high", "known")
    rows: list[tuple[object, ...]] = []
    for category in sorted(set(of_row.tolist())):
        these = of_row == category
        points = [_points(np.median(view[these, 0])) for view in (found.low, found.expected, found.high)]
        rows.append((category, int(these.sum()), *points, round(float(np.median(found.known[these])), 3)))
    return f"{VERSION}: ecs in points, medians by category", columns, rows


def _points(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 1)
