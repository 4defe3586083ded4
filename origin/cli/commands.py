"""The root of the command line: one place where errors become messages and exit codes."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from origin.building.build import UnusableRules
from origin.cli.claims import claims
from origin.cli.demo import demo
from origin.cli.evidence import evidence
from origin.cli.exits import MEANING, Exit, exit_for
from origin.cli.footprint import footprint
from origin.cli.importing import import_
from origin.cli.job import write_examples
from origin.cli.keys import keys
from origin.cli.service import service
from origin.cli.snapshot import snapshot
from origin.cli.storage import database, outputs
from origin.cli.training import train
from origin.cli.workshop import Workshop
from origin.publishing.errors import GuardrailRefused
from selvedge.errors import SelvedgeError

MAIN_JOB = (
    "keys new",
    "import shop shop.toml -o catalogue.selvedge",
    "snapshot build catalogue.selvedge",
    "snapshot inspect",
    "snapshot publish",
)


class Jobs(click.Group):
    """A group whose commands end with the exit codes of `exits`."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; print a `SelvedgeError` as a message, or as JSON where JSON was asked for."""
        ctx.obj = ctx.obj or Workshop()
        try:
            return super().invoke(ctx)
        except SelvedgeError as error:
            _report(error, as_json="--json" in ctx.meta.get("arguments", ()))
            ctx.exit(exit_for(error))
        except OSError as error:
            click.echo(f"{click.style('system', fg='red', bold=True)}: {error}", err=True)
            ctx.exit(Exit.FAILED)
        finally:
            ctx.obj.close()

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the main job and the exit codes."""
        super().format_epilog(ctx, formatter)
        write_examples(MAIN_JOB, formatter)
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), meaning) for code, meaning in MEANING.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remember the arguments, because the command's own context is gone when its error arrives."""
        ctx.meta["arguments"] = tuple(args)
        return super().parse_args(ctx, args)


@click.group(cls=Jobs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def jobs() -> None:
    """The jobs of Selvedge's origin: from a shop's feed to a snapshot at the edge."""


jobs.add_command(import_)
jobs.add_command(snapshot)
jobs.add_command(keys)
jobs.add_command(service)
jobs.add_command(database)
jobs.add_command(outputs)
jobs.add_command(demo)
jobs.add_command(footprint)
jobs.add_command(train)
jobs.add_command(claims)
jobs.add_command(evidence)


def _report(error: SelvedgeError, *, as_json: bool) -> None:
    reason = getattr(error, "reason", "bad-setting")
    if as_json:
        findings = error.findings if isinstance(error, GuardrailRefused | UnusableRules) else ()
        body = {"error": reason, "detail": str(error), "findings": findings, "exit": int(exit_for(error))}
        click.echo(msgspec.json.encode(body).decode())
        return
    lines = error.findings if isinstance(error, UnusableRules) else (str(error),)
    for line in lines:
        click.echo(f"{click.style(reason, fg='red', bold=True)}: {line}", err=True)
    if isinstance(error, GuardrailRefused):
        click.echo("Look at it with `snapshot diff`; if it is right: --allow-shrink 'the reason'.", err=True)
