"""The profile that the origin keeps, in the compact form that the Worker reads. Shared by both."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from selvedge.shopper.context import MAX_AFFINITIES, MAX_DISMISSED, MAX_PURCHASED, Affinity
from selvedge.shopper.identity import ShopperId

MAX_PREFERENCES = 24
"""Declared preferences, and things to avoid, of one person."""

MAX_OUTPUTS = 200
"""Scored products in the compact form; the origin keeps and pages through more."""

MAX_EDGE_PROFILE_BYTES = 32_768
"""A longer answer is not read: it cannot be one of ours."""

Text = Annotated[str, Meta(min_length=1, max_length=128)]
Epoch = Annotated[int, Meta(ge=0)]
Pair = tuple[Text, Text]
"""A facet field and one of its values."""


class ModelOutputs(msgspec.Struct, frozen=True, rename="camel"):
    """What `model` in `version` said at `time` (epoch seconds): product ids and scores, the best first.

    Scores are above 0, on a scale of the model's own.
    """

    model: Text
    version: Text
    time: Epoch
    scores: Annotated[
        tuple[tuple[Text, Annotated[float, Meta(gt=0)]], ...], Meta(max_length=MAX_OUTPUTS)
    ] = ()


class EdgeProfile(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A shopper's profile as the Worker reads it; not to be used after `valid_until` (epoch seconds).

    `revision` grows with every change. `preferred` are declared preferences, `avoided` what the person
    wants no more of, `affinities` what the origin derived from events; `purchased` and `dismissed` are
    product ids, the newest first. Whoever `objected` gets an order without any of it. `erased` (epoch
    seconds) is when all from before was erased, 0 where it never was.
    """

    shopper: ShopperId
    revision: Annotated[int, Meta(ge=0)]
    valid_until: Epoch
    preferred: Annotated[tuple[Pair, ...], Meta(max_length=MAX_PREFERENCES)] = ()
    avoided: Annotated[tuple[Pair, ...], Meta(max_length=MAX_PREFERENCES)] = ()
    affinities: Annotated[tuple[Affinity, ...], Meta(max_length=MAX_AFFINITIES)] = ()
    purchased: Annotated[tuple[Text, ...], Meta(max_length=MAX_PURCHASED)] = ()
    dismissed: Annotated[tuple[Text, ...], Meta(max_length=MAX_DISMISSED)] = ()
    outputs: ModelOutputs | None = None
    objected: bool = False
    erased: Annotated[int, Meta(ge=0)] = 0
