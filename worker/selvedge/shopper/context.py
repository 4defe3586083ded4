"""The context: what a person who allows it brings along, sealed in a cookie; no server keeps it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from typing import TYPE_CHECKING

import msgspec

from selvedge.shopper.identity import visitor_id

if TYPE_CHECKING:
    from selvedge.shopper.sealing import Sealer

CONTEXT_COOKIE = "__Host-selvedge"
MAX_COOKIE_LENGTH = 3_600
"""Browsers keep at least 4,096 bytes of name, value and attributes (RFC 6265, section 6.1)."""

MAX_RECENT = 20
MAX_AFFINITIES = 12
MAX_PURCHASED = 40
MAX_DISMISSED = 40
MAX_SEEN = 60
MAX_EVENTS = 64
"""More than a batch has, so that a batch that is sent again as a whole is told."""

MAX_AGE_SECONDS = 30 * 86_400
MAX_AHEAD_SECONDS = 300
"""How far the clocks of two machines may differ; what claims to be written later would never expire."""

ID_SIZE = 12
_SEAL_CONTEXT = b"selvedge context cookie"
_MAX_PAYLOAD = MAX_COOKIE_LENGTH * 3 // 4 - 64
"""Bytes before sealing, which adds 33, and base64, which adds a third."""


class Affinity(msgspec.Struct, frozen=True, array_like=True):
    """A leaning towards products with a facet value; `weight` is 1 to 127."""

    field: str
    value: str
    weight: int


class Context(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of a person, and when (epoch seconds) it was `written`.

    Products are stable ordinals, the newest first; `dismissed` are those the person wants no more of,
    `seen` those that were shown without being looked at. Affinities begin with the strongest. `id` is
    random and names this browser only for as long as the cookie lives, so that an anonymous person's
    events can be erased too. `since` is that of the choice cookie that it was begun under: once that one
    says another, by withdrawal, log-out or erasure, this context is nobody's, whenever its cookie arrives.
    `revision` is that of the profile at the origin. `events` are short digests of the ids of the latest
    events counted in here, the newest first. `account` is the shopper id of who is logged in, or empty, and
    `entered` when their token was issued, at the earliest (epoch seconds): who was erased since then has not
    come back.
    """

    id: bytes = b""
    written: int = 0
    recent: tuple[int, ...] = ()
    affinities: tuple[Affinity, ...] = ()
    purchased: tuple[int, ...] = ()
    dismissed: tuple[int, ...] = ()
    seen: tuple[int, ...] = ()
    since: int = 0
    revision: int = 0
    events: tuple[bytes, ...] = ()
    account: str = ""
    entered: int = 0

    @property
    def shopper(self) -> str:
        """The shopper id of this person: that of the account, else that of the browser."""
        return self.account or visitor_id(self.id)

    @property
    def mark(self) -> bytes:
        """Eight bytes that tell this person from others, without saying who it is."""
        return hashlib.sha256(self.id + self.account.encode()).digest()[:8]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Context)


def new_context(since: int = 0) -> Context:
    """Return the context of a person of whom nothing is known yet."""
    return Context(id=os.urandom(ID_SIZE), since=since)


def bounded(context: Context) -> Context:
    """Return `context` within its bounds: the oldest products and weakest affinities are left out.

    Long names of values can still make it too long; then what matters least goes first, by halves.
    """
    kept = msgspec.structs.replace(
        context,
        recent=context.recent[:MAX_RECENT],
        affinities=context.affinities[:MAX_AFFINITIES],
        purchased=context.purchased[:MAX_PURCHASED],
        dismissed=context.dismissed[:MAX_DISMISSED],
        seen=context.seen[:MAX_SEEN],
        events=context.events[:MAX_EVENTS],
    )
    for name in ("seen", "affinities", "events", "recent", "dismissed", "purchased"):
        while getattr(kept, name) and len(_encoder.encode(kept)) > _MAX_PAYLOAD:
            values = getattr(kept, name)
            kept = msgspec.structs.replace(kept, **{name: values[: len(values) // 2]})
    return kept


async def seal_context(context: Context, sealer: Sealer) -> str:
    """Return the cookie's value, never longer than `MAX_COOKIE_LENGTH`."""
    sealed = await sealer.seal(_encoder.encode(bounded(context)), _SEAL_CONTEXT)
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


async def open_context(text: str, sealer: Sealer, now: int) -> Context | None:
    """Return the context in a cookie's value, or None: absent, forged, foreign, expired, of the future."""
    if not text or len(text) > MAX_COOKIE_LENGTH or not text.isascii():
        return None
    try:
        sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    payload = await sealer.open(sealed, _SEAL_CONTEXT)
    if payload is None:
        return None
    try:
        context = _decoder.decode(payload)
    except msgspec.MsgspecError:
        return None
    return context if -MAX_AHEAD_SECONDS <= now - context.written <= MAX_AGE_SECONDS else None
