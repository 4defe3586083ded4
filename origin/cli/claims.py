"""`claims`: what a shop's own texts say that they may not say."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from origin.claims.looking import look
from origin.claims.rules import rules
from origin.claims.shopfiles import KINDS, read_texts
from origin.claims.shown import shown_texts
from origin.cli.exits import Exit
from origin.cli.job import Job
from origin.cli.output import Steps, counted, json_option, print_json, print_table, say
from origin.cli.sources import importing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from origin.claims.looking import Found
    from origin.claims.texts import Text

PATH = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def claims() -> None:
    """Claims about the environment that may not be shown (Directive (EU) 2024/825); docs/claims.md."""


@claims.command(
    "lint",
    cls=Job,
    examples=(
        "claims lint shop.toml rules.toml",
        "claims lint feed.tsv --locale nl --json",
        "claims lint catalogue.selvedge",
    ),
)
@click.argument("files", type=PATH, nargs=-1)
@click.option(
    "--locale", help="The language of files that do not say theirs; all languages' words unless given."
)
@click.option(
    "--ourselves", is_flag=True, help="Also look at every string of this program that shoppers can see."
)
@json_option
@click.pass_context
def run(
    ctx: click.Context, files: tuple[Path, ...], locale: str | None, *, ourselves: bool, as_json: bool
) -> None:
    """Look for claims in FILES: feeds (.tsv, .csv), shop files and rules (.toml), catalogues, pages (.html).

    A shop file brings its feeds and tables along. Exits with 1 if a text may not be shown; notes are none.
    """
    if not files and not ourselves:
        raise click.UsageError(f"name a file ({', '.join(KINDS)}), or use --ourselves")
    looked = Counter[str]()
    with importing(), Steps() as steps:
        found = list(look(_counted(_texts(files, locale, steps, ourselves=ourselves), looked)))
    breaches = sum(one.finding.level == "breach" for one in found)
    if as_json:
        print_json({"texts": looked["texts"], "breaches": breaches, "notes": len(found) - breaches,
                    "rules": _counts(found), "findings": found})  # fmt: skip
    else:
        _tell(found, looked["texts"], breaches)
    if breaches:
        ctx.exit(Exit.FAILED)


def _texts(files: tuple[Path, ...], locale: str | None, steps: Steps, *, ourselves: bool) -> Iterator[Text]:
    for path in files:
        yield from read_texts(path, locale, partial(steps, path.name))
    if ourselves:
        yield from shown_texts()


def _counted(texts: Iterable[Text], looked: Counter[str]) -> Iterator[Text]:
    for one in texts:
        looked["texts"] += 1
        yield one


def _counts(found: list[Found]) -> dict[str, int]:
    return dict(Counter(one.finding.rule for one in found).most_common())


def _tell(found: list[Found], texts: int, breaches: int) -> None:
    by_words: dict[tuple[str, str, str, str], list[Found]] = {}
    for one in found:
        finding = one.finding
        key = (finding.level, finding.rule, finding.words.casefold(), finding.language)
        by_words.setdefault(key, []).append(one)
    if by_words:
        rows = [
            (level, rule, words, language, len(all_), f"{all_[0].place}, at {all_[0].finding.start}")
            for (level, rule, words, language), all_ in sorted(
                by_words.items(), key=lambda item: (item[0][0], -len(item[1]))
            )
        ]
        print_table("Claims", ("level", "rule", "words", "language", "times", "first at"), rows)
        print_table("Why, and what to say instead", ("rule", "why", "basis", "instead"), _advice(by_words))
    breached, noted = counted(breaches, "breach", "breaches"), counted(len(found) - breaches, "note")
    click.echo(f"{counted(texts, 'text')}: {breached}, {noted}")
    if found:
        say("--json lists every place; this is a list of words, not legal advice")


def _advice(by_words: Iterable[tuple[str, str, str, str]]) -> list[tuple[str, ...]]:
    shown = sorted({(rule, language) for _, rule, _, language in by_words})
    known = rules().rules
    return [(r, known[r].why, known[r].basis, known[r].instead[language]) for r, language in shown]  # type: ignore[index]
