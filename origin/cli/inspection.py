"""`snapshot inspect|diff|preview`: looking at snapshots on disk, without any store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - click's arguments are typed with it
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click
import msgspec

from origin.cli.job import Job
from origin.cli.moments import MOMENT
from origin.cli.output import counted, json_option, print_json, print_table, say
from origin.cli.places import FOLDER, snapshot_folder
from origin.publishing import folder as folders
from origin.publishing import guardrails
from origin.publishing.preview import first_page
from selvedge.ranking.rules import PUBLIC_SLOT, SLOTS
from selvedge.shopper.context import MAX_RECENT
from selvedge.snapshot.alternatives import PAGES, decode_row
from selvedge.snapshot.cards import open_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from origin.building.built import BuiltSnapshot
    from origin.cli.workshop import Workshop

_PRODUCTS_OF = {PUBLIC_SLOT: (0, 0), "similar": (1, 1), "recently-viewed": (1, MAX_RECENT)}
"""How many products a list is for, at least and at most: none or one where nothing is said here."""


@click.command(
    cls=Job,
    examples=("snapshot inspect",),
)
@click.argument("folder", type=FOLDER, required=False)
@json_option
@click.pass_obj
def inspect(workshop: Workshop, folder: Path | None, *, as_json: bool) -> None:
    """Show what the snapshot in FOLDER holds, once every byte of it is verified."""
    path = snapshot_folder(workshop, folder)
    built = folders.read(path)
    manifest = built.release.manifest
    if as_json:
        print_json({"folder": str(path), **_summary(built), "counts": manifest.counts})
        return
    summary = _summary(built)
    standing_in = summary["alternatives"]
    taken = datetime.fromtimestamp(manifest.taken, UTC)
    click.echo(f"{path}\nshop {manifest.shop}, feed of {taken:%Y-%m-%d %H:%M:%S} UTC")
    for market in manifest.markets:
        click.echo(f"market {market.code}: {market.country}, {market.currency}, {', '.join(market.locales)}")
    print_table("Parts", ("of", "parts", "bytes"), summary["groups"])
    counts = [(name, count) for name, count in manifest.counts.items() if not name.startswith("facet/")]
    print_table("Counts", ("what", "number"), counts)
    click.echo(f"and {counted(len(manifest.counts) - len(counts), 'facet value')}; --json lists them")
    click.echo(
        f"{standing_in['products']:,} of {manifest.counts['products']:,} products have an alternative "
        f"({standing_in['share']:.1%}), {standing_in['lower_footprint']:,} one of clearly lower footprint"
    )


@click.command(
    cls=Job,
    examples=("snapshot diff .selvedge/snapshots/0123456789abcdef .selvedge/snapshots/fedcba9876543210",),
)
@click.argument("old", type=FOLDER)
@click.argument("new", type=FOLDER)
@json_option
@click.pass_obj
def diff(_workshop: Workshop, old: Path, new: Path, *, as_json: bool) -> None:
    """Show what changes from the snapshot in OLD to that in NEW, and what the guardrails say."""
    before, after = folders.read(old), folders.read(new)
    counts = _changes(before.release.manifest.counts, after.release.manifest.counts)
    shared = before.parts.keys() & after.parts.keys()
    added = after.parts.keys() - shared
    findings = list(guardrails.findings(after.release, before.release, guardrails.Limits()))
    parts = {
        "shared": len(shared),
        "added": len(added),
        "dropped": len(before.parts.keys() - shared),
        "added_bytes": sum(len(after.parts[digest]) for digest in added),
    }
    if as_json:
        print_json({"counts": counts, "parts": parts, "findings": findings})
        return
    print_table("Counts", ("what", "old", "new"), ((name, *pair) for name, pair in counts.items()))
    print_table("Parts", tuple(parts), [tuple(parts.values())])
    for finding in findings:
        say(f"guardrail: {finding}")


@click.command(
    cls=Job,
    examples=(
        'snapshot preview --market nl --query "material=linen" --at 2026-12-01',
        "snapshot preview --market nl --slot recommendations --category knitwear",
        "snapshot preview --market nl --slot similar --product S000301-02",
        "snapshot preview --market nl --slot alternatives --product S000301-02 --category shirts",
    ),
)
@click.argument("folder", type=FOLDER, required=False)
@click.option("--market", required=True, help="The market's code.")
@click.option("--locale", help="One of the market's locales; its first unless given.")
@click.option("--query", default="", help="Filters, sort and limit, as in the query string of the HTTP API.")
@click.option(
    "--at",
    type=MOMENT,
    help="The time (UTC) that decides which evidence counts and which rules hold; now unless given.",
)
@click.option(
    "--slot",
    type=click.Choice(SLOTS),
    default=PUBLIC_SLOT,
    help="The list, by the name that rules know it by: the public one (unless given), the personal one\n"
    "as somebody unknown gets it, what is similar or an alternative to a product, or what was recently\n"
    "viewed.",
)
@click.option(
    "--product",
    "products",
    multiple=True,
    help="The product that the list is for, by id; for recently-viewed each one looked at, the newest\n"
    "first.",
)
@click.option("--category", help="Only this category: short for category=... in the query.")
@json_option
@click.pass_obj
def preview(
    workshop: Workshop,
    folder: Path | None,
    market: str,
    locale: str | None,
    query: str,
    at: datetime | None,
    slot: str,
    products: tuple[str, ...],
    category: str | None,
    *,
    as_json: bool,
) -> None:
    """Show the first page that shoppers of a market would see, as the Worker decides it."""
    _check_products(slot, products)
    built = folders.read(snapshot_folder(workshop, folder))
    moment = at.replace(tzinfo=UTC) if at else datetime.now(UTC)
    if category:
        query = "&".join(filter(None, (query, f"category={quote(category, safe='')}")))
    now = int(moment.timestamp())
    page = first_page(built, market, locale, query=query, now=now, slot=slot, products=products)
    if as_json:
        print_json(page)
        return
    rows = (
        (one["id"], one["name"], one["brand"], one["price"], one["priceCurrency"], _why(one))
        for one in page["items"]
    )
    columns = ("id", "name", "brand", "price (minor units)", "currency", "placed by")
    shown = f"of each style the best, {len(page['items'])} on this page"
    print_table(f"{page['numberOfItems']:,} colourways match; {shown}", columns, rows)


def _check_products(slot: str, products: tuple[str, ...]) -> None:
    """Raise `click.UsageError` where a list is for no product, or for more than it can be."""
    least, most = _PRODUCTS_OF.get(slot, (0, 1))
    if len(products) < least:
        raise click.UsageError(f"--slot {slot} needs --product")
    if len(products) > most:
        raise click.UsageError(f"--slot {slot} takes --product at most {most} times")


def _why(item: Mapping[str, Any]) -> str:
    """Return the rule that placed an item, and whether it is marked as sponsored."""
    rule: str = item.get("rule", "")
    return f"{rule} (sponsored)" if item.get("sponsored") else rule


def _summary(built: BuiltSnapshot) -> dict[str, Any]:
    release, manifest = built.release, built.release.manifest
    groups = [(name, len(refs), sum(ref.size for ref in refs)) for name, refs in manifest.groups.items()]
    for name, pages in manifest.pages.items():
        groups.append((name, len(pages), sum(len(built.parts[digest]) for digest in set(pages))))
    if release.delta:
        groups.append((f"delta {release.delta_number}", 1, release.delta.size))
    return {
        "version": release.version,
        "delta_number": release.delta_number,
        "shop": manifest.shop,
        "taken": manifest.taken,
        "markets": msgspec.to_builtins(manifest.markets),
        "groups": groups,
        "alternatives": _alternatives(built),
        "bytes": sum(map(len, built.parts.values())),
    }


def _alternatives(built: BuiltSnapshot) -> dict[str, float]:
    """Return how many products some other may stand in for, as the version was built."""
    manifest = built.release.manifest
    pages = [open_page(built.parts[digest]) for digest in manifest.pages.get(PAGES, ())]
    rows = [decode_row(page[at]) for page in pages for at in range(len(page))]
    found, products = sum(bool(row.ordinals) for row in rows), manifest.counts["products"]
    return {
        "products": found,
        "share": found / products if products else 0.0,
        "lower_footprint": sum(row.lower > 0 for row in rows),
    }


def _changes(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    names = sorted({*old, *new})
    return {name: (old.get(name, 0), new.get(name, 0)) for name in names if old.get(name) != new.get(name)}
