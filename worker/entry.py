"""The entry point: makes the application at an isolate's first request and hands every request to it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from workers import Request, WorkerEntrypoint

from cloudflare.consumer import consume
from cloudflare.crypto import WebCryptoAead, WebCryptoSigner, WebCryptoVerifier
from cloudflare.documents import FetchedDocuments
from cloudflare.http import from_platform, to_platform
from cloudflare.limits import limiter
from cloudflare.origin import FetchOrigin
from cloudflare.queue import WorkersQueue
from cloudflare.runtime import AnalyticsEngine, WaitUntil, WorkersClock
from cloudflare.storage import catalogue, profiles
from cloudflare.tokens import WebCryptoJws
from selvedge import __version__
from selvedge.events.delivery import LONGEST_DELAY_SECONDS, OriginEvents
from selvedge.events.handover import FallbackQueue, OriginQueue
from selvedge.identity.service import ServiceTokens
from selvedge.profiles.origin import OriginClient
from selvedge.settings import BadSetting, decode_key, read_settings
from selvedge.snapshot.store import SnapshotStore
from selvedge.web.app import Application
from selvedge.web.edge import make_edge
from selvedge.web.limits import RequestLimits
from selvedge.web.problems import answer_for

if TYPE_CHECKING:
    from selvedge.ports import Queue
    from selvedge.settings import Settings

_applications: list[Application] = []
"""This isolate's application, once there is one. Importing makes none: bindings come with a request."""


class Default(WorkerEntrypoint):
    """Serves the storefront's requests."""

    async def fetch(self, request: Request) -> Any:
        """Answer one request."""
        if not _applications:
            try:
                _applications.append(make_application(self.env))
            except BadSetting as error:
                print(f"the Worker cannot start: {error}")  # noqa: T201 - the platform's log
                return to_platform(answer_for(error))
        response = await _applications[0].handle(from_platform(request.js_object), WaitUntil(self.ctx))
        return to_platform(response)

    async def queue(self, batch: Any) -> None:
        """Hand the events that the queue brings to the origin."""
        try:
            origin = origin_client(read_settings(lambda name: getattr(self.env, name, None)))
            if origin is None:
                raise BadSetting("SELVEDGE_ORIGIN_URL is not set: nobody takes the events")  # noqa: TRY301
        except BadSetting as error:
            print(f"the queue keeps its messages: {error}")  # noqa: T201 - the platform's log
            # Raising would use up the attempts within minutes.
            batch.retryAll(delaySeconds=LONGEST_DELAY_SECONDS)
            return
        again = await consume(batch, OriginEvents(origin), WorkersQueue(self.env.DEAD_EVENTS))
        if again:
            print(f"{again} messages come again: the origin did not take them")  # noqa: T201 - the platform's log


def make_application(env: Any) -> Application:
    """Return the application over the bindings in `env`. Raises `BadSetting`."""
    settings = read_settings(lambda name: getattr(env, name, None))
    keys = {key_id: decode_key("snapshot_keys", text) for key_id, text in settings.snapshot_keys.items()}
    origin = origin_client(settings)
    edge = make_edge(
        settings,
        store=SnapshotStore(catalogue(env), WebCryptoVerifier(keys), settings),
        aead=WebCryptoAead(),
        queue=event_queue(env, settings, origin),
        origin=origin,
        records=profiles(env),
        clock=WorkersClock(),
        telemetry=AnalyticsEngine(env.TELEMETRY, settings.shop),
        worker_version=worker_version(env),
        deployed=deployed(env),
        documents=FetchedDocuments(),
        token_verifier=WebCryptoJws(),
        limits=RequestLimits(
            limiter(env, "REQUEST_RATE"), limiter(env, "SHOPPER_RATE"), personal_lists=settings.limit_lists
        ),
    )
    return Application(edge)


def event_queue(env: Any, settings: Settings, origin: OriginClient | None) -> Queue:
    """Return where events go: the queue, and the origin behind it if there is one."""
    queue = WorkersQueue(env.EVENTS)
    return queue if origin is None else FallbackQueue(queue, OriginQueue(origin, settings.origin_deadline_ms))


def origin_client(settings: Settings) -> OriginClient | None:
    """Return what asks the origin, if there is one; where there is one there is a key."""
    if not settings.origin_url:
        return None
    key_id, seed = next(iter(settings.service_key.items()))
    tokens = ServiceTokens(WebCryptoSigner(key_id, decode_key("service_key", seed)), WorkersClock())
    return OriginClient(FetchOrigin(settings.origin_url), tokens)


def worker_version(env: Any) -> str:
    """Return the deployed version's id, so that a deploy changes every entity tag; locally the release."""
    metadata = getattr(env, "CF_VERSION_METADATA", None)
    return getattr(metadata, "id", None) or __version__


def deployed(env: Any) -> int:
    """Return when this version was deployed, epoch seconds; 0 where nobody says so."""
    stamp = getattr(getattr(env, "CF_VERSION_METADATA", None), "timestamp", None)
    try:
        return int(datetime.fromisoformat(stamp).timestamp()) if isinstance(stamp, str) else 0
    except ValueError:
        return 0
