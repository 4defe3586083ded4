"""Rows: messages as they are kept, before anything is sealed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING

import msgspec

from origin.profiles.purposes import bits_of
from selvedge.errors import UNREADABLE, SelvedgeError
from selvedge.events.event import Event
from selvedge.events.handover import Message
from selvedge.shopper.identity import visitor_id

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = "nobody"
"""Whose events are those that came without a name, for measurement or training alone."""

OLDEST_SECONDS = 30 * 86_400
"""An event happened at most so long before it was received; a clock that says more is wrong."""

_CONTEXT_BYTES = 12
_PLACE = re.compile(r"at `(\$[^`]*)`")

_message = msgspec.json.Decoder(Message)
_encoder = msgspec.json.Encoder()


class Unreadable(SelvedgeError):
    """A message that is none. The text names the field, never its value."""

    reason = "malformed"


class Content(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What is sealed of an event: itself, and where it happened."""

    event: Event
    market: str
    locale: str
    snapshot: str
    consent: int


class Row(msgspec.Struct, frozen=True):
    """An event to keep; `occurred` in milliseconds, the other times in seconds since the epoch.

    `consented` is when its purposes were allowed; where that is not known, when it was received.
    """

    shopper: str
    id: str
    occurred: int
    received: int
    purposes: int
    content: bytes
    entered: int = 0
    consented: int = 0


def read_message(data: bytes | msgspec.Raw) -> Message:
    """Return the message in JSON. Raises `Unreadable`."""
    try:
        message = _message.decode(data)
        _context_of(message)
    except UNREADABLE as error:
        place = _PLACE.search(str(error))
        raise Unreadable(f"malformed at {place[1] if place else '$'}") from error
    except (ValueError, binascii.Error) as error:
        raise Unreadable("malformed at $.context") from error
    return message


def rows_of(message: Message) -> Iterator[Row]:
    """Yield the rows of a message; none where no purpose allows keeping its events."""
    purposes = bits_of(message.consent.purposes)
    if not purposes:
        return
    shopper = message.shopper or _context_of(message) or NOBODY
    for event in message.events:
        content = Content(event, message.market, message.locale, message.snapshot, message.consent.version)
        yield Row(
            shopper,
            event.id,
            _occurred(event, message.received),
            message.received,
            purposes,
            _encoder.encode(content),
            message.entered,
            min(message.consent.time or message.received, message.received),
        )


def digest_of(shopper: str, event_id: str) -> bytes:
    """Return what tells an event of a shopper from all others, 16 bytes."""
    return hashlib.sha256(f"{shopper}\n{event_id}".encode()).digest()[:16]


def _context_of(message: Message) -> str | None:
    """Return the name of the visitor whose context a message names."""
    if message.context is None:
        return None
    context = base64.b64decode(message.context, altchars=b"-_", validate=True)
    if len(context) != _CONTEXT_BYTES:
        raise ValueError("a context's id has 12 bytes")
    return visitor_id(context)


def _occurred(event: Event, received: int) -> int:
    """Return when the event happened, in milliseconds: what the page says, as far as it can be true."""
    if event.time is None:
        return received * 1000
    stated = int(event.time.timestamp() * 1000)
    return min(max(stated, (received - OLDEST_SECONDS) * 1000), received * 1000)
