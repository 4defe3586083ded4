"""Receipts: what the origin says to messages that it was handed. Shared by both."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Count = Annotated[int, Meta(ge=0)]


class Refusal(msgspec.Struct, frozen=True):
    """A message that no later attempt would make any better: its place in the list, and why.

    `reason` names a field at most, never a value.
    """

    index: Count
    reason: str


class Receipt(msgspec.Struct, frozen=True, rename="camel"):
    """What became of the events: `accepted` are durable now, `duplicates` were before.

    `dropped` may not be kept: no purpose allows it, or the person was erased. `refused` are messages that
    could not be read; none of their events was kept.
    """

    accepted: Count
    duplicates: Count
    dropped: Count
    refused: tuple[Refusal, ...] = ()
