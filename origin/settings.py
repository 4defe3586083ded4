"""The origin's settings, read once from the environment; docs/configuration.md shows each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta
from sqlalchemy.engine import make_url

from origin.footprint.seller import Seller
from origin.identity.rates import Limits
from origin.identity.trust import TrustedKey
from origin.telemetry.logs import Level
from origin.transport import check_database
from selvedge.identity.provider import Provider
from selvedge.settings import NAME_PATTERN, BadSetting, check_provider, require_tls

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "SELVEDGE_"

ALIASES = {"kv_token": "CLOUDFLARE_API_TOKEN", "kv_account": "CLOUDFLARE_ACCOUNT_ID"}
"""Names that other Cloudflare tools use, for where ours is not set."""


class Secret:
    """A text that does not show in logs, tables or tracebacks."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret(...)"

    def reveal(self) -> str:
        """The text itself."""
        return self._text


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every field is the variable `SELVEDGE_` plus its name in upper case."""

    shop: Annotated[
        str,
        Meta(
            pattern=NAME_PATTERN,
            description="The shop's name; it is part of what a pointer's signature covers.",
        ),
    ] = "demo"
    channel: Annotated[
        str, Meta(pattern=NAME_PATTERN, description="The channel that jobs use where none is named.")
    ] = "live"
    snapshots: Annotated[Path, Meta(description="Folder of built snapshots.")] = Path(".selvedge/snapshots")
    ledger: Annotated[
        Path, Meta(description="The publisher's ledger (SQLite). All publishers of one store must share it.")
    ] = Path(".selvedge/ledger.sqlite")
    kv_url: Annotated[
        str, Meta(description="Base of the KV REST interface; local: `http://127.0.0.1:PORT/client/v4`.")
    ] = "https://api.cloudflare.com/client/v4"
    kv_account: Annotated[str, Meta(description="Cloudflare account id (or `CLOUDFLARE_ACCOUNT_ID`).")] = ""
    kv_namespace: Annotated[str, Meta(description="KV namespace id.")] = ""
    kv_token: Annotated[
        Secret | None,
        Meta(description="API token with *Workers KV Storage: Edit* (or `CLOUDFLARE_API_TOKEN`). A secret."),
    ] = None
    kv_profiles: Annotated[
        str,
        Meta(
            description="KV namespace id of shoppers' records (binding `PROFILES`), where erasure marks "
            "them. `none`: the Worker has none. Demanded where a service key may read `edge-profile`."
        ),
    ] = ""
    sealing_keys: Annotated[
        Secret | None,
        Meta(
            description="The Worker's setting as it is: what `outputs publish` seals shoppers' records with. "
            "A secret."
        ),
    ] = None
    backup_days: Annotated[
        int,
        Meta(
            ge=0,
            description="How long back-ups of the key store are kept, days; receipts of erasures say so.",
        ),
    ] = 30
    event_days: Annotated[int, Meta(ge=1, description="How long events are kept, days.")] = 395
    zone: Annotated[
        str, Meta(description="Zone id whose caches are purged after publishing; empty: none is purged.")
    ] = ""
    zone_token: Annotated[
        Secret | None, Meta(description="API token with *Cache Purge*, where `kv_token` lacks it. A secret.")
    ] = None
    signing_key: Annotated[
        Secret | None,
        Meta(description="Ed25519 private key, base64 of 32 bytes. A secret of the publisher alone."),
    ] = None
    signing_key_file: Annotated[
        Path, Meta(description="Where the key is read from if `signing_key` is not set; mode 0600.")
    ] = Path(".selvedge/signing.key")
    service_key: Annotated[
        Secret | None,
        Meta(
            description="What jobs sign their service tokens with: key id to Ed25519 private key, base64 of "
            "32 bytes; the first one signs. A secret."
        ),
    ] = None
    database: Annotated[
        Secret,
        Meta(
            description="Where profiles, model outputs and events are: `sqlite+aiosqlite:///PATH` or "
            "`postgresql+asyncpg://USER:PASSWORD@HOST/NAME?ssl=verify-full`. A secret where it holds a "
            "password."
        ),
    ] = Secret("sqlite+aiosqlite:///.selvedge/origin.sqlite")
    key_store: Annotated[
        Secret,
        Meta(
            description="Where the wrapped data keys are: another database, with back-ups of its own. A "
            "secret where it holds a password."
        ),
    ] = Secret("sqlite+aiosqlite:///.selvedge/keys.sqlite")
    master_keys: Annotated[
        Secret | None,
        Meta(
            description="Key id to master key, base64 of 32 bytes: the first wraps data keys, all "
            "unwrap. Without it nothing about persons is kept or read. A secret."
        ),
    ] = None
    profile_seconds: Annotated[
        int,
        Meta(ge=60, le=604_800, description="How long the Worker may use a profile, in seconds."),
    ] = 21_600
    service_keys: Annotated[
        dict[str, TrustedKey],
        Meta(
            description="Whose service tokens to trust: key id to issuer, public key (Ed25519, base64) and "
            "scopes; [security.md](security.md). Empty: every route but health and readiness is closed."
        ),
    ] = {}
    log_level: Annotated[
        Level, Meta(description="What is logged: `info`, every request; `warning`; `error`.")
    ] = "info"
    metrics_open: Annotated[
        bool,
        Meta(description="Whether `/metrics` answers anybody on this machine, instead of `metrics:read`."),
    ] = False
    limits: Annotated[
        Limits,
        Meta(
            description="Requests of each `token`, `shopper` and `address`: `per_second` in the long run and "
            "`burst` at once, per process."
        ),
    ] = Limits()
    plain_http: Annotated[
        bool,
        Meta(
            description="Whether other machines are answered without TLS: only where the network itself "
            "encrypts ([security.md](security.md))."
        ),
    ] = False
    oidc: Annotated[
        Provider | None,
        Meta(description="The shop's OpenID provider, as the Worker has it. Not set: there are no accounts."),
    ] = None
    snapshot_keys: Annotated[
        dict[str, str],
        Meta(description="Public keys to trust besides the own one; the Worker's setting as it is."),
    ] = {}
    footprint_data: Annotated[
        Path | None,
        Meta(
            description="Folder of the footprint method's published files; with it footprints have a small "
            "part in the base order ([footprint.md](footprint.md)). Empty: none."
        ),
    ] = None
    footprint_seller: Annotated[
        Seller,
        Meta(
            description="What footprints may take for known of the shop: `business`, `references` (how many "
            "it sells) and `traceability`."
        ),
    ] = Seller()

    @property
    def target(self) -> str:
        """The store's name in the ledger."""
        return f"{urlsplit(self.kv_url).hostname}/{self.kv_account}/{self.kv_namespace}"


