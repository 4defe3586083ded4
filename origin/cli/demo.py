"""`demo`: the generated shop as files, so that the rest of the jobs can treat it like any other."""

from __future__ import annotations

from pathlib import Path

import click

from origin.cli.job import Job
from origin.cli.output import Steps, counted, json_option, print_json
from origin.demo import generate, write_feeds, write_pictures
from origin.demo.shopfile import write_shop


@click.command(cls=Job, examples=("demo .selvedge/demo --products 1000",))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--products", type=click.IntRange(1, 200_000), default=1000, show_default=True, help="Colourways to make."
)
@click.option(
    "--pictures",
    type=click.Path(file_okay=False, path_type=Path),
    help="Draw a picture of each product here.",
)
@json_option
def demo(folder: Path, products: int, pictures: Path | None, *, as_json: bool) -> None:
    """Write the demo shop to FOLDER: a shop file, and a product feed of each market and language.

    The shop is made up but always the same: equal numbers of products give equal files.
    """
    with Steps() as steps:
        steps.named("generating")
        catalogue = generate(products)
        steps.named("writing feeds")
        shop = write_shop(catalogue, write_feeds(catalogue, folder), folder)
        if pictures:
            steps.named("drawing pictures")
            pictures.mkdir(parents=True, exist_ok=True)
            write_pictures(catalogue, pictures)
    if as_json:
        print_json({"shop": str(shop), "products": len(catalogue.products)})
    else:
        products, markets = len(catalogue.products), len(catalogue.markets)
        click.echo(f"{shop}: {counted(products, 'product')} in {counted(markets, 'market')}")
