"""The command line of `scripts/bench-origin`."""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks import budgets
from benchmarks.origin_api import ingest, routes
from origin.identity.minting import Ed25519TokenSigner
from selvedge.identity.service import SCOPES
from tests.origin.postgres import Postgres

SEED = bytes(range(32))
MUCH = {"per_second": 1_000_000, "burst": 1_000_000}


def settings(database: str, keys: str, folder: Path) -> dict[str, str]:
    """The settings of an origin over these databases."""
    trusted = {"issuer": "bench", "key": Ed25519TokenSigner("bench", SEED).public, "scopes": sorted(SCOPES)}
    return {
        "SELVEDGE_DATABASE": database,
        "SELVEDGE_KEY_STORE": keys,
        "SELVEDGE_MASTER_KEYS": json.dumps({"m": base64.b64encode(SEED).decode()}),
        "SELVEDGE_KV_PROFILES": "none",
        "SELVEDGE_SERVICE_KEYS": json.dumps({"bench": trusted}),
        "SELVEDGE_LEDGER": str(folder / "ledger.sqlite"),
        "SELVEDGE_LIMITS": json.dumps(dict.fromkeys(("token", "shopper", "address"), MUCH)),
    }


def tables(engine: str, served: routes.Served, rates: ingest.Rates) -> list[Table]:
    """The figures of one engine."""
    first = Table(
        "route", "who", "answers/s", "processor ms", "p50 ms", "p90 ms", "p99 ms", title=f"Routes, {engine}"
    )
    for (route, who), one in served.figures.items():
        first.add_row(
            route, who, f"{one.rate:.0f}", *(f"{ms:.2f}" for ms in (one.processor, one.p50, one.p90, one.p99))
        )
    second = Table("way", "durable rows/s", title=f"Ingest, {engine}")
    for way in ingest.Rates.__struct_fields__:
        second.add_row(way, f"{getattr(rates, way):.0f}")
    return [first, second]


def ratios(engine: str, served: routes.Served, rates: ingest.Rates) -> dict[tuple[str, str], float]:
    """What budgets are about."""
    found = {(f"{route} / plain", engine): ratio for route, ratio in served.ratios.items()}
    return found | {("INSERT loop / ingest", engine): rates.loop / rates.ours}


@click.command()
@click.option(
    "--check",
    type=click.Choice(["budget", "ceiling"]),
    is_flag=False,
    flag_value="budget",
    help="Fail where a budget (or a ceiling) of scripts/budgets.toml is exceeded, and say which.",
)
def main(*, check: budgets.Level | None) -> None:
    """Measure the origin on SQLite and PostgreSQL. docs/performance.md explains every figure."""
    console = Console()
    measured: dict[tuple[str, str], float] = {}
    server = Postgres(durable=True)
    try:
        for engine in ("sqlite", "postgresql"):
            with tempfile.TemporaryDirectory(prefix="selvedge-bench-") as name:
                folder = Path(name)
                urls = [
                    server.database()
                    if engine == "postgresql"
                    else f"sqlite+aiosqlite:///{folder}/{one}.sqlite"
                    for one in ("data", "keys")
                ]
                environment = settings(urls[0], urls[1], folder)
                served = routes.measure(environment, {"bench": base64.b64encode(SEED).decode()})
                rates = ingest.run(environment)
            for table in tables(engine, served, rates):
                console.print(table)
            measured |= ratios(engine, served, rates)
    finally:
        server.stop()
    for (figure, engine), value in measured.items():
        console.print(f"{figure}, {engine}: {value:.2f}")
    if check and (broken := budgets.exceeded(budgets.read_budgets(), measured, check)):
        console.print(*broken, sep="\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
