"""`snapshot`: build, look at, publish, roll back and prune. What only looks is in `inspection`."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click

from origin.building import build as build_version
from origin.building import build_delta, unknown_to
from origin.building.labels import VocabularyLabels
from origin.building.merchandising import read_rules, read_weights
from origin.cli.inspection import diff, inspect, preview
from origin.cli.job import Job
from origin.cli.output import Steps, counted, json_option, print_json, print_table, say
from origin.cli.places import FILE, FOLDER, newest, snapshot_folder
from origin.cli.rules import rules as rules_group
from origin.cli.rules import say_warnings
from origin.cli.sources import load_catalogue
from origin.footprint.catalogue import footprints, open_estimator
from origin.publishing import folder as folders
from origin.publishing.errors import PublishingError
from origin.publishing.guardrails import Limits
from origin.publishing.pruning import GRACE_SECONDS, KEEP
from origin.publishing.purging import KV_WINDOW_SECONDS, purge_twice
from selvedge.ranking.rules import NO_RULES
from selvedge.ranking.weights import DEFAULTS
from selvedge.web.caching import cache_tag

if TYPE_CHECKING:
    from origin.building import BuiltSnapshot
    from origin.cli.workshop import Workshop
    from origin.footprint.catalogue import Footprints
    from origin.publishing.publisher import Outcome
    from selvedge.catalogue.model import Catalogue
    from selvedge.ranking.rules import RuleSet
    from selvedge.ranking.weights import RankingWeights

channel_option = click.option("--channel", help="The channel; SELVEDGE_CHANNEL (live) unless given.")
wait_option = click.option(
    "--wait", default=0.0, metavar="SECONDS", help="How long to wait while another publisher is at work."
)
adopt_option = click.option(
    "--adopt",
    is_flag=True,
    help="Go on from a higher sequence in the store. Only once no other ledger publishes there any more.",
)


@click.group()
def snapshot() -> None:
    """Build snapshots, look at them, publish them.

    A snapshot is a folder under SELVEDGE_SNAPSHOTS (.selvedge/snapshots), named by its version.
    Commands that take one use the newest where none is given.
    """


@snapshot.command(
    cls=Job,
    examples=(
        "snapshot build catalogue.selvedge",
        "snapshot build --rules rules.toml --weights weights.toml catalogue.selvedge",
        "snapshot build --delta-on .selvedge/snapshots/0123456789abcdef catalogue.selvedge",
        "snapshot build --rules rules.toml --delta-on .selvedge/snapshots/0123456789abcdef new.selvedge",
    ),
)
@click.argument("catalogue", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--previous", type=FOLDER, help="The newest snapshot ever built, if that is not the newest here."
)
@click.option("--fresh", is_flag=True, help="Build without a previous one: products lose their ordinals.")
@click.option(
    "--delta-on",
    type=FOLDER,
    help="Build a delta instead of a version: on this snapshot, the newest of its version.",
)
@click.option("--rules", type=FILE, help="Merchandisers' rules and experiments, as docs/rules.md says.")
@click.option("--weights", type=FILE, help="What each signal adds to a score, as docs/ranking.md says.")
@click.option("--model", type=FILE, help="The session model, as `train` wrote it for these products.")
@json_option
@click.pass_obj
def build(
    workshop: Workshop,
    catalogue: Path,
    previous: Path | None,
    delta_on: Path | None,
    rules: Path | None,
    weights: Path | None,
    model: Path | None,
    *,
    fresh: bool,
    as_json: bool,
) -> None:
    """Build a snapshot of CATALOGUE, the file that `import` wrote.

    The newest snapshot here hands its product ordinals on, so that models and cursors stay valid.
    """
    if delta_on and model:
        raise click.UsageError("a delta brings no model; build a version")
    if fresh and model:
        raise click.UsageError("a model speaks of the ordinals that --fresh loses")
    root = workshop.settings.snapshots
    with Steps() as steps:
        steps.named("reading")
        source = load_catalogue(catalogue)
        gc.freeze()  # it stays to the end: looking it through for garbage takes a tenth of the time and more
        ruled = read_rules(rules) if rules else None
        if delta_on:
            built = _build_delta(
                folders.read(delta_on),
                source,
                ruled,
                read_weights(weights) if weights else None,
            )
        else:
            before = None if fresh else previous or newest(root)
            known = folders.read(before) if before else None
            built = build_version(
                source,
                shop=workshop.settings.shop,
                previous=known,
                labels=VocabularyLabels(),
                weights=read_weights(weights) if weights else DEFAULTS,
                rules=ruled or NO_RULES,
                model=model.read_bytes() if model else None,
                footprints=_footprints(workshop, source, steps),
                progress=steps.named,
            )
        steps.named("writing")
        path = folders.write(root, built)
    if ruled:
        say_warnings(built, ruled)
    _show_built(path, built, as_json=as_json)


def _footprints(workshop: Workshop, source: Catalogue, steps: Steps) -> Footprints | None:
    """What footprints say, where the settings name the method's files."""
    settings = workshop.settings
    if settings.footprint_data is None:
        return None
    estimator = open_estimator(settings.footprint_data, settings.footprint_seller)
    total = len(source.products)
    return footprints(source, estimator, lambda done: steps("footprints", done, total))


