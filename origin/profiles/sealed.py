"""The sealed columns: JSON that was made for reading when it was written.

`profile`  [members of the compact form, what was kept]
`derived`  members of the compact form
`scores`   [the best as in the compact form, all of them]

The members are an object's without its braces, so that the compact form is joined from bytes and no profile
is taken apart to be served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from origin.profiles.model import Derived, Kept
from selvedge.shopper.profile import MAX_OUTPUTS

if TYPE_CHECKING:
    from origin.encryption.cipher import Cipher

Column = Literal["profile", "derived", "scores"]
Scores = tuple[tuple[str, float], ...]


class _Profile(msgspec.Struct, frozen=True, array_like=True):
    compact: msgspec.Raw
    kept: msgspec.Raw


class _Scores(msgspec.Struct, frozen=True, array_like=True):
    best: msgspec.Raw
    every: msgspec.Raw


class _Wishes(msgspec.Struct, frozen=True, omit_defaults=True):
    preferred: tuple[tuple[str, str], ...] = ()
    avoided: tuple[tuple[str, str], ...] = ()


_encode = msgspec.json.Encoder().encode
_profile = msgspec.json.Decoder(_Profile).decode
_kept = msgspec.json.Decoder(Kept).decode
_derived = msgspec.json.Decoder(Derived).decode
_outputs = msgspec.json.Decoder(_Scores).decode
_scores = msgspec.json.Decoder(Scores).decode


def seal_kept(cipher: Cipher, shopper: str, kept: Kept) -> bytes:
    """Return what the column `profile` holds."""
    wishes = _Wishes(kept.declared.preferred(), kept.declared.unwanted())
    plain = _encode(_Profile(msgspec.Raw(_encode(wishes)), msgspec.Raw(_encode(kept))))
    return cipher.seal(plain, _about("profile", shopper))


def open_kept(cipher: Cipher, shopper: str, sealed: bytes | None) -> Kept:
    """Return what was kept. Raises `SealBroken`."""
    if sealed is None:
        return Kept()
    return _kept(_profile(cipher.open(sealed, _about("profile", shopper))).kept)


def seal_derived(cipher: Cipher, shopper: str, derived: Derived) -> bytes:
    """Return what the column `derived` holds."""
    return cipher.seal(_encode(derived), _about("derived", shopper))


def open_derived(cipher: Cipher, shopper: str, sealed: bytes | None) -> Derived:
    """Return what was derived. Raises `SealBroken`."""
    return Derived() if sealed is None else _derived(cipher.open(sealed, _about("derived", shopper)))


def seal_scores(cipher: Cipher, shopper: str, scores: Scores) -> bytes:
    """Return what the column `scores` holds, of scores with the best first."""
    plain = _encode(_Scores(msgspec.Raw(_encode(scores[:MAX_OUTPUTS])), msgspec.Raw(_encode(scores))))
    return cipher.seal(plain, _about("scores", shopper))


def open_scores(cipher: Cipher, shopper: str, sealed: bytes) -> Scores:
    """Return all scores. Raises `SealBroken`."""
    return _scores(_outputs(cipher.open(sealed, _about("scores", shopper))).every)


def open_column(cipher: Cipher, column: Column, shopper: str, sealed: bytes) -> object:
    """Return what a column holds, for the person whom it is about: all of it. Raises `SealBroken`."""
    return msgspec.json.decode(cipher.open(sealed, _about(column, shopper)))


def compact_members(
    cipher: Cipher, shopper: str, profile: bytes | None, derived: bytes | None
) -> list[bytes]:
    """Return the members of the compact form, as JSON. Raises `SealBroken`."""
    parts = []
    if profile is not None:
        parts.append(bytes(_profile(cipher.open(profile, _about("profile", shopper))).compact)[1:-1])
    if derived is not None:
        parts.append(cipher.open(derived, _about("derived", shopper))[1:-1])
    return [part for part in parts if part]


def best_scores(cipher: Cipher, shopper: str, sealed: bytes) -> bytes:
    """Return the best scores, as JSON. Raises `SealBroken`."""
    return bytes(_outputs(cipher.open(sealed, _about("scores", shopper))).best)


def _about(column: Column, shopper: str) -> bytes:
    return f"{column} of {shopper}".encode()
