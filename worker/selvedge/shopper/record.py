"""Records: what KV keeps under a shopper's name, a sealed profile or the mark of an erasure.

0   1   kind: `P` a profile, `T` a tombstone
1   .   `P`: the profile's JSON, sealed; `T`: when the person was erased, epoch seconds in ASCII digits

A tombstone holds no personal data, so that erasing needs no key. It stays for as long as a queue may still
bring events from before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from selvedge.shopper.profile import MAX_EDGE_PROFILE_BYTES, EdgeProfile

if TYPE_CHECKING:
    from selvedge.shopper.sealing import Sealer

TOMBSTONE_SECONDS = 14 * 86_400
"""How long KV keeps a tombstone: the longest that a queue keeps a message."""

MIN_TTL_SECONDS = 60
"""The shortest life that KV gives a value."""

_PROFILE, _TOMBSTONE = b"P", b"T"
_SEAL_CONTEXT = b"selvedge profile record"
_SEALING_BYTES = 64
"""More than sealing adds."""

_MAX_DIGITS = 12

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(EdgeProfile)


class Tombstone(msgspec.Struct, frozen=True):
    """The person was `erased` (epoch seconds): nothing from before may be used or kept again."""

    erased: int


Record = EdgeProfile | Tombstone


def record_key(shopper: str) -> str:
    """Return the key of a shopper's record."""
    return f"shopper/{shopper}"


def record_ttl(profile: EdgeProfile, now: int) -> int | None:
    """Return how long KV is to keep a profile, in seconds, or None: not worth keeping any more."""
    left = profile.valid_until - now
    return max(left, MIN_TTL_SECONDS) if left > 0 else None


async def encode_profile(profile: EdgeProfile, sealer: Sealer) -> bytes:
    """Return the record of a profile."""
    return _PROFILE + await sealer.seal(_encoder.encode(profile), _SEAL_CONTEXT)


def encode_tombstone(tombstone: Tombstone) -> bytes:
    """Return the record of an erasure."""
    return _TOMBSTONE + str(tombstone.erased).encode()


async def decode_record(data: bytes, shopper: str, sealer: Sealer) -> Record | None:
    """Return what `data` says of `shopper`, or None: damaged, sealed by strangers, or about somebody else.

    A profile may be one that is valid no more.
    """
    if len(data) > MAX_EDGE_PROFILE_BYTES + _SEALING_BYTES:
        return None
    kind, payload = data[:1], data[1:]
    if kind == _TOMBSTONE:
        return _tombstone(payload)
    if kind != _PROFILE:
        return None
    plain = await sealer.open(payload, _SEAL_CONTEXT)
    if plain is None:
        return None
    try:
        profile = _decoder.decode(plain)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return profile if profile.shopper == shopper else None


def _tombstone(payload: bytes) -> Tombstone | None:
    if not payload.isdigit() or len(payload) > _MAX_DIGITS:
        return None
    return Tombstone(int(payload))
