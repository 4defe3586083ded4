"""How much anybody may ask of the origin, as the setting SELVEDGE_LIMITS has it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many requests a second in the long run, and so many at once."""

    per_second: Annotated[float, Meta(gt=0)]
    burst: Annotated[float, Meta(ge=1)]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`token` bounds each service token, `shopper` what is done for one person.

    `address` bounds what shows no good service token, shoppers who come themselves included. What services
    do is not counted there: the edge comes from few addresses, and shares them with strangers.
    """

    token: Rate = Rate(500, 1_000)
    shopper: Rate = Rate(5, 60)
    address: Rate = Rate(5, 60)


UNLIMITED = Limits(*(Rate(1e9, 1e9) for _ in range(3)))
"""Nobody asks as much."""
