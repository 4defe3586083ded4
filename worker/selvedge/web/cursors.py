"""Cursors: where a page ended, bound to the version and the query that it belongs to.

A public cursor is readable and carries a short MAC, so that nobody can fill shared caches with made-up
ones. A private cursor also freezes the personal order, and is encrypted.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING

import msgspec

from selvedge.catalogue.query import MAX_CURSOR_LENGTH, BadParameter
from selvedge.errors import SelvedgeError
from selvedge.ranking.blocks import Bookmark
from selvedge.ranking.frozen import NOTHING, Frozen
from selvedge.ranking.order import Position
from selvedge.web.envelope import Envelope, ExpiredEnvelope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selvedge.ports import Clock

PUBLIC, PRIVATE = "p", "s"
"""The first letter of a cursor's text tells its kind, so that a private one is known without opening it."""

FORMAT = 3
"""The number of the form that cursors and what they freeze have: to be raised with every change of it."""

PRIVATE_SECONDS = 86_400
"""How long a private cursor serves: it holds what a person leant to, and stays in histories and logs."""

_TAG_SIZE = 10
MAX_INSTANTS = 4
"""A list that outlives more changes of evidence starts again: each is one more filter to evaluate."""
_NOT_OURS = "is not a cursor of ours; start again without it"


class OutdatedCursor(SelvedgeError):
    """The cursor is ours and genuine, but too old, or of a format from before or after this code's."""


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The place after which the next page begins.

    `version` and `query` (a hash of market and canonical query without cursor) say to what it belongs.
    `revision` names the delta that the order depended on; it is empty where deltas do not move products.
    `ordered_at` (epoch seconds) is the time whose evidence the order went by.
    `frozen` is what the first page was ordered by. Where the list is arranged in blocks, `number` and `rank`
    are where the block in progress begins (-1: the first one), `end` and `shown` how far it has got.
    `owner` tells whose private cursor it is: it is of no use to anybody else.
    `delta` is the number of the delta that the first page's matches went by, `instants` are the times of
    evidence (the last at which any began or ended) that all pages so far went by, and `excluded` tells the
    products that rules took out of them.
    """

    version: bytes
    query: bytes
    number: int
    rank: int
    revision: str = ""
    frozen: Frozen = NOTHING
    private: bool = False
    ordered_at: int = 0
    end: Position | None = None
    shown: tuple[int, ...] = ()
    delta: int = 0
    instants: tuple[int, ...] = ()
    excluded: int = 0
    owner: bytes = b""

    @property
    def position(self) -> Position:
        """The last product's place in the order."""
        return Position(self.number, self.rank)

    @property
    def bookmark(self) -> Bookmark:
        """The same for a list that is arranged in blocks."""
        return Bookmark(None if self.rank < 0 else self.position, self.end, self.shown)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Cursor)


class PublicCursors:
    """Writes and reads public cursors under the first of several keys."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = [hashlib.sha256(b"selvedge public cursor" + key).digest() for key in keys]

    def write(self, cursor: Cursor) -> str:
        """Return the cursor's text."""
        payload = _encode(cursor)
        return PUBLIC + _to_text(_mac(self._keys[0], payload) + payload)

    def read(self, text: str) -> Cursor:
        """Return the cursor that `text` is. Raises `BadParameter` or `OutdatedCursor`."""
        data = _from_text(text, PUBLIC)
        tag, payload = data[:_TAG_SIZE], data[_TAG_SIZE:]
        if not any(hmac.compare_digest(tag, _mac(key, payload)) for key in self._keys):
            raise BadParameter("cursor", _NOT_OURS)
        return _decode(payload)


class PrivateCursors:
    """Writes and reads cursors that only this Worker can read, under the first of several keys."""

    def __init__(self, keys: Sequence[bytes], clock: Clock) -> None:
        self._envelope = Envelope(keys, b"selvedge private cursor", PRIVATE_SECONDS)
        self._clock = clock

    def write(self, cursor: Cursor) -> str:
        """Return the cursor's text."""
        return PRIVATE + _to_text(self._envelope.seal(_encode(cursor), int(self._clock.now())))

    def read(self, text: str) -> Cursor:
        """Return the cursor that `text` is. Raises `BadParameter` or `OutdatedCursor`."""
        try:
            payload = self._envelope.open(_from_text(text, PRIVATE), int(self._clock.now()))
        except ExpiredEnvelope as error:
            raise OutdatedCursor("the cursor is too old") from error
        if payload is None:
            raise BadParameter("cursor", _NOT_OURS)
        return _decode(payload)


def is_private(text: str) -> bool:
    """Whether `text` claims to be a private cursor."""
    return text.startswith(PRIVATE)


def query_hash(first_page: str) -> bytes:
    """Return 6 bytes that tell apart the lists that a cursor may belong to."""
    return hashlib.sha256(first_page.encode()).digest()[:6]


def fingerprint(products: int) -> int:
    """Return a number of 61 bits that tells a set of products from others; 0 for none.

    The remainder by a Mersenne prime: linear in the set's size, and the same on every platform.
    """
    return products % (2**61 - 1)


def _encode(cursor: Cursor) -> bytes:
    return bytes([FORMAT]) + _encoder.encode(cursor)


def _decode(payload: bytes) -> Cursor:
    if payload[:1] != bytes([FORMAT]):
        raise OutdatedCursor(f"the cursor is not of format {FORMAT}")
    try:
        return _decoder.decode(memoryview(payload)[1:])
    except msgspec.MsgspecError as error:
        raise BadParameter("cursor", _NOT_OURS) from error


def _mac(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, payload, "sha256")[:_TAG_SIZE]


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_text(text: str, kind: str) -> bytes:
    if len(text) > MAX_CURSOR_LENGTH or not text.isascii() or text[:1] != kind:
        raise BadParameter("cursor", _NOT_OURS)
    text = text[1:]
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadParameter("cursor", _NOT_OURS) from error
    if _to_text(data) != text:  # one cursor, one text: stray bits would multiply cache entries
        raise BadParameter("cursor", _NOT_OURS)
    return data
