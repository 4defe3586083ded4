"""A shop on stage: its snapshots in a KV made of a dict, signed, and the Worker's application before it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from origin.building import build
from origin.publishing.signing import Ed25519Signer, Ed25519Verifier, encode_key
from origin.rehearsal import (
    AesGcm,
    Content,
    Headers,
    MemoryKeyValue,
    MemoryQueue,
    MemoryTelemetry,
    Tasks,
    rehearse,
)
from selvedge.errors import StorageUnavailable
from selvedge.profiles.origin import OriginClient
from selvedge.settings import Settings
from selvedge.shopper.consent import CHOICE_COOKIE, PURPOSES, format_choice
from selvedge.shopper.context import CONTEXT_COOKIE, Context, seal_context
from selvedge.shopper.sealing import Sealer
from selvedge.snapshot.manifest import FORMAT, Pointer, part_key, pointer_key, seal_pointer
from selvedge.web.http import Request
from selvedge.web.limits import RequestLimits
from tests.behaviour.case import Answer
from tests.origins import PlainTokens
from tests.wardrobe import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from origin.building import BuiltSnapshot
    from selvedge.catalogue.model import Catalogue
    from selvedge.ports import Documents, Origin
    from selvedge.web.app import Application

T = TypeVar("T")
SHOP = "acme"
ORIGIN = "https://shop.example"
SEALING_KEY = bytes(range(32))
CONSENT = format_choice(PURPOSES)


class ManualClock:
    """Time that stands still until it is moved."""

    def __init__(self, now: float = NOW) -> None:
        self.time = now

    def now(self) -> float:
        return self.time


class Place:
    """Where the edge sees a request come from."""

    def __init__(self, country: str | None = None, region: str | None = None) -> None:
        self._country = country
        self._region = region

    def country(self) -> str | None:
        return self._country

    def region(self) -> str | None:
        return self._region


class FaultyKeyValue(MemoryKeyValue):
    """KV that fails, or never answers, for the keys that a fault picks."""

    def __init__(self) -> None:
        super().__init__()
        self.fails: Callable[[str], bool] = lambda _key: False
        self.hangs: Callable[[str], bool] = lambda _key: False
        self.hanging = 0

    async def get(self, key: str) -> bytes | None:
        if self.hangs(key):
            self.hanging += 1
            await asyncio.Event().wait()
        if self.fails(key):
            raise StorageUnavailable(key)
        await asyncio.sleep(0)  # other requests may come in between, as in the real runtime
        return await super().get(key)

    async def put(self, key: str, value: bytes, seconds: int) -> None:
        if self.fails(key):
            raise StorageUnavailable(key)
        await super().put(key, value, seconds)


class Stage:
    """A channel of one shop, and an isolate that serves it. `arrive` replaces the isolate by a cold one."""

    def __init__(
        self,
        catalogue: Catalogue | None = None,
        *,
        origin: Origin | None = None,
        documents: Documents | None = None,
        **settings: Any,
    ) -> None:
        self.origin = origin
        self.documents = documents
        self.records = FaultyKeyValue()
        self.signer = Ed25519Signer(bytes(range(32)))
        self.kv = FaultyKeyValue()
        self.clock = ManualClock()
        self.telemetry = MemoryTelemetry()
        self.queue = MemoryQueue()
        self.limits = RequestLimits()
        self.sequence = 0
        self.live: BuiltSnapshot | None = None
        self.settings = Settings(
            **{
                "shop": SHOP,
                "snapshot_keys": {self.signer.key_id: encode_key(self.signer.public)},
                "sealing_keys": {"k1": encode_key(SEALING_KEY)},
                **settings,
            }
        )
        self.sealer = Sealer(AesGcm(), {"k1": SEALING_KEY})
        if catalogue is not None:
            self.publish(build(catalogue, shop=SHOP))
        self.app = self.arrive()
        self.place = Place()

    def arrive(self) -> Application:
        """Start a cold isolate."""
        verifier = Ed25519Verifier({self.signer.key_id: self.signer.public})
        self.app = rehearse(
            self.settings,
            self.kv,
            verifier,
            clock=self.clock,
            telemetry=self.telemetry,
            queue=self.queue,
            limits=self.limits,
            records=self.records,
            documents=self.documents,
            origin=None if self.origin is None else OriginClient(self.origin, PlainTokens()),
        )
        return self.app

    def publish(
        self, built: BuiltSnapshot, *, sequence: int | None = None, signed_by: str | None = None
    ) -> None:
        """Store all parts, then the pointer."""
        self.kv.values |= {part_key(digest): part for digest, part in built.parts.items()}
        self.sequence = self.sequence + 1 if sequence is None else sequence
        previous = self.live.release if self.live else None
        pointer = Pointer(FORMAT, SHOP, "live", self.sequence, NOW - 60, built.release, previous)
        signer = Ed25519Signer(bytes(range(32)))
        signer.key_id = signed_by or signer.key_id
        self.kv.values[pointer_key("live")] = seal_pointer(pointer, signer)
        self.live = built

    def get(self, target: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
        """Answer one request, and finish what it left running."""
        return asyncio.run(self.answer(target, headers, method))

    async def answer(
        self,
        target: str,
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
        content: bytes = b"",
    ) -> Answer:
        background = Tasks()
        path, _, query = target.partition("?")
        request = Request(
            method,
            path,
            query,
            Headers(headers or {}),
            origin=ORIGIN,
            body=Content(content),
            place=self.place,
        )
        response = await self.app.handle(request, background)
        await background.finish()
        lower = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, lower, response.body, response.cookies)

    def send(
        self, method: str, target: str, content: Any, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send `content` as JSON (bytes as they are) from a page of the Worker's own origin."""
        data = content if isinstance(content, bytes) else msgspec.json.encode(content)
        fields = {"origin": ORIGIN, "content-type": "application/json", **(headers or {})}
        return asyncio.run(self.answer(target, fields, method, data))

    def refresh(self) -> None:
        """Let the isolate notice what has been published: time passes, and a request comes by."""
        self.clock.time += self.settings.refresh_seconds + 1
        self.get("/readyz")

    def cookies(self, context: Context, consent: str = CONSENT) -> dict[str, str]:
        """The headers of a person with `context`."""
        sealed = run(seal_context(context, self.sealer))
        return {"cookie": f"{CHOICE_COOKIE}={consent}; {CONTEXT_COOKIE}={sealed}"}

    def pages(self, target: str, headers: Mapping[str, str] | None = None) -> list[str]:
        """The ids of a whole list, page by page."""
        path, _, query = target.partition("?")
        found: list[str] = []
        following: str | None = ""
        while following is not None:
            pairs = [*query.split("&"), f"cursor={following}" if following else ""]
            ordered = sorted(filter(None, pairs), key=lambda pair: pair.partition("=")[0])
            answer = self.get(f"{path}?{'&'.join(ordered)}", headers)
            assert answer.status == 200, (answer.status, answer.body, answer.headers)
            found += [item["id"] for item in answer.json["items"]]
            assert len(found) <= answer.json["numberOfItems"], "a list repeats nothing"
            following = answer.json.get("next")
        return found


def run(work: Coroutine[object, object, T]) -> T:
    return asyncio.run(work)
