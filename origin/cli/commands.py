"""The root of the command line: one place where errors become messages and exit codes."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from origin.cli.exits import Exit, exit_for
from origin.cli.importing import import_
from origin.cli.keys import keys
from origin.cli.snapshot import snapshot
from origin.cli.workshop import Workshop
from origin.publishing.errors import GuardrailRefused
from selvedge.errors import SelvedgeError


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
        finally:
            ctx.obj.close()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remember the arguments, because the command's own context is gone when its error arrives."""
        ctx.meta["arguments"] = tuple(args)
        return super().parse_args(ctx, args)


@click.group(cls=Jobs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def jobs() -> None:
    """The jobs of Selvedge's origin: from a shop's feed to a snapshot at the edge.

    \b
    Import a feed, build a snapshot of it, look at it, publish it:
      python -m origin import feed feed.tsv --shop shop.toml -o catalogue.selvedge
      python -m origin snapshot build catalogue.selvedge
      python -m origin snapshot inspect
      python -m origin snapshot publish

    \b
    Exit codes: 0 done, 1 refused or failed, 2 wrong usage or setting, 3 guardrail,
    4 another publisher at work, 5 store unreachable (run it again: it resumes).
    """


jobs.add_command(import_)
jobs.add_command(snapshot)
jobs.add_command(keys)


def _report(error: SelvedgeError, *, as_json: bool) -> None:
    reason = getattr(error, "reason", "bad-setting")
    if as_json:
        findings = error.findings if isinstance(error, GuardrailRefused) else ()
        body = {"error": reason, "detail": str(error), "findings": findings, "exit": int(exit_for(error))}
        click.echo(msgspec.json.encode(body).decode())
        return
    click.echo(f"{click.style(reason, fg='red', bold=True)}: {error}", err=True)
    if isinstance(error, GuardrailRefused):
        click.echo("Look at it with `snapshot diff`; if it is right: --allow-shrink 'the reason'.", err=True)


__all__ = ["Exit", "jobs"]
