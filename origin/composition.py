"""What the application keeps open while it serves: databases, and the rooms that work with them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from litestar.di import Provide

from origin.encryption.keyring import Keyring
from origin.encryption.masters import parse_master_keys
from origin.encryption.tables import KEYS
from origin.events.deriver import Deriver
from origin.events.ingest import Ingest
from origin.events.retention import Retention
from origin.events.store import EventStore
from origin.events.traits import snapshot_traits
from origin.privacy.erasure import Erasures
from origin.privacy.export import Exporter
from origin.privacy.holdings import demand_all_held
from origin.privacy.objection import Objections
from origin.privacy.tombstones import KvTombstones
from origin.profiles.outputs import Outputs
from origin.profiles.store import Profiles
from origin.publishing.cloudflare import CloudflareApi
from origin.publishing.rest import RestKv
from origin.rehearsal import SystemClock
from origin.settings import require
from origin.storage.database import Database
from origin.storage.paging import Cursors
from origin.storage.schema import DATA, demand_newest, migrate
from origin.storage.tables import metadata
from origin.telemetry.metrics import Metrics
from origin.telemetry.unread import UnreadRows
from selvedge.settings import BadSetting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from litestar import Litestar

    from origin.privacy.tombstones import Tombstones
    from origin.settings import Settings
    from origin.telemetry.logs import Log

NO_RECORDS = "none"
"""What the setting `kv_profiles` says where the Worker has no namespace for records."""


class Kept:
    """The origin's rooms, made from the settings. Raises `BadSetting`."""

    def __init__(self, settings: Settings, log: Log) -> None:
        secret = settings.master_keys
        masters = parse_master_keys(secret.reveal() if secret else None)
        self.clock = SystemClock()
        self.database = Database(settings.database.reveal())
        self.key_store = Database(settings.key_store.reveal())
        self.metrics = Metrics()
        self.keyring = Keyring(self.key_store, masters, unread=UnreadRows(self.metrics, log, self.clock))
        self.cursors = Cursors(masters.derived("cursors"))
        self.events = EventStore(self.database, self.keyring)
        self.traits = snapshot_traits(settings.snapshots)
        self.deriver = Deriver(self.database, self.keyring, self.traits, self.clock, log)
        self.ingest = Ingest(self.events, self.metrics, log, self.clock, kept=self.deriver.wake)
        self.retention = Retention(self.events, self.clock, log, settings.event_days)
        self.profiles = Profiles(
            self.database,
            self.keyring,
            self.clock,
            belongings=self.events,
            valid=settings.profile_seconds,
        )
        demand_all_held(metadata)
        self.exporter = Exporter(self.database, self.keyring, self.clock)
        self.objections = Objections(self.database, self.clock)
        self.erasures = Erasures(
            self.database,
            self.keyring,
            edge_tombstones(settings),
            self.clock,
            log,
            self.metrics,
            valid=settings.profile_seconds,
            backup_days=settings.backup_days,
        )
        self.outputs = Outputs(self.database, self.keyring, self.cursors, self.clock)

    def dependencies(self) -> dict[str, Provide]:
        """Return what handlers may ask for, by name."""
        given = {
            "clock": self.clock,
            "cursors": self.cursors,
            "erasures": self.erasures,
            "events": self.events,
            "exporter": self.exporter,
            "ingest": self.ingest,
            "metrics": self.metrics,
            "objections": self.objections,
            "outputs": self.outputs,
            "profiles": self.profiles,
        }
        return {name: _giving(value) for name, value in given.items()}

    def probes(self) -> dict[str, Callable[[], Awaitable[object]]]:
        """Return what readiness asks: each raises where it does not answer."""
        return {
            "store": lambda: demand_newest(self.database, DATA),
            "keys": lambda: demand_newest(self.key_store, KEYS),
        }

    @asynccontextmanager
    async def open(self, _app: Litestar) -> AsyncIterator[None]:
        """Bring SQLite files to the newest schema; of a server's databases, demand it."""
        for database, schema in ((self.database, DATA), (self.key_store, KEYS)):
            await (migrate if database.kind == "sqlite" else demand_newest)(database, schema)
        try:
            async with (
                self.deriver.running(),
                self.ingest.running(),
                self.erasures.running(),
                self.retention.running(),
            ):
                yield
        finally:
            await self.database.close()
            await self.key_store.close()


def edge_tombstones(settings: Settings) -> Tombstones | None:
    """Return what marks erased persons in KV, or None where nothing is kept there.

    Raises `BadSetting` where an edge may read profiles, hence keep them, and no namespace is named.
    """
    if settings.kv_profiles == NO_RECORDS:
        return None
    if not settings.kv_profiles:
        if any("edge-profile:read" in key.scopes for key in settings.service_keys.values()):
            raise BadSetting(
                f"SELVEDGE_KV_PROFILES is not set, and SELVEDGE_SERVICE_KEYS lets an edge read profiles: "
                f"name the namespace where the Worker keeps them, or {NO_RECORDS!r} if it keeps none"
            )
        return None
    token, account = require(settings, "kv_token", "kv_account")
    api = CloudflareApi(token, base_url=settings.kv_url)
    return KvTombstones(RestKv(api, account, settings.kv_profiles))


def _giving(value: Any) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)
