"""The store: the one release that this isolate serves, and how it gets the next.

Nothing here waits for another request's work: workerd ends a request that awaits what another one
started. Each request that finds no release loads one for itself; a release replaces another by one
assignment, once it is whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from selvedge.errors import MissingPointer, ReplayedPointer, SnapshotError, StorageUnavailable
from selvedge.snapshot.loaded import LoadedRelease, Starter
from selvedge.snapshot.manifest import open_pointer, pointer_key
from selvedge.snapshot.parts import PartReader

if TYPE_CHECKING:
    from selvedge.ports import KeyValue
    from selvedge.settings import Settings
    from selvedge.snapshot.manifest import Pointer, Release, SignatureVerifier

RETRY_SECONDS = 5
"""How soon a refresh that failed, or a fall-back to the previous release, is tried again."""

ABANDONED_SECONDS = 20
"""After this a refresh that never came back no longer keeps others from trying."""


class SnapshotStore:
    """Holds the release in service. `trouble` names why it is not the newest, if it is not."""

    def __init__(self, kv: KeyValue, verifier: SignatureVerifier, settings: Settings) -> None:
        self._kv = kv
        self._verifier = verifier
        self._settings = settings
        self._reader = PartReader(kv, settings.page_cache_bytes)
        self._highest_sequence = 0
        self._pointer: Pointer | None = None
        self._next_check = 0.0
        self._refreshing_since: float | None = None
        self.current: LoadedRelease | None = None
        self.trouble: str | None = None

    def claim_refresh(self, now: float) -> bool:
        """Whether a refresh is due at `now`. Says so to one caller, who is to start it."""
        if self._refreshing_since is not None and 0 <= now - self._refreshing_since < ABANDONED_SECONDS:
            return False
        longest = max(self._settings.refresh_seconds, RETRY_SECONDS)
        if 0 < self._next_check - now <= longest:  # more than that: the clock was set back
            return False
        self._refreshing_since = now
        return True

    async def serving(self, now: float) -> LoadedRelease:
        """The release in service; where there is none, load one.

        Raises `StorageUnavailable` or a `SnapshotError` where none can be had.
        """
        if self.current is None:
            await self._load_newest(now)
        if self.current is None:
            raise MissingPointer(pointer_key(self._settings.channel))
        return self.current

    async def refresh(self, now: float) -> None:
        """Look for a newer release and put it into service. Never raises what serving can outlive."""
        try:
            await self._load_newest(now)
        except (SnapshotError, StorageUnavailable) as error:
            self._note(error, now)
        finally:
            self._refreshing_since = None

    async def step_back(self, error: SnapshotError | StorageUnavailable, now: float) -> bool:
        """Put the previous release into service because the current one lacks a part; False without one.

        Until every part is seen here, a refresh every few seconds tries the newest again.
        """
        pointer = self._pointer
        if pointer is None or pointer.previous is None or self._serves(pointer.previous):
            return False
        try:
            loaded = await LoadedRelease.load(pointer.previous, self._reader, pointer.published, self.current)
        except (SnapshotError, StorageUnavailable):
            return False
        self.current = loaded
        self._note(error, now)
        return True

    async def starter(self, market: str, locale: str) -> tuple[Pointer, Starter] | None:
        """The starter of a market and locale, for an isolate that holds no release yet."""
        pointer = await self._read_pointer()
        if locale not in _locales(pointer, market):
            return None
        starter = await Starter.load(pointer.current, self._reader, market, locale)
        return None if starter is None else (pointer, starter)

    async def _load_newest(self, now: float) -> None:
        pointer = await self._read_pointer()
        if self.current is not None and self._serves(pointer.current):
            self._settle(pointer, None, now)
            return
        try:
            loaded = await self._load(pointer, pointer.current)
        except (SnapshotError, StorageUnavailable) as error:
            if self.current is not None or pointer.previous is None:
                raise
            loaded = await self._load(pointer, pointer.previous)
            self._settle(pointer, loaded, now)
            self._note(error, now)
            return
        self._settle(pointer, loaded, now)

    async def _read_pointer(self) -> Pointer:
        channel = self._settings.channel
        data = await self._kv.get(pointer_key(channel))
        if data is None:
            raise MissingPointer(pointer_key(channel))
        pointer = await open_pointer(data, self._verifier, shop=self._settings.shop, channel=channel)
        if pointer.sequence < self._highest_sequence:
            raise ReplayedPointer(f"{pointer.sequence} after {self._highest_sequence}")
        return pointer

    async def _load(self, pointer: Pointer, release: Release) -> LoadedRelease:
        loaded = await LoadedRelease.load(release, self._reader, pointer.published, self.current)
        if self.current is not None:
            await loaded.warm(self.current)
        return loaded

    def _serves(self, release: Release) -> bool:
        if self.current is None:
            return False
        held = self.current.release
        return (held.version, held.delta) == (release.version, release.delta)

    def _settle(self, pointer: Pointer, loaded: LoadedRelease | None, now: float) -> None:
        """Put `loaded` into service, unless another request has settled a newer pointer meanwhile."""
        if pointer.sequence < self._highest_sequence:
            return
        self._highest_sequence = pointer.sequence
        self._pointer = pointer
        if loaded is not None and not self._serves(loaded.release):
            self.current = loaded
        self.trouble = None
        self._next_check = now + self._settings.refresh_seconds

    def _note(self, error: SnapshotError | StorageUnavailable, now: float) -> None:
        self.trouble = error.reason
        self._next_check = now + RETRY_SECONDS


def _locales(pointer: Pointer, market: str) -> tuple[str, ...]:
    markets = {one.code: one.locales for one in pointer.current.manifest.markets}
    return markets.get(market, ())
