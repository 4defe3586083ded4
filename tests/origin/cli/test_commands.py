from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from origin.cli.commands import jobs
from origin.cli.exits import MEANING, Exit
from origin.cli.job import Job
from origin.cli.pages import DOCS, current
from origin.demo import generate, write_feeds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.origin.cli.conftest import Desk


def commands(
    group: click.Group = jobs, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


@pytest.mark.parametrize("path", [path for path, _ in commands()])
def test_every_command_explains_itself_with_an_example_of_itself(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(jobs, [*path, "--help"])
    assert result.exit_code == 0
    assert f"python -m origin {' '.join(path)}" in result.output.partition("Example")[2]


@pytest.mark.parametrize(("path", "command"), list(commands()))
def test_every_option_of_every_command_has_a_help_text(path: tuple[str, ...], command: click.Command) -> None:
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert all(option.help for option in options), path
    assert isinstance(command, Job)


def test_the_docs_are_current() -> None:
    for path, text in current().items():
        assert path.read_text(encoding="utf-8") == text, f"run scripts/docs: {path.name} is out of date"


def test_every_exit_code_is_documented() -> None:
    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert set(MEANING) == set(Exit)
    for code in Exit:
        assert f"| {int(code)} | " in page


def test_wrong_usage_has_its_own_exit_code() -> None:
    assert CliRunner().invoke(jobs, ["snapshot", "publich"]).exit_code == Exit.USAGE


def test_a_new_key_is_shown_once_public_and_never_overwritten(desk: Desk) -> None:
    shown = desk.json("keys", "show")
    setting = desk.run("keys", "show").stdout.partition("SELVEDGE_SNAPSHOT_KEYS=")[2]
    assert json.loads(setting) == {shown["key_id"]: shown["public_key"]}
    assert "never overwritten" in desk.run("keys", "new", exits=1).stderr
    assert (desk.folder / "signing.key").read_text().strip() not in desk.run("keys", "show").output


def test_a_missing_key_says_how_to_make_one(desk: Desk) -> None:
    (desk.folder / "signing.key").unlink()
    assert "`keys new` makes one" in desk.run("keys", "show", exits=1).stderr


def shop_file(folder: Path) -> Path:
    catalogue = generate(50)
    lines = ['name = "demo"']
    for market in catalogue.markets:
        locales = ", ".join(f'"{locale}"' for locale in market.locales)
        lines.append(
            f'[[markets]]\ncode = "{market.code}"\ncountry = "{market.country}"\n'
            f'currency = "{market.currency}"\nlocales = [{locales}]'
        )
    lines += [
        f'[[feeds]]\npath = "{feed.path}"\nmarket = "{feed.market}"\nlocale = "{feed.locale}"'
        for feed in write_feeds(catalogue, folder)
    ]
    path = folder / "shop.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_shop_is_imported_and_reported(desk: Desk) -> None:
    shop, report = shop_file(desk.folder), desk.folder / "report.json"
    result = desk.json(
        "import",
        "shop",
        str(shop),
        "-o",
        str(desk.catalogue),
        "--taken",
        "2026-11-20",
        "--report",
        str(report),
    )
    assert result["products"] == 50
    assert result["rows"] >= result["accepted"] > 0
    assert json.loads(report.read_text())["rows"] == result["rows"]
    assert desk.json("snapshot", "build", str(desk.catalogue))["counts"]["products"] == 50


def test_rows_of_which_none_can_be_taken_are_an_error(desk: Desk) -> None:
    shop = shop_file(desk.folder)
    for feed in desk.folder.rglob("*.tsv"):
        feed.write_text(feed.read_text(encoding="utf-8").replace(".99 ", ",99 "), encoding="utf-8")
    for feed in desk.folder.rglob("*.tsv"):
        header, first, *_ = feed.read_text(encoding="utf-8").splitlines(keepends=True)
        feed.write_text(header + first.replace("in_stock", "perhaps").replace("out_of_stock", "perhaps"))
    report = desk.folder / "report.json"
    arguments = ["import", "shop", str(shop), "-o", str(desk.catalogue), "--report", str(report)]
    refused = desk.run(*arguments, exits=1).stderr
    assert "none of" in refused
    assert not desk.catalogue.exists()
    assert json.loads(report.read_text())["accepted"] == 0


def test_one_feed_is_imported(desk: Desk) -> None:
    shop = shop_file(desk.folder)
    feed = next(desk.folder.glob("*nl*nl*.tsv"), None) or next(desk.folder.rglob("*.tsv"))
    arguments = ["import", "feed", str(feed), "--shop", str(shop), "--market", "nl", "--locale", "nl"]
    assert desk.json(*arguments, "-o", str(desk.catalogue))["products"] > 0


def test_what_cannot_be_imported_at_all_is_refused_by_name(desk: Desk) -> None:
    desk.catalogue.write_text("not a catalogue")
    assert desk.run("snapshot", "build", str(desk.catalogue), exits=1).stderr.startswith("import-refused")
    (desk.folder / "bad.toml").write_text("name = 1")
    refused = desk.run("import", "shop", str(desk.folder / "bad.toml"), "-o", str(desk.catalogue), exits=1)
    assert "bad.toml" in refused.stderr


def test_shipped_mappings_are_found_by_name(desk: Desk) -> None:
    (desk.folder / "x.csv").write_text("a;b\n1;2\n")
    arguments = ["import", "csv", str(desk.folder / "x.csv"), "--shop", "hm-nl", "-o", str(desk.catalogue)]
    desk.run(*arguments, "--mapping", "hm-nl-women-materials-2023", exits=1)
    unknown = desk.run(*arguments, "--mapping", "nobody", exits=2)
    assert "zara-es-certifications-2024" in unknown.stderr
