"""`service`: the keys by which edge and jobs prove to the origin who they are."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import click
import msgspec

from origin.cli.job import Job
from origin.cli.output import json_option, print_json
from origin.identity.minting import Ed25519TokenSigner, service_tokens
from origin.identity.trust import TrustedKey
from origin.publishing.signing import encode_key, new_key
from origin.rehearsal import SystemClock
from origin.settings import require
from selvedge.identity.service import SCOPES
from selvedge.settings import BadSetting

if TYPE_CHECKING:
    from origin.cli.workshop import Workshop

_SCOPE = click.Choice(sorted(SCOPES))
_ID_DIGITS = 8


@click.group()
def service() -> None:
    """The keys by which the edge and the jobs prove to the origin who they are."""


@service.command(
    cls=Job,
    examples=(
        "service new edge --scope edge-profile:read --scope events:write",
        "service new jobs --scope outputs:write",
    ),
)
@click.argument("issuer")
@click.option("--scope", "scopes", type=_SCOPE, multiple=True, help="What its tokens may do, at most.")
@click.option("--all", "everything", is_flag=True, help="All scopes: for a machine of one's own.")
@json_option
def new(issuer: str, scopes: tuple[str, ...], *, everything: bool, as_json: bool) -> None:
    """Make a key for the service ISSUER and print both settings.

    The private half is for the service alone, the public half for the origin. Nothing is written.
    """
    if not scopes and not everything:
        raise click.UsageError("say what it may do: --scope, or --all")
    seed = new_key()
    public = Ed25519TokenSigner("", seed).public
    kid = f"{issuer}-{hashlib.sha256(public.encode()).hexdigest()[:_ID_DIGITS]}"
    trusted = {kid: TrustedKey(issuer, public, SCOPES if everything else frozenset(scopes))}
    made = {
        "private": msgspec.json.encode({kid: encode_key(seed)}).decode(),
        "trusted": msgspec.json.encode(trusted, order="deterministic").decode(),
    }
    if as_json:
        print_json(made)
        return
    click.echo(f"The service's secret:  SELVEDGE_SERVICE_KEY={made['private']}")
    click.echo(f"The origin's setting:  SELVEDGE_SERVICE_KEYS={made['trusted']}")


@service.command(cls=Job, examples=("service token publications:read --issuer jobs",))
@click.argument("scopes", type=_SCOPE, nargs=-1, required=True)
@click.option("--issuer", default="jobs", show_default=True, help="Whose key SELVEDGE_SERVICE_KEY is.")
@click.option("--shopper", help="Reach this shopper's paths alone.")
@click.pass_obj
def token(workshop: Workshop, scopes: tuple[str, ...], issuer: str, shopper: str | None) -> None:
    """Print a token for SCOPES, good for five minutes, signed with SELVEDGE_SERVICE_KEY."""
    (text,) = require(workshop.settings, "service_key")
    try:
        keys = msgspec.json.decode(text, type=dict[str, str])
    except msgspec.MsgspecError as error:
        raise BadSetting("SELVEDGE_SERVICE_KEY is no JSON object of key ids and keys") from error
    tokens = service_tokens(keys, SystemClock(), issuer)
    click.echo(asyncio.run(tokens.bearer(scopes, shopper)))
