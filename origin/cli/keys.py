"""`keys`: the key pair that signs pointers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from origin.cli.job import Job
from origin.cli.output import json_option, print_json, say
from origin.publishing.signing import Ed25519Signer, encode_key, new_key, write_key_file

if TYPE_CHECKING:
    from origin.cli.workshop import Workshop


@click.group()
def keys() -> None:
    """The key that signs what is published. The private half never leaves the publisher."""


@keys.command(
    cls=Job,
    examples=("keys new",),
)
@json_option
@click.pass_obj
def new(workshop: Workshop, *, as_json: bool) -> None:
    """Make a signing key and print what the Worker needs to trust it.

    The private key goes into a new file (SELVEDGE_SIGNING_KEY_FILE, .selvedge/signing.key unless set)
    that only you may read. An existing file is never overwritten.
    """
    path = workshop.settings.signing_key_file
    write_key_file(path, new_key())
    say(f"wrote {path}")
    _show(workshop.signer_from_file(), as_json=as_json)


@keys.command(
    cls=Job,
    examples=("keys show --json",),
)
@json_option
@click.pass_obj
def show(workshop: Workshop, *, as_json: bool) -> None:
    """Print the public half of the key in use."""
    _show(workshop.signer, as_json=as_json)


def _show(signer: Ed25519Signer, *, as_json: bool) -> None:
    public = encode_key(signer.public)
    if as_json:
        print_json({"key_id": signer.key_id, "public_key": public})
        return
    click.echo(f"key id      {signer.key_id}")
    click.echo(f"public key  {public}")
    setting = msgspec.json.encode({signer.key_id: public}).decode()
    click.echo(f"The Worker's setting: SELVEDGE_SNAPSHOT_KEYS={setting}")
