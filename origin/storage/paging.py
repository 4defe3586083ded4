"""Cursors: where a page ended, in a text that only the origin can write and that fits one list alone.

0   12  HMAC-SHA256 over the list's name and the position, cut off
12  .   position, msgpack
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

import msgspec
from litestar.params import QueryParameter

from selvedge.errors import SelvedgeError

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

_MAC = 12
MAX_CURSOR = 400

PageSize = Annotated[int, QueryParameter(ge=1, le=500, description="Items a page.")]
CursorText = Annotated[
    str | None, QueryParameter(max_length=MAX_CURSOR, description="`next` of the page before.")
]


class BadCursor(SelvedgeError):
    """The text is no cursor of this list."""


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A page of a list; `next` is the cursor of the following one, None on the last."""

    items: list[T]
    next: str | None


class Cursors:
    """Writes cursors with the first of `keys` and reads those written with any."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def write(self, name: str, position: object) -> str:
        """Return the cursor of `position` in the list `name`."""
        payload = msgspec.msgpack.encode(position)
        return base64.urlsafe_b64encode(_mac(self._keys[0], name, payload) + payload).rstrip(b"=").decode()

    def read(self, name: str, text: str, position: type[T]) -> T:
        """Return what `write` was given. Raises `BadCursor`."""
        try:
            data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadCursor("this is no cursor") from error
        mac, payload = data[:_MAC], data[_MAC:]
        if not any(hmac.compare_digest(mac, _mac(key, name, payload)) for key in self._keys):
            raise BadCursor("this is no cursor of this list")
        try:
            return msgspec.msgpack.decode(payload, type=position)
        except msgspec.MsgspecError as error:
            raise BadCursor("this cursor is of another version") from error


def _mac(key: bytes, name: str, payload: bytes) -> bytes:
    return hmac.digest(key, name.encode() + b"\n" + payload, "sha256")[:_MAC]
