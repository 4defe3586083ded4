"""The content of a request: read within bounds, decoded into a struct."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol, TypeVar

from selvedge.errors import UNREADABLE
from selvedge.web.problems import BadContent, ContentTooLarge, UnsupportedMediaType

if TYPE_CHECKING:
    from selvedge.web.http import Request

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Decoder(Protocol[T_co]):
    """What makes a value of JSON: a decoder of `msgspec`, or one that is more lenient."""

    def decode(self, data: bytes, /) -> T_co:
        """Return the value. Raises as `msgspec` does."""
        ...


MAX_DEPTH = 64
"""How deep content may be nested. In wasm the decoder's recursion ends the isolate before it raises."""

_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")

MEDIA_TYPES = ("application/json", "text/plain")
"""`navigator.sendBeacon` sends JSON to another origin without a preflight only as plain text."""


MERGE_PATCH = "application/merge-patch+json"
"""RFC 7396."""


async def read_content(
    request: Request,
    limit: int,
    decoder: Decoder[T],
    media_types: tuple[str, ...] = MEDIA_TYPES,
) -> T:
    """Return the JSON content. Raises `UnsupportedMediaType`, `ContentTooLarge`, `BadContent`."""
    media_type = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if media_type not in media_types:
        raise UnsupportedMediaType(f"send {media_types[0]}")
    body = await request.body.read(limit)
    if body is None:
        raise ContentTooLarge(f"at most {limit} bytes")
    if nests_deeper(body, MAX_DEPTH):
        raise BadContent("nested too deep")
    try:
        return decoder.decode(body)
    except UNREADABLE as error:
        raise BadContent(str(error)) from error


def nests_deeper(body: bytes, most: int) -> bool:
    """Whether JSON is nested deeper than `most`; what has few brackets is not looked at further."""
    if body.count(b"[") + body.count(b"{") <= most:
        return False
    depth = 0
    for bracket in _BRACKET.findall(_TEXT.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        if depth > most:
            return True
    return False
