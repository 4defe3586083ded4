"""Batches: many events in one request, each judged for itself."""

from __future__ import annotations

import json
from typing import Annotated

import msgspec
from msgspec import Meta

from selvedge.errors import UNREADABLE
from selvedge.events.event import Event

MAX_EVENTS = 50
MAX_BATCH_BYTES = 64 * 1024


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a page sends; the events are looked at one by one."""

    events: Annotated[list[msgspec.Raw], Meta(min_length=1, max_length=MAX_EVENTS)]


class Rejection(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event that was not kept: its place in the batch, its id where it could be read, and why."""

    index: int
    reason: str
    id: str | None = None


class _Named(msgspec.Struct, frozen=True):
    id: str


class BatchDecoder:
    """Decodes a batch so that what is wrong within one event is wrong with that one alone."""

    def decode(self, data: bytes, /) -> Batch:
        """Return the batch. Raises as `msgspec` does.

        Pages cut texts in the middle of a pair of surrogates and send the half as an escape, which is JSON
        (RFC 8259, section 8.2) and no Unicode: then each event is written anew by itself.
        """
        try:
            return _batch.decode(data)
        except UNREADABLE:
            lenient = _without_halves(data)
            if lenient is None:
                raise
            return _batch.decode(lenient)


def _without_halves(data: bytes) -> bytes | None:
    """Return a batch with every event that is no Unicode made null, or None where nothing is to be gained."""
    try:
        found = json.loads(data)
        if not isinstance(found, dict) or not isinstance(found.get("events"), list):
            return None
        found["events"] = [msgspec.Raw(_written(one)) for one in found["events"]]
        return msgspec.json.encode(found)
    except (ValueError, RecursionError):
        return None


def _written(event: object) -> bytes:
    try:
        return msgspec.json.encode(event)
    except UnicodeEncodeError:
        return b"null"


_batch = msgspec.json.Decoder(Batch)
_event = msgspec.json.Decoder(Event)
_named = msgspec.json.Decoder(_Named)


def judge(batch: Batch) -> tuple[list[Event], list[Rejection]]:
    """Return the events that can be understood, each id once, and the others with their reasons."""
    events: dict[str, Event] = {}
    rejected: list[Rejection] = []
    for index, raw in enumerate(batch.events):
        try:
            event = _event.decode(raw)
        except UNREADABLE as error:
            rejected.append(Rejection(index, str(error), _id_of(raw)))
        else:
            events.setdefault(event.id, event)
    return list(events.values()), rejected


def _id_of(raw: msgspec.Raw) -> str | None:
    try:
        return _named.decode(raw).id[:64]
    except UNREADABLE:
        return None
