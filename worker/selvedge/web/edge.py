"""What every handler works with: the ports, the store and the release in service."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from selvedge.catalogue.filter import Scope
from selvedge.errors import SnapshotError, StorageUnavailable
from selvedge.identity.jwks import KeySet
from selvedge.identity.person import PersonVerifier
from selvedge.profiles.lookup import LookupRules, Profiles
from selvedge.ranking.rulebook import Rulebook
from selvedge.settings import BadSetting, decode_key
from selvedge.shopper.consent import ConsentRules
from selvedge.shopper.policy import BadPattern, ManagerReader, Policy
from selvedge.shopper.sealing import Sealer
from selvedge.web.caching import Edition, public_headers
from selvedge.web.cursors import PrivateCursors, PublicCursors
from selvedge.web.limits import RequestLimits
from selvedge.web.shelf import Shelf
from selvedge.web.view import View, market_settings

if TYPE_CHECKING:
    from selvedge.identity.jwk import JwsVerifier
    from selvedge.ports import Background, Clock, Documents, Queue, RecordStore, Telemetry
    from selvedge.profiles.origin import OriginClient
    from selvedge.ranking.models import Predictor
    from selvedge.settings import Settings
    from selvedge.shopper.sealing import Aead
    from selvedge.snapshot.index import Index
    from selvedge.snapshot.loaded import LoadedRelease
    from selvedge.snapshot.manifest import Release
    from selvedge.snapshot.store import SnapshotStore
    from selvedge.web.http import Request


class Edge:
    """One isolate's Selvedge: made at its first request, kept for all that follow."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: SnapshotStore,
        clock: Clock,
        sealer: Sealer,
        consent: ConsentRules,
        queue: Queue,
        public_cursors: PublicCursors,
        private_cursors: PrivateCursors,
        telemetry: Telemetry,
        worker_version: str,
        deployed: int,
        profiles: Profiles,
        origin: OriginClient | None = None,
        predictor: Predictor | None = None,
        accounts: PersonVerifier | None = None,
        limits: RequestLimits | None = None,
    ) -> None:
        self.settings = settings
        self.accounts = accounts
        self.limits = limits or RequestLimits()
        self.store = store
        self.clock = clock
        self.sealer = sealer
        self.consent = consent
        self.queue = queue
        self.public_cursors = public_cursors
        self.private_cursors = private_cursors
        self.telemetry = telemetry
        self.worker_version = worker_version
        self.profiles = profiles
        self.origin = origin
        self.predictor = predictor
        self.deployed = deployed
        self.pin: LoadedRelease | None = None
        self._shelf = Shelf()
        self._shelf_of: tuple[LoadedRelease, int] | None = None

    async def view(self, market: str, locale: str, background: Background, *, plain: bool = False) -> View:
        """Return the view of a market in a locale, and see to a refresh where one is due.

        For a `plain` request, the first page of everything, an isolate without a release answers from
        a starter and fetches the rest afterwards.
        Raises `NotFound` for a market or locale that the shop does not have.
        """
        now = self.clock.now()
        if plain and self.store.current is None and self.pin is None:
            view = await self._starter_view(market, locale, int(now))
            if view is not None:
                self._see_to_refresh(now, background)
                return view
        release = await self.release(background)
        settings = market_settings(release.release.manifest, market, locale)
        market_index = await release.market(market)
        return View(
            edition=self.edition(release, int(now)),
            scope=Scope(release.index, market_index, int(now)),
            market=settings,
            locale=locale,
            labels=await release.labels(locale),
            cards=release,
            shelf=self._shelf_for(release, release.index.evidence_epoch(int(now))),
            release=release,
        )

    async def release(self, background: Background) -> LoadedRelease:
        """Return the release in service, and see to a refresh where one is due."""
        now = self.clock.now()
        if self.pin is not None:
            return self.pin
        release = await self.store.serving(now)
        self._see_to_refresh(now, background)
        return release

    def pinned(self, release: LoadedRelease) -> Edge:
        """Return this edge with `release` in service, whatever the store holds: for one request."""
        edge = copy(self)
        edge.pin = release
        return edge

    def _see_to_refresh(self, now: float, background: Background) -> None:
        if self.store.claim_refresh(now):
            background.run(self.store.refresh(now))

    def edition(self, release: LoadedRelease, now: int) -> Edition:
        """Return what public answers about `release` depend on at `now`."""
        return self._edition(release.release, release.published, release.index, release.rulebook, now)

    def _shelf_for(self, release: LoadedRelease, epoch: int) -> Shelf:
        """Return what is ready of `release`; when some evidence begins or ends, items say something else."""
        if self._shelf_of is None or self._shelf_of[0] is not release or self._shelf_of[1] != epoch:
            self._shelf_of, self._shelf = (release, epoch), Shelf()
        return self._shelf

    async def _starter_view(self, market: str, locale: str, now: int) -> View | None:
        """The view behind a starter; None where there is none or it cannot be read."""
        try:
            found = await self.store.starter(market, locale)
        except (SnapshotError, StorageUnavailable):
            return None
        if found is None:
            return None
        pointer, starter = found
        release = pointer.current
        return View(
            edition=self._edition(release, pointer.published, starter.index, Rulebook(starter.index), now),
            scope=Scope(starter.index, starter.market, now),
            market=market_settings(release.manifest, market, locale),
            locale=locale,
            labels=starter.labels,
            cards=starter,
            shelf=Shelf(),
            total=release.manifest.counts[f"available/{market}"],
        )

    def _edition(
        self, release: Release, published: int, index: Index, rulebook: Rulebook, now: int
    ) -> Edition:
        passed = (published, index.last_instant(now) or 0, rulebook.last_instant(now) or 0)
        coming = [one for one in (index.next_instant(now), rulebook.next_instant(now)) if one is not None]
        return Edition(
            worker_version=self.worker_version,
            snapshot_version=release.version,
            delta_number=release.delta_number,
            revision=release.revision,
            evidence_epoch=index.evidence_epoch(now) + rulebook.epoch(now),
            modified=max(*passed, self.deployed),
            next_change=min(coming, default=None),
        )

    def public(self, edition: Edition, request: Request, now: int, *, brief: bool = False) -> dict[str, str]:
        """Return the headers of a public answer; a `brief` one is kept for seconds only."""
        degraded = brief or self.trouble is not None
        headers = public_headers(edition, self.settings, request, now=now, degraded=degraded)
        return headers | self.marks(edition)

    @property
    def trouble(self) -> str | None:
        """Why what is served is not the newest, if it is not."""
        return self.store.trouble if self.pin is None else self.pin.trouble

    def marks(self, edition: Edition) -> dict[str, str]:
        """Return the headers that say what was served and whether it is the newest."""
        marks = {"Selvedge-Snapshot": f"{edition.snapshot_version}.{edition.delta_number}"}
        if self.trouble is not None:
            marks["Selvedge-Degraded"] = self.trouble
        return marks


