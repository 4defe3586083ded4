"""Whether styles of like words are alike: `python -m evaluation.texts`, on a catalogue with a hidden fact.

No data set here has sessions and texts, so clicks cannot tell. What can be checked is whether words carry
what the other facts do not: H&M's table names the kind of fabric of a garment (denim, tricot, satin), which
the catalogue does not know. For a garment looked at, the first products of the Worker's own order, all that
is known of anybody being this one look, should be of its kind of fabric. With fibres taken away as well, the
words have to stand in for them.
"""

from __future__ import annotations

import csv
import re
from statistics import mean
from typing import TYPE_CHECKING

import click
import msgspec
import numpy as np

from development import paths
from development.catalogues import real_data
from evaluation.bootstrap import interval
from origin.building import build
from origin.importing import load_mapping, load_shop, read_csv
from selvedge.ranking.alike import alike
from selvedge.ranking.frozen import Frozen, personal, price_band
from selvedge.ranking.rulebook import Rulebook
from selvedge.ranking.signals import weigh
from selvedge.ranking.weights import RankingWeights, Recent
from selvedge.snapshot.index import Index, MarketIndex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from selvedge.catalogue.model import Catalogue

HM = "hm-nl-women-materials-2023"
NONE = "no material"
"""What the table says where it names no kind of fabric: neither asked for nor found."""

FIRST = 8
EVERY = 3
"""Every so many products is a question."""

STRENGTHS = (0, 8, 16, 24, 32)
"""The first is what the others are compared with."""


class Agreement(msgspec.Struct, frozen=True):
    """Of the first `FIRST` styles, the share that agrees with the one asked about in a fact.

    `gain` is how much more than without words that is, and its 95 % interval by paired bootstrap.
    """

    fact: str
    text: int
    share: float
    gain: tuple[float, float, float]
    questions: int


def read_hm(folder: Path) -> tuple[Catalogue, dict[str, str]]:
    """Return H&M's catalogue, and the kind of fabric by style, which is not in it."""
    table, importing = folder / HM / "HM_products.csv", paths.ROOT / "origin" / "importing"
    read = read_csv(
        table,
        load_mapping(importing / "mappings" / f"{HM}.toml"),
        load_shop(importing / "shops" / "hm-nl.toml"),
    )
    fabrics: dict[str, str] = {}
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            style = re.search(r"productpage\.(\d{7})", row["url"])
            named = row["material"].removeprefix("Materiaal:").strip().casefold()
            if style and named and named != NONE:
                fabrics.setdefault(style[1], named)
    return read.catalogue, fabrics


def without_fibres(catalogue: Catalogue) -> Catalogue:
    """Return the catalogue of a shop that states no composition."""
    bare = tuple(msgspec.structs.replace(one, components=()) for one in catalogue.products)
    return msgspec.structs.replace(catalogue, products=bare)


def agreements(
    catalogue: Catalogue, facts: Mapping[str, Mapping[str, str]], strengths: Sequence[int] = STRENGTHS
) -> list[Agreement]:
    """Return how far the order after one look agrees in `facts` (by style), by points for words."""
    built = build(catalogue, shop="evaluation")
    index = Index(built.sections("index"))
    market = MarketIndex(built.sections(f"market/{catalogue.markets[0].code}"), index.size)
    group_of = {index.ordinal(product.id): product.group for product in catalogue.products}
    styles = [group_of[ordinal] for ordinal in index.ordinals]
    found = []
    for fact, named in facts.items():
        asked = [rank for rank in range(0, index.size, EVERY) if styles[rank] in named]
        plain: NDArray[np.float64] | None = None
        for strength in strengths:
            weights = RankingWeights(recent=Recent(text=strength))
            lists = {rank: _first(index, market, weights, rank) for rank in asked}
            shares = np.array([
                mean(named.get(styles[one]) == named[styles[rank]] for one in lists[rank])
                for rank in asked
            ])  # fmt: skip
            plain = shares if plain is None else plain
            gain = shares - plain
            found.append(
                Agreement(
                    fact, strength, float(shares.mean()), (float(gain.mean()), *interval(gain)), len(asked)
                )
            )
    return found


def main_fibres(catalogue: Catalogue) -> dict[str, str]:
    """Return the fibre that a style's first product has most of in its main component."""
    found: dict[str, str] = {}
    for product in catalogue.products:
        shares = product.components[0].fibres if product.components else ()
        if shares:
            found.setdefault(product.group, max(shares, key=lambda one: one.percentage or 0).fibre)
    return found


def _first(index: Index, market: MarketIndex, weights: RankingWeights, rank: int) -> list[int]:
    """The first styles after a look at `rank`, each in its best colourway, as the Worker orders them."""
    recent = [rank]
    band = price_band(weights, market.price, rank)
    frozen = Frozen(band=band, alike=alike(index, weights, recent))
    signals = weigh(index, weights, recent=recent)
    order = personal(index, Rulebook(index), weights, frozen, 0, signals, market.price).order()
    others = market.available & ~sum(1 << one for one in index.siblings(rank))
    best: dict[int, int] = {}
    for place in order.first(others, FIRST * 8):
        best.setdefault(index.group_of[place.rank], place.rank)
    return list(best.values())[:FIRST]


@click.command(help=__doc__)
def main() -> None:
    """Print a line for every fact and strength."""
    catalogue, fabrics = read_hm(real_data())
    facts = {"fabric": fabrics, "main fibre": main_fibres(catalogue)}
    for name, shop in (("all facts", catalogue), ("fibres unknown", without_fibres(catalogue))):
        for one in agreements(shop, facts):
            gain = "  less without {:+.3f} ({:+.3f} to {:+.3f})".format(*one.gain) if one.text else ""
            click.echo(
                f"{name:14}  {one.fact:10}  text {one.text:2}: {one.share:.3f} of {one.questions}{gain}"
            )


if __name__ == "__main__":
    main()
