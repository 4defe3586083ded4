"""Rules: what merchandisers ask for, as data. They travel in the snapshot (group `rules`).

docs/rules.md explains each field; `origin.building.rulecheck` says what is wrong with a file of them.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from selvedge.errors import DamagedPart
from selvedge.ranking.blocks import BLOCK
from selvedge.ranking.experiments import Experiment, Key, Moment
from selvedge.ranking.weights import MAX_WEIGHT, Pair

Kind = Literal["pin", "promote", "boost", "bury", "exclude"]
Slot = str
"""Where a list is shown: one of `SLOTS`, which a newer snapshot may know more of."""

PUBLIC_SLOT = "products"
SLOTS = (PUBLIC_SLOT, "recommendations", "similar", "alternatives", "recently-viewed")
"""The lists that rules may act on."""

SLOTS_FOR_ALL = frozenset({PUBLIC_SLOT, "similar"})
"""Those that are the same for everybody: they know no audience, and of an experiment's arms the control."""

UNORDERED_SLOT = "recently-viewed"
"""The list that no order and no place enters: only exclusions act on it."""

MAX_PRODUCTS = 500
MAX_RULES = 1000
"""At most this many rules in a set: each list looks at them all."""
MAX_SHIFTS = 8
"""At most this many boosts and buries, the first in the file, enter one order: its cost is bounded."""

Place = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
"""A country by ISO 3166-1 alpha-2 (`GB`), or a part of one by ISO 3166-2 (`GB-SCT`)."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule.

    It is about the listed `products`, and about all that have one of the values in every field of `where`.
    `from` is included, `to` is not. An empty scope is no limit.
    """

    id: Key
    kind: Kind
    products: Annotated[tuple[str, ...], msgspec.Meta(max_length=MAX_PRODUCTS)] = ()
    where: dict[str, tuple[str, ...]] = {}
    points: Annotated[int, msgspec.Meta(ge=0, le=MAX_WEIGHT)] = 0
    position: Annotated[int, msgspec.Meta(ge=0, le=BLOCK)] = 0
    sponsored: bool = False
    markets: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    audience: tuple[Pair, ...] = ()
    places: tuple[Place, ...] = ()
    arm: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]+:[a-z0-9-]+$")] | None = None
    start: Moment | None = msgspec.field(default=None, name="from")
    end: Moment | None = msgspec.field(default=None, name="to")
    author: Text
    reason: Text

    @property
    def marked(self) -> bool:
        """Whether what it places is marked as sponsored: always so in a promotion slot."""
        return self.sponsored or self.kind == "promote"

    @property
    def public(self) -> bool:
        """Whether it may act on the public list."""
        return not self.personal and (not self.slots or PUBLIC_SLOT in self.slots)

    @property
    def personal(self) -> bool:
        """Whether it tells people apart, by what they lean to, where they are or which arm they are in."""
        return bool(self.audience or self.places) or self.arm is not None


class RuleSet(msgspec.Struct, frozen=True):
    """All rules and experiments of a version, in the order of their file, which is what numbers them."""

    rules: tuple[Rule, ...] = ()
    experiments: tuple[Experiment, ...] = ()


NO_RULES = RuleSet()

_decoder = msgspec.msgpack.Decoder(RuleSet)


def encode_rules(rules: RuleSet) -> bytes:
    """Return the section `rules`."""
    return msgspec.msgpack.encode(rules, order="deterministic")


def decode_rules(section: bytes | memoryview) -> RuleSet:
    """Return the rules of a snapshot. Raises `DamagedPart`."""
    try:
        return _decoder.decode(section)
    except msgspec.MsgspecError as error:
        raise DamagedPart(f"unreadable rules: {error}") from error