def variable(field: str) -> str:
    """The environment variable of a field."""
    return PREFIX + field.upper()


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read every setting from `environ`. Raises `BadSetting`, which names the variable."""
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(Settings):
        name = variable(field.name)
        text = environ.get(name) or environ.get(ALIASES.get(field.name, name), "")
        if text:
            found[field.name] = _parse(name, text, field.type)
    settings = Settings(**found)
    require_tls("kv_url", settings.kv_url)
    for name, secret in (("database", settings.database), ("key_store", settings.key_store)):
        check_database(variable(name), secret.reveal())
    _demand_apart(settings)
    if settings.oidc is not None:
        check_provider(settings.oidc)
    return settings


def require(settings: Settings, *fields: str) -> tuple[str, ...]:
    """The texts of settings that this job cannot do without. Raises `BadSetting`, naming all missing."""
    values = [getattr(settings, field) for field in fields]
    missing = [_named(field) for field, value in zip(fields, values, strict=True) if not value]
    if missing:
        what = "is not set; docs/configuration.md says what it is"
        if len(missing) > 1:
            what = "are not set; docs/configuration.md says what they are"
        raise BadSetting(f"{', '.join(missing)} {what}")
    return tuple(value.reveal() if isinstance(value, Secret) else str(value) for value in values)


def _demand_apart(settings: Settings) -> None:
    """Raise `BadSetting` where keys would lie beside what they seal."""
    places = [_place(secret.reveal()) for secret in (settings.database, settings.key_store)]
    if places[0] == places[1]:
        names = f"{variable('database')} and {variable('key_store')}"
        raise BadSetting(f"{names} name one database: keys must lie apart from what they seal")


def _place(url: str) -> tuple[object, ...]:
    """Return what two URLs of one database have in common, whoever logs in."""
    parsed = make_url(url)
    if parsed.drivername.startswith("sqlite"):
        return (Path(str(parsed.database)).resolve(),)
    return (parsed.host, parsed.port or 5432, parsed.database)


def _named(field: str) -> str:
    alias = f" (nor {ALIASES[field]})" if field in ALIASES else ""
    return f"{variable(field)}{alias}"


def _parse(name: str, text: str, annotation: Any) -> Any:
    kind = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    if kind is Path or Path in get_args(kind):
        return Path(text)
    if kind is Secret or Secret in get_args(kind):
        return Secret(text)
    is_text = kind is str or get_origin(kind) is Literal
    try:
        return msgspec.convert(text, annotation) if is_text else msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as error:
        raise BadSetting(f"{name}: {error}") from error
