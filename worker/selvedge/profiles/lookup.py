"""Looking for a person's profile: this isolate's memory, KV, the origin, all within one deadline.

Whatever goes wrong on the way only takes the profile away; nothing here raises. No request waits for what
another one asked: each looks for itself, and leaves what it has found behind.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from selvedge.errors import UNREADABLE, OriginUnavailable, StorageUnavailable
from selvedge.identity.service import EDGE_SCOPES
from selvedge.profiles.breaker import Breaker, BreakerRules
from selvedge.profiles.memory import Entry, ProfileMemory
from selvedge.profiles.origin import OriginRequest
from selvedge.shopper.profile import EdgeProfile
from selvedge.shopper.record import (
    TOMBSTONE_SECONDS,
    Record,
    Tombstone,
    decode_record,
    encode_profile,
    encode_tombstone,
    record_key,
    record_ttl,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from selvedge.ports import Background, Clock, RecordStore
    from selvedge.profiles.origin import OriginAnswer, OriginClient
    from selvedge.shopper.sealing import Sealer

Source = Literal["memory", "kv", "origin", "none", "timeout", "open"]
"""Where a profile was found, or why it was not: `none` is kept or readable, the deadline, the breaker."""

_OK, _NOT_FOUND, _GONE = 200, 404, 410
_decoder = msgspec.json.Decoder(EdgeProfile)


class _Gone(msgspec.Struct, frozen=True):
    """What is read of the problem that tells of an erasure (RFC 9457, section 3.2)."""

    erased: Annotated[int, msgspec.Meta(ge=0)] | None = None


_gone = msgspec.json.Decoder(_Gone)


class LookupRules(msgspec.Struct, frozen=True, kw_only=True):
    """`deadline_ms` is for the whole look-up; how long findings are believed is in seconds."""

    deadline_ms: int = 80
    memory_bytes: int = 4_000_000
    memory_seconds: int = 60
    negative_seconds: int = 10
    breaker: BreakerRules = BreakerRules()


class Looked(msgspec.Struct, frozen=True):
    """What a look-up found, and where."""

    source: Source
    record: Record | None = None

    @property
    def profile(self) -> EdgeProfile | None:
        """The profile, if one may be used: whoever objected has none."""
        found = self.record
        return found if isinstance(found, EdgeProfile) and not found.objected else None

    @property
    def erased(self) -> bool:
        """Whether the person was erased."""
        return isinstance(self.record, Tombstone)


class BadAnswer(Exception):
    """The origin's answer is not what it should be."""


