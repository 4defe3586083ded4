"""The Worker's settings, read once from its variables and secrets; docs/configuration.md explains each."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec

from selvedge.errors import SelvedgeError

if TYPE_CHECKING:
    from collections.abc import Callable


KEY_SIZE = 32
"""Bytes of an Ed25519 public key and of an AES-256 key."""


class BadSetting(SelvedgeError):
    """A setting is missing or makes no sense; the message names its key."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every field is the variable `SELVEDGE_` plus its name in upper case.

    `snapshot_keys` maps key ids to Ed25519 public keys (32 bytes, base64). `sealing_keys` maps key ids to
    AES-256 keys (32 bytes, base64), the first being the one that seals; it is a secret.
    `gpc_last_update` is the date that `/.well-known/gpc.json` states. `image_width` and `image_height` are
    the pixels that fragments keep free for a picture.
    """

    shop: str
    snapshot_keys: dict[str, str]
    sealing_keys: dict[str, str]
    channel: str = "live"
    refresh_seconds: int = 30
    page_cache_bytes: int = 32_000_000
    public_max_age: int = 60
    stale_while_revalidate: int = 300
    gpc_last_update: str = "2026-11-22"
    image_width: int = 320
    image_height: int = 400


def read_settings(variable: Callable[[str], str | None]) -> Settings:
    """Read every setting through `variable`, which maps a variable's name to its text or None.

    Raises `BadSetting`, which names the variable.
    """
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(Settings):
        name = f"SELVEDGE_{field.name.upper()}"
        text = variable(name)
        if text is not None:
            found[field.name] = _parse(name, text, field.type)
        elif field.required:
            raise BadSetting(f"{name} is not set")
    return Settings(**found)


def _parse(name: str, text: str, kind: Any) -> Any:
    try:
        return text if kind is str else msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as error:
        raise BadSetting(f"{name}: {error}") from error


def decode_key(name: str, text: str) -> bytes:
    """Return the 32 bytes of a key in base64. Raises `BadSetting`."""
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BadSetting(f"SELVEDGE_{name.upper()}: a key is not base64") from error
    if len(key) != KEY_SIZE:
        raise BadSetting(f"SELVEDGE_{name.upper()}: a key has {len(key)} bytes, not {KEY_SIZE}")
    return key
