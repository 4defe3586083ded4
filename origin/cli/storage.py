"""`database`, `keys rotate` and `outputs`: the jobs on what is kept about persons."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import msgspec

from origin.cli.exits import Exit
from origin.cli.job import Job
from origin.cli.keys import keys
from origin.cli.moments import MOMENT
from origin.cli.output import Steps, json_option, print_json, print_table
from origin.collaborative.job import Learnt, learn
from origin.collaborative.model import Settings as AlsSettings
from origin.encryption.keyring import Keyring, Rotation
from origin.encryption.masters import MasterKeys, parse_master_keys
from origin.encryption.tables import KEYS
from origin.privacy.erasure import replay
from origin.profiles.outputs import MAX_SCORES, Outputs
from origin.profiles.publishing import publish_records
from origin.profiles.store import Profiles
from origin.rehearsal import AesGcm, SystemClock
from origin.settings import Settings, require
from origin.storage.database import Database
from origin.storage.paging import Cursors
from origin.storage.schema import DATA, migrate, step
from selvedge.settings import BadSetting, decode_key
from selvedge.shopper.sealing import Sealer

if TYPE_CHECKING:
    from origin.cli.workshop import Workshop
    from origin.publishing.rest import RestKv


@click.group()
def database() -> None:
    """The databases of the origin: what is kept about persons, and the keys that seal it."""


@database.command(cls=Job, examples=("database upgrade",))
@json_option
@click.pass_obj
def upgrade(workshop: Workshop, *, as_json: bool) -> None:
    """Bring both databases to the schema of this code.

    SQLite files are brought there by the origin itself when it starts. Run it before the new code is
    started; several at once do no harm.
    """
    steps = asyncio.run(_upgrade(workshop.settings))
    if as_json:
        print_json(steps)
        return
    for name, reached in steps.items():
        click.echo(f"{name}: {reached}")


@keys.command(cls=Job, examples=("keys rotate",))
@json_option
@click.pass_context
def rotate(ctx: click.Context, *, as_json: bool) -> None:
    """Wrap every shopper's data key by the first key of SELVEDGE_MASTER_KEYS.

    The origin goes on serving meanwhile. Broken off, run it again. Once it tells that no other master key
    wraps anything, the others may leave the setting. It ends with 1 where a data key is opened by none of
    the master keys: all others were wrapped anew, and what that key seals cannot be read.
    """
    workshop: Workshop = ctx.obj
    done, left = asyncio.run(_rotate(workshop.settings))
    if as_json:
        print_json({"wrapped": done.wrapped, "unusable": done.unusable, "left": left})
    else:
        click.echo(f"wrapped anew: {done.wrapped:,}")
        click.echo(f"opened by no master key: {done.unusable:,}")
        click.echo(f"still wrapped by others: {', '.join(left) or 'none'}")
    if done.unusable:
        ctx.exit(Exit.FAILED)


@keys.command("replay-erasures", cls=Job, examples=("keys replay-erasures --since 2026-11-20T03:00:00",))
@click.option("--since", type=MOMENT, required=True, help="When the restored back-up was made, in UTC.")
@json_option
@click.pass_obj
def replay_erasures(workshop: Workshop, since: datetime, *, as_json: bool) -> None:
    """Destroy again the data keys of all who were erased since a back-up of the key store was made.

    Run it after that back-up was restored and before the origin is started. It may be repeated.
    """
    moment = int(since.replace(tzinfo=UTC).timestamp())
    count = asyncio.run(_replay(workshop.settings, moment))
    if as_json:
        print_json({"destroyed": count})
        return
    click.echo(f"destroyed again: {count:,}")


_ALS = AlsSettings()


@click.group()
def outputs() -> None:
    """What models said of shoppers."""


@outputs.command(cls=Job, examples=("outputs publish",))
@json_option
@click.pass_obj
def publish(workshop: Workshop, *, as_json: bool) -> None:
    """Write the profile of everybody of whom a model said something into the edge's KV.

    Needs SELVEDGE_KV_PROFILES, SELVEDGE_KV_ACCOUNT, SELVEDGE_KV_TOKEN and the Worker's
    SELVEDGE_SEALING_KEYS.
    """
    settings = workshop.settings
    (namespace,) = require(settings, "kv_profiles")
    count = asyncio.run(_publish(settings, workshop.namespace(namespace)))
    if as_json:
        print_json({"published": count})
        return
    click.echo(f"published: {count:,}")


@outputs.command("train", cls=Job, examples=("outputs train", "outputs train --factors 64 --iterations 20"))
@click.option(
    "--factors",
    type=click.IntRange(1, 512),
    default=_ALS.factors,
    show_default=True,
    help="How long the vectors of shoppers and products are.",
)
@click.option(
    "--iterations",
    type=click.IntRange(1, 200),
    default=_ALS.iterations,
    show_default=True,
    help="How often both are fitted to each other.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=_ALS.seed,
    show_default=True,
    help="What the vectors begin with follows from it.",
)
@click.option(
    "--count",
    type=click.IntRange(1, MAX_SCORES),
    default=_ALS.count,
    show_default=True,
    help="Products kept for each shopper.",
)
@json_option
@click.pass_obj
def train_outputs(
    workshop: Workshop, factors: int, iterations: int, seed: int, count: int, *, as_json: bool
) -> None:
    """Train the collaborative model of returning shoppers, and keep what it says of each.

    Learns by implicit ALS from stored events of people who allow training. What somebody bought or dismissed
    is left out. `outputs publish` then brings it to the edge.
    """
    settings = AlsSettings(factors=factors, iterations=iterations, seed=seed, count=count)
    with Steps() as steps:
        learnt = asyncio.run(_train(workshop.settings, settings, steps))
    if as_json:
        print_json(learnt)
        return
    columns = ("shoppers", "products", "kept", "refused", "dropped")
    row = (learnt.shoppers, learnt.products, learnt.kept, learnt.refused, learnt.dropped)
    print_table(f"als {learnt.version or 'learnt nothing'}", columns, [row])


async def _train(settings: Settings, als: AlsSettings, progress: Steps) -> Learnt:
    opened, key_store = Database(settings.database.reveal()), Database(settings.key_store.reveal())
    keyring = Keyring(key_store, _masters(settings))
    try:
        kept = Outputs(opened, keyring, Cursors(()), SystemClock())
        return await learn(opened, keyring, kept, als, progress)
    finally:
        await opened.close()
        await key_store.close()


async def _upgrade(settings: Settings) -> dict[str, str | None]:
    found = {}
    for name, url, schema in (
        ("data", settings.database, DATA),
        ("key store", settings.key_store, KEYS),
    ):
        opened = Database(url.reveal())
        await migrate(opened, schema)
        found[name] = await step(opened)
        await opened.close()
    return found


async def _rotate(settings: Settings) -> tuple[Rotation, dict[str, int]]:
    opened = Database(settings.key_store.reveal())
    keyring = Keyring(opened, _masters(settings))
    try:
        return await keyring.rotate(), await keyring.outdated()
    finally:
        await opened.close()


async def _replay(settings: Settings, since: int) -> int:
    opened, key_store = Database(settings.database.reveal()), Database(settings.key_store.reveal())
    try:
        return await replay(opened, Keyring(key_store, MasterKeys({})), since)
    finally:
        await opened.close()
        await key_store.close()


async def _publish(settings: Settings, kv: RestKv) -> int:
    sealer = Sealer(AesGcm(), _sealing_keys(settings))
    opened, key_store = Database(settings.database.reveal()), Database(settings.key_store.reveal())
    profiles = Profiles(
        opened, Keyring(key_store, _masters(settings)), SystemClock(), valid=settings.profile_seconds
    )
    try:
        return await publish_records(profiles, kv, sealer, SystemClock())
    finally:
        await opened.close()
        await key_store.close()


def _masters(settings: Settings) -> MasterKeys:
    (text,) = require(settings, "master_keys")
    return parse_master_keys(text)


def _sealing_keys(settings: Settings) -> dict[str, bytes]:
    (text,) = require(settings, "sealing_keys")
    try:
        found = msgspec.json.decode(text, type=dict[str, str])
    except msgspec.MsgspecError as error:
        raise BadSetting("SELVEDGE_SEALING_KEYS is not a JSON object of texts") from error
    return {kid: decode_key("sealing_keys", key) for kid, key in found.items()}
