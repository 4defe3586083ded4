"""What jobs work with, made from the settings when a job first asks for it."""

from __future__ import annotations

import getpass
import os
import socket
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from origin.publishing.clock import Clock, SystemClock
from origin.publishing.cloudflare import REMOTE, CloudflareApi, Pace
from origin.publishing.ledger import Ledger
from origin.publishing.pointers import Pointers
from origin.publishing.pruning import Pruner
from origin.publishing.publisher import Publisher
from origin.publishing.purging import ZonePurger
from origin.publishing.rest import RestKv
from origin.publishing.signing import Ed25519Signer, decode_key, read_key_file
from origin.settings import read_settings, require, variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from origin.publishing.guardrails import Limits
    from origin.publishing.parts import Progress
    from origin.publishing.purging import CachePurger
    from origin.settings import Settings


class Workshop:
    """Settings, and the ports that they describe. Tests pass another transport or clock."""

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self._transport = transport
        self.clock = clock or SystemClock()
        self._open = ExitStack()

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises `BadSetting`."""
        return read_settings(self._environ)

    @cached_property
    def signer(self) -> Ed25519Signer:
        """The key that signs; raises `SigningKeyUnusable`."""
        secret = self.settings.signing_key
        return Ed25519Signer(decode_key(secret.reveal())) if secret else self.signer_from_file()

    def signer_from_file(self) -> Ed25519Signer:
        """The key in the key file; raises `SigningKeyUnusable`."""
        return Ed25519Signer(read_key_file(self.settings.signing_key_file))

    @cached_property
    def store(self) -> RestKv:
        """The key-value store."""
        settings = self.settings
        account, namespace, token = require(settings, "kv_account", "kv_namespace", "kv_token")
        who = f"{variable('kv_token')}, account {account} and namespace {namespace}"
        return RestKv(self._api(token, settings.kv_url, who), account, namespace)

    def namespace(self, namespace: str) -> RestKv:
        """Another namespace of the same account."""
        account, token = require(self.settings, "kv_account", "kv_token")
        who = f"{variable('kv_token')}, account {account} and namespace {namespace}"
        return RestKv(self._api(token, self.settings.kv_url, who), account, namespace)

    @cached_property
    def ledger(self) -> Ledger:
        """The publisher's ledger."""
        return Ledger(self.settings.ledger, self.settings.target, self.clock)

    @cached_property
    def pointers(self) -> Pointers:
        """The pointers in the store."""
        trusted = {name: decode_key(text) for name, text in self.settings.snapshot_keys.items()}
        return Pointers(self.store, self.settings.shop, self.signer, trusted, self.clock)

    @property
    def purger(self) -> CachePurger | None:
        """The caches in front of the Worker, or None where no zone is configured."""
        settings = self.settings
        if not settings.zone:
            return None
        field = "zone_token" if settings.zone_token else "kv_token"
        who = f"{variable(field)} and {variable('zone')}"
        (token,) = require(settings, field)
        return ZonePurger(self._api(token, REMOTE, who), settings.zone)

    def publisher(self, progress: Progress, wait: float = 0.0, limits: Limits | None = None) -> Publisher:
        """A publisher that waits for its lease for `wait` seconds."""
        return Publisher(
            self.store,
            self.ledger,
            self.pointers,
            shop=self.settings.shop,
            who=whoami(),
            wait=wait,
            limits=limits,
            progress=progress,
        )

    def pruner(self) -> Pruner:
        """A pruner."""
        return Pruner(self.store, self.ledger, self.pointers, whoami())

    def close(self) -> None:
        """Close the connections."""
        self._open.close()

    def _api(self, token: str, base_url: str, who: str) -> CloudflareApi:
        # Only Cloudflare itself counts requests.
        pace = Pace(self.clock) if urlsplit(base_url).hostname == urlsplit(REMOTE).hostname else None
        api = CloudflareApi(
            token, base_url=base_url, who=who, clock=self.clock, pace=pace, transport=self._transport
        )
        return self._open.enter_context(api)


def whoami() -> str:
    """Who the ledger says it was: user, machine and process."""
    return f"{getpass.getuser()}@{socket.gethostname()}:{os.getpid()}"
