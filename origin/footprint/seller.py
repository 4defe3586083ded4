"""What a shop says of itself, for all its garments."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Business = Literal["small-business", "large-business-with-services", "large-business-without-services"]


class Seller(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A seller; None is what the method assumes of one that says nothing.

    `references` is how many products it sells, `traceability` whether it tells where each step took place.
    """

    business: Business | None = None
    references: Annotated[float, msgspec.Meta(ge=1)] | None = None
    traceability: bool | None = None
