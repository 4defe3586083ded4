"""The Worker's settings, read once from its variables and secrets; docs/configuration.md explains each."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Annotated, Any, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from selvedge.errors import SelvedgeError
from selvedge.identity.provider import Provider
from selvedge.shopper.policy import ManagerSettings, Table

if TYPE_CHECKING:
    from collections.abc import Callable


KEY_SIZE = 32
"""Bytes of an Ed25519 public key and of an AES-256 key."""


NAME_PATTERN = r"^[a-z0-9][a-z0-9-]{0,40}\Z"
"""Names of shops and channels: they are parts of keys, cache tags and what is signed."""


_LOOPBACK = re.compile(r"127(\.\d{1,3}){3}\Z")


class BadSetting(SelvedgeError):
    """A setting is missing or makes no sense; the message names its key."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every field is the variable `SELVEDGE_` plus its name in upper case."""

    shop: Annotated[
        str,
        Meta(
            pattern=NAME_PATTERN,
            description="The shop's name; a pointer that was signed for another shop is refused.",
        ),
    ]
    snapshot_keys: Annotated[
        dict[str, str],
        Meta(description="Whose signature to trust: key id to Ed25519 public key, base64 of 32 bytes."),
    ]
    sealing_keys: Annotated[
        dict[str, str],
        Meta(
            description="Key id to key, base64 of 32 bytes; the first one seals cookies (AES-256-GCM) and "
            "cursors (keys derived from it), all open them. A secret."
        ),
    ]
    channel: Annotated[
        str, Meta(pattern=NAME_PATTERN, description="The channel whose pointer is served.")
    ] = "live"
    refresh_seconds: Annotated[
        int, Meta(ge=1, description="How often an isolate looks for a newer pointer, in seconds.")
    ] = 30
    page_cache_bytes: Annotated[
        int, Meta(ge=0, description="How many bytes of card and detail pages an isolate keeps.")
    ] = 24_000_000
    public_max_age: Annotated[
        int, Meta(ge=0, description="`max-age` of public answers, in seconds, at most.")
    ] = 60
    stale_while_revalidate: Annotated[
        int, Meta(ge=0, description="`stale-while-revalidate` of public answers, in seconds, at most.")
    ] = 300
    telemetry_every: Annotated[
        int,
        Meta(ge=1, description="One data point for so many requests; trouble is always written."),
    ] = 100
    gpc_last_update: Annotated[
        str, Meta(description="The date that `/.well-known/gpc.json` states (YYYY-MM-DD).")
    ] = "2026-11-22"
    image_width: Annotated[
        int, Meta(ge=1, description="The width that fragments keep free for a picture, in pixels.")
    ] = 320
    image_height: Annotated[int, Meta(ge=1, description="The height of the same.")] = 400
    consent_policy: Annotated[
        Table,
        Meta(
            description="Market (or `*`) to signal to purpose to allowed or not; [consent.md](consent.md). "
            "What it leaves out is opt-in."
        ),
    ] = {}
    consent_manager: Annotated[
        ManagerSettings | None,
        Meta(description="Header or cookie of a consent manager, and a pattern for each purpose."),
    ] = None
    consent_version: Annotated[
        int, Meta(ge=1, description="Number of the texts that the shop asks with; a new one asks anew.")
    ] = 1
    allowed_origins: Annotated[
        tuple[str, ...],
        Meta(description="Origins that may send events and choices, besides the Worker's own."),
    ] = ()
    limit_lists: Annotated[
        bool,
        Meta(description="Whether personal lists and fragments count towards the rate limits as well."),
    ] = False
    origin_url: Annotated[
        str,
        Meta(
            description="Base of the origin's API, https unless it is on this machine; empty: there is none."
        ),
    ] = ""
    service_key: Annotated[
        dict[str, str],
        Meta(
            description="Key id to Ed25519 private key, base64 of 32 bytes; the first one signs what the "
            "Worker shows the origin ([security.md](security.md)). A secret."
        ),
    ] = {}
    oidc: Annotated[
        Provider | None,
        Meta(
            description="The shop's OpenID provider: `issuer`, `audience` and, where wanted, `jwks_uri`, "
            "`algorithms`, `parties` ([security.md](security.md)). Not set: there are no accounts."
        ),
    ] = None
    origin_deadline_ms: Annotated[
        int, Meta(ge=1, description="How long the origin may take over events, in milliseconds.")
    ] = 500
    rights_deadline_ms: Annotated[
        int, Meta(ge=1, description="How long the origin may take over `/v1/me`, in milliseconds.")
    ] = 5000
    profile_deadline_ms: Annotated[
        int,
        Meta(
            ge=1,
            description="How long a shopper waits for a profile, KV and origin together: milliseconds.",
        ),
    ] = 80
    profile_memory_bytes: Annotated[
        int, Meta(ge=0, description="How many bytes of profiles an isolate keeps.")
    ] = 4_000_000
    profile_memory_seconds: Annotated[
        int, Meta(ge=0, le=60, description="How long an isolate believes a profile that it keeps.")
    ] = 60
    profile_negative_seconds: Annotated[
        int, Meta(ge=0, le=60, description="How long an isolate believes that there is no profile.")
    ] = 10


def variable(field: str) -> str:
    """Return the variable or secret of a field."""
    return f"SELVEDGE_{field.upper()}"


def read_settings(lookup: Callable[[str], object]) -> Settings:
    """Read every setting through `lookup`, which maps a variable's name to its text or None.

    Raises `BadSetting`, which names the variable.
    """
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(Settings):
        name = variable(field.name)
        text = lookup(name)
        if text is not None:
            found[field.name] = _parse(name, text, field.type)
        elif field.required:
            raise BadSetting(f"{name} is not set")
    settings = Settings(**found)
    if settings.origin_url:
        require_tls("origin_url", settings.origin_url)
        if not settings.service_key:
            raise BadSetting("SELVEDGE_SERVICE_KEY is not set: without it the origin answers nothing")
    if settings.oidc is not None:
        check_provider(settings.oidc)
    return settings


def check_provider(provider: Provider) -> None:
    """Raise `BadSetting` unless provider and keys are reached over TLS, or on this machine."""
    for url in (provider.issuer, provider.jwks_uri):
        if url is not None:
            require_tls("oidc", url)


def _parse(name: str, text: object, kind: Any) -> Any:
    if not isinstance(text, str):  # wrangler.toml allows numbers and tables as well
        raise BadSetting(f"{name} is not a text: write its value in quotes")
    try:
        return (
            msgspec.convert(text, kind) if get_args(kind)[0] is str else msgspec.json.decode(text, type=kind)
        )
    except msgspec.MsgspecError as error:
        raise BadSetting(f"{name}: {error}") from error


def require_tls(name: str, url: str) -> None:
    """Raise `BadSetting` unless `url` is an https address, or an http one on this very machine."""
    if not is_secure(url):
        raise BadSetting(f"{variable(name)}: {url!r} is not an https:// address, nor on this machine")


def is_secure(url: str) -> bool:
    """Whether nobody on the way can read what is sent to `url`."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own (RFC 1122, 3.2.1.3; RFC 6761, 6.3)."""
    return host in {"localhost", "::1"} or _LOOPBACK.match(host) is not None


def decode_key(name: str, text: str) -> bytes:
    """Return the 32 bytes of a key in base64. Raises `BadSetting`."""
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BadSetting(f"{variable(name)}: a key is not base64") from error
    if len(key) != KEY_SIZE:
        raise BadSetting(f"{variable(name)}: a key has {len(key)} bytes, not {KEY_SIZE}")
    return key