@snapshot.command(
    cls=Job,
    examples=(
        "snapshot publish",
        "snapshot publish --channel preview .selvedge/snapshots/0123456789abcdef",
        "snapshot publish --same-feed",
        'snapshot publish --allow-shrink "end of season: summer styles are gone"',
    ),
)
@click.argument("folder", type=FOLDER, required=False)
@channel_option
@click.option(
    "--allow-shrink", metavar="REASON", help="Publish although a guardrail objects; REASON is logged."
)
@click.option(
    "--same-feed",
    is_flag=True,
    help="The feed is the current one, built anew: its time may be equal. Other guardrails hold.",
)
@adopt_option
@click.option("--verify-all", is_flag=True, help="Read back every part, also those read back before.")
@wait_option
@click.option(
    "--purge/--no-purge", default=True, help="Purge the zone's caches now and in 60 s (default: yes)."
)
@json_option
@click.pass_obj
def publish(
    workshop: Workshop,
    folder: Path | None,
    channel: str | None,
    allow_shrink: str | None,
    wait: float,
    *,
    same_feed: bool,
    adopt: bool,
    verify_all: bool,
    purge: bool,
    as_json: bool,
) -> None:
    """Publish the snapshot in FOLDER, or the newest one.

    Writes the parts that the store lacks, reads them back, and moves the channel's signed pointer last.
    After a break, the same command goes on from where it was.
    """
    channel = channel or workshop.settings.channel
    with Steps() as steps:
        steps.named("reading the snapshot")
        built = folders.read(snapshot_folder(workshop, folder))
        outcome = workshop.publisher(steps, wait, Limits(same_feed=same_feed)).publish(
            built, channel, override=allow_shrink, adopt=adopt, verify_all=verify_all
        )
    _conclude(workshop, outcome, purge=purge, as_json=as_json)


@snapshot.command(
    cls=Job,
    examples=('snapshot rollback 0123456789abcdef --reason "prices were wrong"',),
)
@click.argument("version")
@channel_option
@click.option("--reason", help="Why; it is logged.")
@adopt_option
@wait_option
@click.option(
    "--purge/--no-purge", default=True, help="Purge the zone's caches now and in 60 s (default: yes)."
)
@json_option
@click.pass_obj
def rollback(
    workshop: Workshop,
    version: str,
    channel: str | None,
    reason: str | None,
    wait: float,
    *,
    adopt: bool,
    purge: bool,
    as_json: bool,
) -> None:
    """Point a channel to an older VERSION again, once all its parts are known to be there."""
    channel = channel or workshop.settings.channel
    with Steps() as steps:
        outcome = workshop.publisher(steps, wait).rollback(channel, version, reason=reason, adopt=adopt)
    _conclude(workshop, outcome, purge=purge, as_json=as_json)


