"""Weights: what each signal may add to a score or take from it. The one place that says how much.

They travel in the snapshot (section `weights` of the group `index`), so that a shop changes them by
publishing. No data set at hand can fit these garment weights: the defaults are set by judgement, not
measured. All are small integers beside a base score of 0 to 255. docs/ranking.md explains each field.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from selvedge.catalogue.model import Season
from selvedge.errors import DamagedPart

MAX_WEIGHT = 127
"""The most that one facet value may add to a score."""

Points = Annotated[int, msgspec.Meta(ge=0, le=MAX_WEIGHT)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Pair = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]+:[^,]+$")]
"""A facet value as `field:value`."""


class Recent(msgspec.Struct, frozen=True):
    """What the newest recent product adds to products that share its value of a field.

    `price` goes to products whose price is within `RankingWeights.band` of its price, `text` to styles whose
    words are the very same, and less the less alike they are.
    """

    category: Points = 24
    brand: Points = 16
    material: Points = 8
    color: Points = 6
    price: Points = 8
    text: Points = 16


class Spread(msgspec.Struct, frozen=True):
    """Of any `window` neighbours at most so many are of one brand or category, where there is a choice.

    A number that is not below `window` switches that half of the rule off.
    """

    window: Annotated[int, msgspec.Meta(ge=1, le=12)] = 4
    brand: Annotated[int, msgspec.Meta(ge=1, le=12)] = 2
    category: Annotated[int, msgspec.Meta(ge=1, le=12)] = 3


class RankingWeights(msgspec.Struct, frozen=True, kw_only=True):
    """Every number that a personal order goes by, beside the base scores."""

    affinity: Percent = 100
    recent: Recent = Recent()
    decay: Percent = 80
    band: Percent = 25
    preferred: Points = 48
    priority: Points = 24
    priorities: Points = 48
    model: Points = 96
    season: Points = 0
    seasons: dict[Season, tuple[Pair, ...]] = {}
    markets: dict[str, dict[Pair, Points]] = {}
    arrival: Points = 0
    arrival_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 14
    seen: Points = 24
    avoided: Points = 64
    terms: Annotated[int, msgspec.Meta(ge=1, le=32)] = 24
    spread: Spread = Spread()


DEFAULTS = RankingWeights()

_decoder = msgspec.msgpack.Decoder(RankingWeights)


def encode_weights(weights: RankingWeights) -> bytes:
    """Return the section `weights`."""
    return msgspec.msgpack.encode(weights, order="deterministic")


def decode_weights(section: bytes | memoryview | None) -> RankingWeights:
    """Return the weights of a snapshot; the defaults where it has none. Raises `DamagedPart`."""
    if section is None:
        return DEFAULTS
    try:
        return _decoder.decode(section)
    except msgspec.MsgspecError as error:
        raise DamagedPart(f"unreadable weights: {error}") from error
