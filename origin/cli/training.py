"""`train`: sessions to the session model that a snapshot carries."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from origin.building.build import known_ordinals
from origin.cli.job import Job
from origin.cli.output import Steps, json_option, print_json, print_table
from origin.cli.places import FILE, FOLDER, snapshot_folder
from origin.encryption.keyring import Keyring
from origin.encryption.masters import parse_master_keys
from origin.privacy.trained import note_counts
from origin.publishing import folder as folders
from origin.rehearsal import SystemClock
from origin.settings import require
from origin.storage.database import Database
from origin.training.counts import Counts
from origin.training.files import FileSource
from origin.training.job import number_by_name
from origin.training.job import train as run
from origin.training.settings import DEFAULT, FITTED, read_settings
from origin.training.stored import read_place, read_stored
from selvedge.snapshot.index import id_hash

if TYPE_CHECKING:
    from collections.abc import Callable

    from origin.cli.workshop import Workshop
    from origin.settings import Settings
    from origin.training.sessions import SessionSource

PATH = click.Path(dir_okay=False, path_type=Path)


@click.command(
    cls=Job,
    examples=(
        "train clicks.tsv",
        "train --events --counts training.sqlite --keep-days 90",
        "train --counts training.sqlite today.tsv",
        "train --by-name -o model.selvedge sessions.txt.gz",
    ),
)
@click.argument("files", nargs=-1, type=FILE)
@click.option("--events", is_flag=True, help="Train on the events in SELVEDGE_DATABASE that allow it.")
@click.option(
    "--counts",
    type=PATH,
    help="Counts to go on from and to bring up to date; unless given, the files are all there is.",
)
@click.option(
    "--keep-days", type=click.IntRange(min=1), help="Forget sessions that many days before the newest."
)
@click.option("--settings", "name", default=DEFAULT, show_default=True, help="Settings by name.")
@click.option(
    "--settings-file", type=FILE, default=FITTED, help="The file with the settings; the one that is shipped."
)
@click.option("--snapshot", type=FOLDER, help="The snapshot whose products it is about; the newest here.")
@click.option("--by-name", is_flag=True, help="Number products by their names: for files of no catalogue.")
@click.option(
    "-o",
    "--out",
    type=PATH,
    default=Path("sessions.selvedge"),
    show_default=True,
    help="The model file to write.",
)
@json_option
@click.pass_obj
def train(
    workshop: Workshop,
    files: tuple[Path, ...],
    counts: Path | None,
    keep_days: int | None,
    name: str,
    settings_file: Path,
    snapshot: Path | None,
    out: Path,
    *,
    events: bool,
    by_name: bool,
    as_json: bool,
) -> None:
    """Train the session model on FILES of sessions, or on stored events.

    FILES are clicks with a header (SessionId, ItemId, Time; tab-separated) or sessions one a line, and may be
    gzipped. What was folded into --counts before is not counted twice; a session that has grown replaces what
    it was. Of people who withdrew consent, objected or were erased, sessions leave. An interrupted run leaves
    the model as it was.
    """
    if events == bool(files):
        raise click.UsageError("either FILES or --events says what to learn from")
    settings = read_settings(name, settings_file)
    number = number_by_name if by_name else _by_snapshot(snapshot_folder(workshop, snapshot))
    with Steps() as steps, closing(Counts(counts, settings.tally)) as kept:
        if events:
            _followed(workshop.settings, counts, kept.place())
        source = asyncio.run(_stored(workshop.settings, kept.place())) if events else FileSource(files)
        trained = run(kept, source, out, number, settings, keep_days=keep_days, progress=steps)
        if events:
            _followed(workshop.settings, counts, kept.place())
    if as_json:
        print_json(trained)
        return
    folded = trained.folded
    print_table(
        f"model {trained.version} in {out}",
        ("sessions added", "replaced", "aged out", "products", "missing", "neighbours", "bytes", "a click"),
        [
            (
                folded.added,
                folded.replaced,
                folded.aged_out,
                trained.items,
                trained.missing,
                trained.neighbours,
                trained.bytes,
                f"{trained.bytes_a_click:.2f}",
            )
        ],
    )


def _by_snapshot(folder: Path) -> Callable[[list[str]], dict[str, int]]:
    known = known_ordinals(folders.read(folder))

    def number(products: list[str]) -> dict[str, int]:
        hashes = {product: id_hash(product) for product in products}
        return {product: known[hashed] for product, hashed in hashes.items() if hashed in known}

    return number


def _followed(settings: Settings, counts: Path | None, place: str) -> None:
    """Let receipts of erasures know how far the counts have followed; those of one run alone do not stay."""
    if counts is not None:
        asyncio.run(_note(settings, str(counts.resolve()), read_place(place).removals))


async def _note(settings: Settings, counts: str, removals: int) -> None:
    opened = Database(settings.database.reveal())
    try:
        await note_counts(opened, counts, removals, int(SystemClock().now()))
    finally:
        await opened.close()


async def _stored(settings: Settings, place: str) -> SessionSource:
    opened, key_store = Database(settings.database.reveal()), Database(settings.key_store.reveal())
    (masters,) = require(settings, "master_keys")
    try:
        return await read_stored(opened, Keyring(key_store, parse_master_keys(masters)), place)
    finally:
        await opened.close()
        await key_store.close()