@snapshot.command(
    cls=Job,
    examples=("snapshot prune --dry-run",),
)
@click.option("--keep", default=KEEP, show_default=True, help="Versions a channel to keep for a rollback.")
@click.option(
    "--grace", default=GRACE_SECONDS, show_default=True, metavar="SECONDS", help="Delete nothing younger."
)
@click.option("--dry-run", is_flag=True, help="Only count.")
@wait_option
@json_option
@click.pass_obj
def prune(workshop: Workshop, keep: int, grace: int, wait: float, *, dry_run: bool, as_json: bool) -> None:
    """Delete parts that no release needs any more."""
    with Steps() as steps:
        steps.named("pruning")
        pruned = workshop.pruner().prune(keep=keep, grace=grace, dry_run=dry_run, wait=wait)
    if as_json:
        print_json(pruned)
        return
    would = "would be deleted" if dry_run else "deleted"
    click.echo(
        f"{pruned.deleted:,} parts {would}; {pruned.needed:,} needed, {pruned.young:,} too young, "
        f"{pruned.foreign:,} not ours"
    )


@snapshot.command(
    cls=Job,
    examples=("snapshot status --json",),
)
@click.option("--limit", default=10, show_default=True, help="Publications to list.")
@json_option
@click.pass_obj
def status(workshop: Workshop, limit: int, *, as_json: bool) -> None:
    """Show what each channel points to, and the newest publications."""
    channels = workshop.publisher(lambda _step, _done, _total: None).status()
    log = workshop.ledger.log(limit=limit)
    holder = workshop.ledger.holder()
    if as_json:
        print_json({"channels": channels, "publications": log, "publishing_now": holder})
        return
    fields = ("channel", "sequence", "ledger_sequence", "version", "delta_number", "previous", "trouble")
    print_table("Channels", fields, ([getattr(one, field) for field in fields] for one in channels))
    columns = ("channel", "sequence", "version", "delta_number", "kind", "state", "who", "reason")
    print_table("Publications", columns, ([getattr(one, name) for name in columns] for one in log))
    if holder:
        say(f"{holder} is publishing now")


@snapshot.command("purge", cls=Job, examples=("snapshot purge", "snapshot purge --channel preview"))
@channel_option
@click.pass_obj
def purge_command(workshop: Workshop, channel: str | None) -> None:
    """Purge what the zone's caches hold of a channel, now and once more in 60 s.

    Publishing does so by itself; this is for when that failed.
    """
    _purge(workshop, channel or workshop.settings.channel)


for command in (inspect, diff, preview, rules_group):
    snapshot.add_command(command)


def _build_delta(
    base: BuiltSnapshot, source: Catalogue, rules: RuleSet | None, weights: RankingWeights | None
) -> BuiltSnapshot:
    if unknown := unknown_to(base, source):
        say(f"new, for the next version: {counted(len(unknown), 'product')}, first {unknown[0]}")
    return build_delta(base, source, rules, weights)


def _show_built(path: Path, built: BuiltSnapshot, *, as_json: bool) -> None:
    size, counts = sum(map(len, built.parts.values())), built.release.manifest.counts
    if not as_json:
        click.echo(f"{path}: {counted(len(built.parts), 'part')}, {counted(size, 'byte')}")
        return
    print_json(
        {
            "folder": str(path),
            "version": built.release.version,
            "delta_number": built.release.delta_number,
            "parts": len(built.parts),
            "bytes": size,
            "counts": {name: count for name, count in counts.items() if "/" not in name},
        }
    )


def _conclude(workshop: Workshop, outcome: Outcome, *, purge: bool, as_json: bool) -> None:
    if as_json:
        print_json(outcome)
    else:
        what = "now points to" if outcome.moved else "points already to"
        click.echo(
            f"{outcome.channel} {what} {outcome.version} (delta {outcome.delta_number}), "
            f"sequence {outcome.sequence}; {outcome.written:,} of {outcome.parts:,} parts written"
        )
    for finding in outcome.overridden:
        say(f"overridden: {finding}")
    if outcome.moved and purge:
        try:
            _purge(workshop, outcome.channel)
        except PublishingError:
            say(f"{outcome.channel} is published, but caches are not purged; `snapshot purge` tries again")
            raise


def _purge(workshop: Workshop, channel: str) -> None:
    purger = workshop.purger
    if purger is None:
        say("no zone is configured (SELVEDGE_ZONE): caches keep public answers until they expire")
        return
    say(f"purging caches now, and again in {KV_WINDOW_SECONDS:.0f} s")
    purge_twice(purger, [cache_tag(workshop.settings.shop, channel)], workshop.clock)
