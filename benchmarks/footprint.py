"""How many footprints one core computes in a second (`scripts/bench`, `python -m benchmarks.footprint`).

Garments are drawn at random over everything that the method's files name, and those of H&M are read where
they are at hand: as the shop's table, imported whole, and as a catalogue that is imported already. Times are
processor times, which barely know what else the machine does. The files' folder is SELVEDGE_FOOTPRINT_DATA or
`--data`.
"""

from __future__ import annotations

import csv
import io
import random
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
import msgspec
from threadpoolctl import threadpool_limits

from benchmarks import budgets
from benchmarks.measure import percentile
from benchmarks.results import FOOTPRINTS, Figure
from benchmarks.shops import import_hm
from development.catalogues import NoData
from origin.footprint import method
from origin.footprint.catalogue import estimate_catalogue
from origin.footprint.encoding import encode
from origin.footprint.engine import compute
from origin.footprint.estimate import Estimator
from origin.footprint.published import read_published
from origin.footprint.query import MaterialShare, Printing, Query, read_pairs
from origin.footprint.tables import Tables, tabulate
from origin.importing.archive import load_catalogue, save_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PREPARED, FROM_JSON, FROM_CSV = "prepared columns", "JSON rows", "CSV rows"
FROM_CATALOGUE, FROM_TABLE = "H&M catalogue", "H&M table"
ROUNDS, ROUNDS_OF_REAL = 15, 5
MANY, ROWS = 200_000, 10_000


def draw(chance: random.Random, tables: Tables) -> Query:
    """A garment of one to three materials; one in ten is printed, faded or bought without a step."""
    countries = sorted(tables.regions)
    names = chance.sample(sorted(tables.materials), chance.choice((1, 1, 2, 3)))
    special = chance.random() < 0.1  # noqa: PLR2004 - a tenth
    return Query(
        mass=round(chance.uniform(0.05, 1.5), 3),
        materials=tuple(MaterialShare(name, 1 / len(names)) for name in names),
        product=chance.choice(sorted(tables.products)),
        country_spinning=chance.choice(countries),
        country_fabric=chance.choice(countries),
        country_dyeing=chance.choice(countries),
        country_making=chance.choice(countries),
        business=chance.choice(list(method.BUSINESS)),
        number_of_references=chance.randrange(1, 30_000),
        price=round(chance.uniform(4, 300), 2),
        traceability=chance.random() < 0.5,  # noqa: PLR2004 - a coin
        fading=special,
        printing=Printing("pigment", 0.3) if special else None,
        disabled_steps=("ennobling",) if special else (),
    )


def as_csv(queries: Sequence[Query]) -> str:
    """Rows of the fields that a catalogue's table has, materials as `id;share|id;share`."""
    out = io.StringIO()
    writer = csv.writer(out)
    for one in queries:
        materials = "|".join(f"{part.id};{part.share}" for part in one.materials)
        places = (one.country_spinning, one.country_fabric, one.country_dyeing, one.country_making)
        writer.writerow([one.mass, one.product, materials, *places, one.price])
    return out.getvalue()


COLUMNS = ("countrySpinning", "countryFabric", "countryDyeing", "countryMaking", "price")


def from_csv(text: str) -> list[Query]:
    """Read what `as_csv` wrote."""
    return [
        read_pairs(
            (
                f"mass={mass}",
                f"product={product}",
                *(f"materials[]={one}" for one in materials.split("|")),
                *(f"{name}={value}" for name, value in zip(COLUMNS, rest, strict=True)),
            )
        )
        for mass, product, materials, *rest in csv.reader(io.StringIO(text))
    ]


def measure(tables: Tables) -> dict[str, tuple[float, float]]:
    """Garments a second by what they are computed from: of the median round, and of one of the slowest."""
    chance = random.Random(6)  # noqa: S311 - no secret
    rows = [draw(chance, tables) for _ in range(ROWS)]
    prepared = encode(rows * (MANY // ROWS), tables)
    lines = [msgspec.json.encode(one) for one in rows]
    decoder = msgspec.json.Decoder(Query)
    text = as_csv(rows)
    return {
        PREPARED: _rates(lambda: compute(prepared, tables), MANY),
        FROM_JSON: _rates(
            lambda: compute(encode([decoder.decode(line) for line in lines], tables), tables), ROWS
        ),
        FROM_CSV: _rates(lambda: compute(encode(from_csv(text), tables), tables), ROWS),
    }


def measure_real(tables: Tables) -> dict[str, tuple[float, float]]:
    """The same of real garments, from their rows to low, expected and high: nothing where they are absent."""
    estimator = Estimator(tables)
    try:
        read = import_hm()
    except NoData:
        return {}
    garments = len(read.catalogue.products)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.selvedge"
        save_catalogue(read.catalogue, path)
        return {
            FROM_CATALOGUE: _rates(
                lambda: estimate_catalogue(load_catalogue(path), estimator), garments, ROUNDS_OF_REAL
            ),
            FROM_TABLE: _rates(
                lambda: estimate_catalogue(import_hm().catalogue, estimator), read.report.rows, ROUNDS_OF_REAL
            ),
        }


def figures(folder: Path) -> tuple[Figure, ...]:
    """Garments a second of the median round, with the method's published files in `folder`."""
    with threadpool_limits(1):
        found = measure_all(tabulate(read_published(folder)))
    return tuple(Figure(name, middle, "a second") for name, (middle, _) in found.items())


def measure_all(tables: Tables) -> dict[str, tuple[float, float]]:
    """All of it."""
    return measure(tables) | measure_real(tables)


def _rates(work: Callable[[], object], garments: int, rounds: int = ROUNDS) -> tuple[float, float]:
    work()
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return garments / median(seconds), garments / percentile(seconds, 90)


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="SELVEDGE_FOOTPRINT_DATA",
    required=True,
    help="Folder of the method's published files; SELVEDGE_FOOTPRINT_DATA unless given.",
)
@click.option("--check", is_flag=True, help="Fail where a budget of scripts/budgets.toml is missed.")
def main(*, data: Path, check: bool) -> None:
    """Measure the footprint engine on one core."""
    with threadpool_limits(1):
        found = measure_all(tabulate(read_published(data)))
    for name, (middle, slow) in found.items():
        click.echo(f"{name:18} {middle:12,.0f} a second (median), {slow:12,.0f} (p90)")
    measured = {(FOOTPRINTS, name): middle for name, (middle, _) in found.items()}
    failures = budgets.exceeded(budgets.read_budgets(), measured, "budget") if check else []
    for failure in failures:
        click.echo(f"Missed: {failure}", err=True)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