def make_edge(
    settings: Settings,
    *,
    store: SnapshotStore,
    aead: Aead,
    queue: Queue,
    clock: Clock,
    telemetry: Telemetry,
    worker_version: str,
    deployed: int = 0,
    records: RecordStore,
    origin: OriginClient | None = None,
    predictor: Predictor | None = None,
    documents: Documents | None = None,
    token_verifier: JwsVerifier | None = None,
    limits: RequestLimits | None = None,
) -> Edge:
    """Return an edge over the platform's adapters. Raises `BadSetting` for settings that are none.

    `deployed` is when this Worker version was deployed, epoch seconds.
    """
    keys = {key_id: decode_key("sealing_keys", text) for key_id, text in settings.sealing_keys.items()}
    if not keys:
        raise BadSetting("SELVEDGE_SEALING_KEYS holds no key")
    sealer = Sealer(aead, keys)
    return Edge(
        settings=settings,
        store=store,
        clock=clock,
        sealer=sealer,
        consent=consent_rules(settings),
        queue=queue,
        public_cursors=PublicCursors(list(keys.values())),
        private_cursors=PrivateCursors(list(keys.values()), clock),
        telemetry=telemetry,
        worker_version=worker_version,
        predictor=predictor,
        profiles=Profiles(records, sealer, clock, origin=origin, rules=lookup_rules(settings)),
        origin=origin,
        deployed=deployed,
        accounts=accounts(settings, documents, token_verifier, clock),
        limits=limits,
    )


def accounts(
    settings: Settings, documents: Documents | None, verifier: JwsVerifier | None, clock: Clock
) -> PersonVerifier | None:
    """Return what verifies shoppers' tokens, or None for a shop without accounts."""
    if settings.oidc is None or documents is None or verifier is None:
        return None
    return PersonVerifier(settings.oidc, KeySet(settings.oidc, documents, clock), verifier, clock)


def lookup_rules(settings: Settings) -> LookupRules:
    """Return the rules by which profiles are looked for."""
    return LookupRules(
        deadline_ms=settings.profile_deadline_ms,
        memory_bytes=settings.profile_memory_bytes,
        memory_seconds=settings.profile_memory_seconds,
        negative_seconds=settings.profile_negative_seconds,
    )


def consent_rules(settings: Settings) -> ConsentRules:
    """Return the rules that consent is decided by. Raises `BadSetting`, which names the key."""
    try:
        manager = ManagerReader(settings.consent_manager) if settings.consent_manager else None
    except BadPattern as error:
        raise BadSetting(f"SELVEDGE_CONSENT_MANAGER: {error}") from error
    return ConsentRules(Policy(settings.consent_policy), manager, settings.consent_version)