class Profiles:
    """One isolate's look-up; without an `origin` it ends at KV."""

    def __init__(
        self,
        store: RecordStore,
        sealer: Sealer,
        clock: Clock,
        *,
        origin: OriginClient | None = None,
        rules: LookupRules | None = None,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._origin = origin
        self._rules = rules or LookupRules()
        self._memory = ProfileMemory(self._rules.memory_bytes)
        self.breaker = Breaker(self._rules.breaker)

    async def find(self, shopper: str, revision: int, background: Background, since: int = 0) -> Looked:
        """Return what is known of `shopper`, no older than `revision`; what was found is kept afterwards.

        `since` (epoch seconds) is when an account's person logged in: who was erased before that has come
        back. A browser's name is never given again, and has no such time.
        """
        started = self._clock.now()
        entry = self._memory.get(shopper, revision, started)
        if entry is not None:
            if not _is_past(entry.record, since):
                return Looked("none" if entry.record is None else "memory", _as_seen(entry.record, since))
            if started < entry.absent_until and entry.revision >= revision:
                return Looked("none")
        try:
            async with asyncio.timeout(self._rules.deadline_ms / 1000):
                found = await self._search(shopper, revision, started, background, since)
        except TimeoutError:
            return Looked("timeout")
        return Looked(found.source, _as_seen(found.record, since))

    async def erase(self, shopper: str) -> None:
        """Put a tombstone in the place of the person's record. Raises `StorageUnavailable`."""
        tombstone = Tombstone(int(self._clock.now()))
        self._remember(shopper, tombstone, 0, tombstone.erased)
        await self._store.put(record_key(shopper), encode_tombstone(tombstone), TOMBSTONE_SECONDS)

    def forget(self, shopper: str) -> None:
        """Believe no longer what this isolate remembers of a person: it has just been changed."""
        self._memory.forget(shopper)

    async def _search(
        self, shopper: str, revision: int, started: float, background: Background, since: int
    ) -> Looked:
        record = await self._read(shopper)
        erased = record if _is_past(record, since) else None
        record = record if erased is None else None
        now = self._clock.now()
        if isinstance(record, Tombstone) or (record is not None and _is_current(record, revision, now)):
            self._remember(shopper, record, revision, since)
            return Looked("kv", record)
        if self._origin is None:
            self._remember(shopper, erased, revision, since)
            return Looked("none")
        permit = self.breaker.ask(now)
        if permit is None:
            return Looked("open")
        left = self._rules.deadline_ms - int((now - started) * 1000)
        asking = self._ask(self._origin, shopper, max(1, left))
        # What runs out of time counts only where the origin was left at least half of the deadline.
        fair = left * 2 >= self._rules.deadline_ms
        return await self._try_origin(shopper, revision, background, permit, asking, fair=fair, since=since)

    async def _read(self, shopper: str) -> Record | None:
        """Return KV's record, or None where it has none or gives none."""
        try:
            data = await self._store.get(record_key(shopper))
        except StorageUnavailable:
            return None
        return None if data is None else await decode_record(data, shopper, self._sealer)

    async def _try_origin(
        self,
        shopper: str,
        revision: int,
        background: Background,
        permit: int,
        asking: Awaitable[Record | None],
        *,
        fair: bool,
        since: int,
    ) -> Looked:
        """Ask the origin, and tell the breaker what came of it; being late counts where that is `fair`."""
        try:
            record = await asking
        except asyncio.CancelledError:
            if fair:
                self.breaker.report(permit, self._clock.now(), succeeded=False)
            raise
        except OriginUnavailable as error:
            late = error.reason == "timeout"
            if fair or not late:
                self.breaker.report(permit, self._clock.now(), succeeded=False)
            return Looked("timeout" if late else "none")
        except BadAnswer:
            self.breaker.report(permit, self._clock.now(), succeeded=False)
            return Looked("none")
        self.breaker.report(permit, self._clock.now(), succeeded=True)
        self._remember(shopper, record, revision, since)
        if record is None or _is_past(record, since):
            return Looked("none")
        background.run(self._keep(shopper, record, since))
        return Looked("origin", record)

    async def _ask(self, origin: OriginClient, shopper: str, left_ms: int) -> Record | None:
        """Return what the origin says of `shopper`. Raises `OriginUnavailable`, `BadAnswer`."""
        request = OriginRequest(path=f"/v1/shoppers/{shopper}/edge-profile", deadline_ms=left_ms)
        answer = await origin.ask(request, EDGE_SCOPES)
        return _judge(answer, shopper, int(self._clock.now()))

    async def _keep(self, shopper: str, record: Record, since: int) -> None:
        """Write a record that the origin gave into KV, unless the person has been erased meanwhile."""
        now = int(self._clock.now())
        record = self._tombstone(shopper, since) or record
        try:
            if isinstance(record, Tombstone):
                await self._store.put(record_key(shopper), encode_tombstone(record), TOMBSTONE_SECONDS)
            elif (seconds := record_ttl(record, now)) is not None:
                data = await encode_profile(record, self._sealer)
                await self._store.put(record_key(shopper), data, seconds)
        except StorageUnavailable:
            return  # the next request finds it at the origin again

    def _tombstone(self, shopper: str, since: int) -> Tombstone | None:
        """Return the tombstone that is remembered of a person who has not come back after it."""
        known = self._memory.get(shopper, 0, self._clock.now())
        found = None if known is None else known.record
        return found if isinstance(found, Tombstone) and not _is_past(found, since) else None

    def _remember(self, shopper: str, record: Record | None, revision: int, since: int) -> None:
        """Remember what was found by who knows of `revision`; an erasure is not forgotten over it.

        A tombstone of who has come back says that nothing is kept of them again.
        """
        if self._tombstone(shopper, since) is not None:
            return
        now = self._clock.now()
        until = now + (self._rules.negative_seconds if record is None else self._rules.memory_seconds)
        size = 0
        if isinstance(record, EdgeProfile):
            until = min(until, record.valid_until)
            # Behind what the cookie knows of, yet all there is: believed as briefly as if there were none.
            if record.revision < revision:
                until = min(until, now + self._rules.negative_seconds)
            revision = max(revision, record.revision)
            size = len(msgspec.json.encode(record))
        absent_until = now + self._rules.negative_seconds if _is_past(record, since) else 0.0
        self._memory.put(shopper, Entry(record, revision, until, size, absent_until))


def _is_past(record: Record | None, since: int) -> bool:
    """Whether the person was erased, and has logged in again after that."""
    return isinstance(record, Tombstone) and record.erased < since


def _as_seen(record: Record | None, since: int) -> Record | None:
    """Return a record as it is to who logged in at `since`: before an erasure, they are whom it erased."""
    if isinstance(record, EdgeProfile) and record.erased and record.erased >= since:
        return Tombstone(record.erased)
    return record


def _is_current(profile: EdgeProfile, revision: int, now: float) -> bool:
    return profile.revision >= revision and profile.valid_until > now


def _erased_at(body: bytes, now: int) -> int:
    """Return when the origin says that it erased somebody, `now` where it does not."""
    try:
        erased = _gone.decode(body).erased
    except UNREADABLE:
        return now
    return now if erased is None else min(erased, now)


def _judge(answer: OriginAnswer, shopper: str, now: int) -> Record | None:
    """Return the record in an answer, None where the origin keeps none. Raises `BadAnswer`."""
    if answer.status == _NOT_FOUND:
        return None
    if answer.status == _GONE:
        return Tombstone(_erased_at(answer.body, now))
    if answer.status != _OK or not answer.is_json:
        raise BadAnswer(answer.status)
    try:
        profile = _decoder.decode(answer.body)
    except UNREADABLE as error:
        raise BadAnswer("malformed") from error
    if profile.shopper != shopper or profile.valid_until <= now:
        raise BadAnswer("of somebody else, or not valid any more")
    return profile
