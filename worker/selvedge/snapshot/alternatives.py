"""Alternatives: by ordinal, the products that may stand in for one; pages of rows, docs/snapshot-format.md.

A row is chosen when a version is built. Whether its products are in stock and their evidence still counts is
found out when it is asked for.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from selvedge.errors import DamagedPart

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGES = "alternatives"
"""The page set, in versions where some product has an alternative."""

ROWS_PER_PAGE = 4096
MOST = 12
"""How many products a row holds."""

PRICE_RATIO = (3, 2)
"""A price is near another if the higher is at most this many times the lower."""


class Row(NamedTuple):
    """Ordinals of products near in style, of other styles than the product's own.

    The footprint of the first `lower` is clearly lower; the others are there for their evidence alone.
    """

    lower: int
    ordinals: Sequence[int]


NOTHING = Row(0, ())


def encode_row(lower: Sequence[int], others: Sequence[int]) -> bytes:
    """Return the record of a product: a count (u8) and ordinals (u32); nothing where there are none."""
    ordinals = (*lower, *others)
    return struct.pack(f"<B{len(ordinals)}I", len(lower), *ordinals) if ordinals else b""


def decode_row(record: memoryview) -> Row:
    """Return the row in `record`. Raises `DamagedPart`."""
    if not len(record):
        return NOTHING
    try:
        row = Row(record[0], record[1:].cast("I"))
    except TypeError as error:
        raise DamagedPart(f"a row of alternatives has {len(record)} bytes") from error
    if row.lower > len(row.ordinals):
        raise DamagedPart(f"a row of {len(row.ordinals)} alternatives counts {row.lower}")
    return row


def is_near(price: int, other: int) -> bool:
    """Whether two prices of one market are near each other."""
    most, least = PRICE_RATIO
    return least * max(price, other) <= most * min(price, other)
