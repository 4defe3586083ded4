"""Tokens as they are written: JWS compact serialisation (RFC 7515, section 7.1), read strictly.

Nothing in here has been verified. Of two members with one name most readers keep the last without a word,
so that two of them can be told different things by one token; here such a token is none.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

import msgspec

from selvedge.errors import SelvedgeError

MAX_TOKEN_CHARACTERS = 8_192
MAX_OPENINGS = 64
"""Brackets that a token's JSON may open: deep nesting costs a reader its stack."""

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*\Z")
_PARTS = 3


class InvalidToken(SelvedgeError):
    """A token proves nothing. `reason` is a stable name of the cause; nothing of the token is repeated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Compact(msgspec.Struct, frozen=True):
    """The pieces of a token; `signed` is what the signature is over."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes


def parse_compact(token: str) -> Compact:
    """Take a token apart. Raises `InvalidToken`."""
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise InvalidToken("oversized")
    parts = token.split(".")
    if len(parts) != _PARTS or not token.isascii():
        raise InvalidToken("malformed")
    header, claims, signature = map(decode_base64url, parts)
    signed = f"{parts[0]}.{parts[1]}".encode()
    return Compact(parse_object(header), parse_object(claims), signed, signature)


def parse_object(data: bytes, openings: int = MAX_OPENINGS) -> dict[str, Any]:
    """Return a JSON object in which no member occurs twice, at any depth. Raises `InvalidToken`."""
    if data.count(b"{") + data.count(b"[") > openings:
        raise InvalidToken("malformed")
    try:
        found = _decoder.decode(data.decode())
    except (ValueError, RecursionError) as error:
        raise InvalidToken("malformed") from error
    if not isinstance(found, dict):
        raise InvalidToken("malformed")
    return found


def decode_base64url(text: str) -> bytes:
    """Decode base64url without padding (RFC 7515, section 2), in its one form. Raises `InvalidToken`."""
    if not _BASE64URL.match(text):
        raise InvalidToken("malformed")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise InvalidToken("malformed") from error
    if encode_base64url(data) != text:
        raise InvalidToken("malformed")
    return data


def bearer_token(authorization: str) -> str:
    """Return the token of an `Authorization` field (RFC 6750, section 2.1). Raises `InvalidToken`."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken("malformed")
    return token


def encode_base64url(data: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidToken("duplicated-member")
    return members


def _refuse_constant(_name: str) -> None:
    raise InvalidToken("malformed")


# Made once: `json.loads` with hooks makes a decoder for each call.
_decoder = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_refuse_constant)
