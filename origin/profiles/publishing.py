"""The batch form of model outputs: shoppers' records, sealed for the edge and written into its KV."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from origin.publishing.kv import Pair
from selvedge.shopper.profile import EdgeProfile
from selvedge.shopper.record import encode_profile, record_key, record_ttl

if TYPE_CHECKING:
    from collections.abc import Callable

    from origin.profiles.store import Profiles
    from origin.publishing.kv import KeyValueStore
    from selvedge.ports import Clock
    from selvedge.shopper.sealing import Sealer

BATCH = 500

_decode = msgspec.json.Decoder(EdgeProfile).decode


async def publish_records(
    profiles: Profiles,
    kv: KeyValueStore,
    sealer: Sealer,
    clock: Clock,
    told: Callable[[int], None] = lambda _count: None,
) -> int:
    """Write the record of everybody of whom a model said something; returns how many.

    Who objected or was erased has none. KV forgets a record when the profile is not to be used any more.
    Broken off, it is run again. Raises `RemoteUnavailable`, `RemoteRefused`.
    """
    count, after = 0, ""
    while True:
        bodies, last = await profiles.compact_page(after, BATCH)
        if last is None:
            return count
        pairs = [await _pair(_decode(body), sealer, int(clock.now())) for body in bodies]
        await asyncio.to_thread(kv.put_many, pairs)
        count, after = count + len(pairs), last
        told(count)


async def _pair(profile: EdgeProfile, sealer: Sealer, now: int) -> Pair:
    value = await encode_profile(profile, sealer)
    return Pair(record_key(profile.shopper), value, ttl=record_ttl(profile, now))
