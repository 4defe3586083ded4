"""Publishing: guardrails, parts, verification, and the pointer last. Nothing is ever half-published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from origin.publishing import guardrails
from origin.publishing.errors import (
    GuardrailRefused,
    LedgerBehind,
    PointerMoved,
    PublishingError,
    ReadBackMismatch,
    UnknownVersion,
)
from origin.publishing.folder import sizes
from origin.publishing.lease import Lease
from origin.publishing.parts import Parts
from origin.publishing.pointers import StoredPointer
from selvedge.errors import MissingPart, SnapshotError
from selvedge.snapshot.manifest import FORMAT, Pointer, Release, check_part

if TYPE_CHECKING:
    from origin.building.built import BuiltSnapshot
    from origin.publishing.kv import KeyValueStore
    from origin.publishing.ledger import Kind, Ledger
    from origin.publishing.parts import Progress
    from origin.publishing.pointers import Pointers


class Outcome(msgspec.Struct, frozen=True):
    """What a publication did. `moved` is false where the channel named this release already."""

    channel: str
    sequence: int
    version: str
    delta_number: int
    moved: bool
    parts: int
    written: int
    overridden: tuple[str, ...] = ()


class ChannelStatus(msgspec.Struct, frozen=True):
    """A channel as the store and the ledger see it; `published` is in epoch seconds.

    `trouble` says why the pointer in the store cannot be used, where it cannot.
    """

    channel: str
    sequence: int | None
    ledger_sequence: int
    version: str | None = None
    delta_number: int = 0
    previous: str | None = None
    published: int | None = None
    trouble: str | None = None


class _Standing(msgspec.Struct, frozen=True):
    """What the channel points to. `final` where the pointer is ours and newest, so that it may stay."""

    stored: StoredPointer | None
    current: Release | None = None
    previous: Release | None = None
    final: bool = False

    @property
    def pointer(self) -> Pointer:
        assert self.stored is not None  # noqa: S101 - asked only where `is_at`
        return self.stored.pointer

    def is_at(self, release: Release) -> bool:
        return self.final and self.current == release

    def fallback(self, release: Release) -> Release | None:
        """What serves while `release` is not all there. A delta keeps the previous *version* at hand."""
        same = self.current is not None and self.current.version == release.version
        return self.previous if same else self.current


class _Turn(msgspec.Struct, frozen=True):
    lease: Lease
    standing: _Standing
    channel: str
    release: Release


class Publisher:
    """Publishes one shop's snapshots to one store. `who` is logged, `wait` bounds waiting for the lease."""

    def __init__(
        self,
        store: KeyValueStore,
        ledger: Ledger,
        pointers: Pointers,
        *,
        shop: str,
        who: str,
        wait: float = 0.0,
        limits: guardrails.Limits | None = None,
        progress: Progress = lambda _step, _done, _total: None,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._pointers = pointers
        self._shop = shop
        self._who = who
        self._wait = wait
        self._limits = limits
        self._progress = progress

    def publish(
        self,
        built: BuiltSnapshot,
        channel: str,
        *,
        override: str | None = None,
        adopt: bool = False,
        verify_all: bool = False,
    ) -> Outcome:
        """Make `built` what `channel` points to.

        `override` is the reason for which guardrails give way; it is logged. `adopt` takes over the
        sequence of another ledger. `verify_all` reads back every part, also those read back before.

        Raises `GuardrailRefused`, `LeaseHeld`, `LeaseLost`, `LedgerBehind`, `PointerMoved`,
        `ReadBackMismatch`, `RemoteUnavailable`, `RemoteRefused` or a `SnapshotError`.
        """
        self._check_whole(built)
        with self._ledger.lease(self._who, self._wait) as lease:
            standing = self._standing(channel, lease, adopt=adopt)
            parts = Parts(self._store, self._ledger, lease, self._progress)
            if standing.is_at(built.release):
                written = parts.ensure(built.parts, sizes(built.release), verify_all=verify_all)
                return _outcome(standing.pointer, written, moved=False)
            overridden = self._guard(built.release, standing, override)
            turn = _Turn(lease, standing, channel, built.release)
            publication = self._begin(turn, "publish", override if overridden else None)
            written = parts.ensure(built.parts, sizes(built.release), verify_all=verify_all)
            pointer = self._point(turn, publication)
        return _outcome(pointer, written, overridden=overridden)

    def rollback(
        self, channel: str, version: str, *, reason: str | None = None, adopt: bool = False
    ) -> Outcome:
        """Make `channel` point to an older release again, under a new sequence.

        Raises `UnknownVersion`, `ReadBackMismatch` when its parts are not all there, and as `publish`.
        """
        with self._ledger.lease(self._who, self._wait) as lease:
            standing = self._standing(channel, lease, adopt=adopt)
            release = self._find(channel, version, standing)
            turn = _Turn(lease, standing, channel, release)
            publication = self._begin(turn, "rollback", reason)
            bad = Parts(self._store, self._ledger, lease, self._progress).damaged(
                sizes(release), verify_all=True
            )
            if bad:
                raise ReadBackMismatch(f"{len(bad)} parts of {version} are gone; publish it from its folder")
            pointer = self._point(turn, publication)
        return _outcome(pointer, 0)

    def status(self) -> list[ChannelStatus]:
        """Every channel that the store or the ledger knows."""
        channels = sorted({*self._pointers.channels(), *self._ledger.channels()})
        return [self._status(name, self._ledger.sequence(name)) for name in channels]

    def _status(self, channel: str, ledger_sequence: int) -> ChannelStatus:
        try:
            return _status(channel, self._pointers.read(channel), ledger_sequence)
        except SnapshotError as error:
            return ChannelStatus(channel, None, ledger_sequence, trouble=f"{error.reason}: {error}")

    def _check_whole(self, built: BuiltSnapshot) -> None:
        manifest = built.release.manifest
        if manifest.shop != self._shop:
            raise PublishingError(f"the snapshot is of shop {manifest.shop!r}, not {self._shop!r}")
        if built.release.version != manifest.version:
            raise PublishingError(f"release {built.release.version} has the manifest of {manifest.version}")
        for digest, size in sizes(built.release).items():
            if digest not in built.parts:
                raise MissingPart(f"the build lacks part {digest.hex()}")
            check_part(built.parts[digest], digest, size)

    def _standing(self, channel: str, lease: Lease, *, adopt: bool) -> _Standing:
        """What this publication follows, once this ledger is known to be the one in charge."""
        stored = self._pointers.read(channel)
        newest = next((entry for entry in self._ledger.log(channel, 1_000) if entry.state == "done"), None)
        if stored is None:
            # KV may deny for a while what it holds; what was published last is what readers may still serve.
            return _Standing(None, self._ledger.release_of(newest) if newest else None)
        sequence, known = stored.pointer.sequence, self._ledger.sequence(channel)
        if sequence > known and not adopt:
            raise LedgerBehind(
                f"{channel} is at sequence {sequence}, this ledger at {known}: another is in play"
            )
        if sequence > known:
            lease.adopt(channel, sequence)
        lease.settle(channel, sequence)
        if newest and (newest.sequence or 0) > sequence:
            # The store shows an old pointer still; the ledger knows what came after it.
            return _Standing(stored, self._ledger.release_of(newest), stored.pointer.current)
        own = self._pointers.is_own(stored)
        return _Standing(stored, stored.pointer.current, stored.pointer.previous, final=own)

    def _guard(self, release: Release, standing: _Standing, override: str | None) -> tuple[str, ...]:
        """What was found and overridden; raises `GuardrailRefused` for what was not."""
        current = standing.current
        if release == current:
            return ()
        try:
            guardrails.check(release, current, self._limits)
        except GuardrailRefused as refused:
            found = refused.findings
            if current and standing.stored is None:
                said = "the store shows no pointer; compared with what the ledger published last"
                found = (*found, f"{said}, {current.version}")
            if not override:
                raise GuardrailRefused(found) from refused
            return found
        return ()

    def _find(self, channel: str, version: str, standing: _Standing) -> Release:
        for entry in self._ledger.log(channel, limit=1_000):
            if entry.version == version and entry.state == "done":
                return self._ledger.release_of(entry)
        if standing.previous and standing.previous.version == version:
            return standing.previous
        raise UnknownVersion(f"{channel} never had version {version}; `snapshot status` lists what it had")

    def _begin(self, turn: _Turn, kind: Kind, reason: str | None) -> int:
        return turn.lease.begin(turn.channel, kind, turn.release, self._who, reason)

    def _point(self, turn: _Turn, publication: int) -> Pointer:
        now = self._pointers.read(turn.channel)
        if now and now.pointer.sequence > self._ledger.sequence(turn.channel):
            raise PointerMoved(f"{turn.channel} went to {now.pointer.sequence} while this one was prepared")
        sequence = turn.lease.allocate(turn.channel, publication)  # the lease's last check before the write
        pointer = Pointer(
            format=FORMAT,
            shop=self._shop,
            channel=turn.channel,
            sequence=sequence,
            published=int(self._ledger.clock.now()),
            current=turn.release,
            previous=turn.standing.fallback(turn.release),
        )
        self._pointers.write(pointer)
        turn.lease.finish(publication)
        return pointer


def _outcome(
    pointer: Pointer, written: int, *, moved: bool = True, overridden: tuple[str, ...] = ()
) -> Outcome:
    release = pointer.current
    return Outcome(
        channel=pointer.channel,
        sequence=pointer.sequence,
        version=release.version,
        delta_number=release.delta_number,
        moved=moved,
        parts=len(sizes(release)),
        written=written,
        overridden=overridden,
    )


def _status(channel: str, stored: StoredPointer | None, ledger_sequence: int) -> ChannelStatus:
    if stored is None:
        return ChannelStatus(channel, None, ledger_sequence)
    pointer = stored.pointer
    return ChannelStatus(
        channel=channel,
        sequence=pointer.sequence,
        ledger_sequence=ledger_sequence,
        version=pointer.current.version,
        delta_number=pointer.current.delta_number,
        previous=pointer.previous.version if pointer.previous else None,
        published=pointer.published,
    )
