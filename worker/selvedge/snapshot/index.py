"""The index over one version: everything a decision needs, decoded only as far as it is asked.

Products have two numbers. The rank is the position in the base order of this version: bit r of every
set. The ordinal is stable: it survives re-ranking, so cards, deltas, cookies and models use it.
docs/snapshot-format.md lists the sections.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

import msgspec

from selvedge.errors import DamagedPart
from selvedge.ranking.weights import decode_weights
from selvedge.snapshot.evidence import EvidenceTable
from selvedge.snapshot.facets import Facet, FieldInfo
from selvedge.snapshot.likeness import Likeness
from selvedge.snapshot.postings import Postings, from_ranks
from selvedge.snapshot.ranges import RangeColumn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ABSENT = 0xFFFF_FFFF
"""The rank of an ordinal that this version does not show: the product is withdrawn."""

_fields_decoder = msgspec.msgpack.Decoder(tuple[FieldInfo, ...])
_names_decoder = msgspec.msgpack.Decoder(tuple[str, ...])


class Reduction(msgspec.Struct, frozen=True):
    """The two prices that a reduction must show beside its own, in minor units (98/6/EC)."""

    regular: int
    lowest_30_days: int


class Index:
    """The part of the index that all markets and locales share."""

    def __init__(self, sections: Mapping[str, memoryview]) -> None:
        try:
            self._open(sections)
        except (KeyError, TypeError, ValueError, msgspec.MsgspecError) as error:
            raise DamagedPart(f"the index lacks or garbles {error}") from error

    def _open(self, sections: Mapping[str, memoryview]) -> None:
        self.base_scores = sections["base/scores"]
        self.size = len(self.base_scores)
        self._base_slices = Postings(sections["base/slices"])
        self._shares_stated = Postings(sections["shares/stated"])
        self.facets = _facets(sections)
        self._sections = sections
        self._range_names = frozenset(_names_decoder.decode(sections["ranges"]))
        self._ranges: dict[str, RangeColumn] = {}
        self.ordinals = sections["ordinal_by_rank"].cast("I")
        self._rank_by_ordinal = sections["rank_by_ordinal"].cast("I")
        self._id_hashes = sections["ids/hash"].cast("Q")
        self._id_ordinals = sections["ids/ordinal"].cast("I")
        self.group_of = sections["group_by_rank"].cast("I")
        self._group_starts = sections["group/starts"].cast("I")
        self._group_ranks = sections["group/ranks"].cast("I")
        self.likeness = Likeness(sections, "text", len(self._group_starts) - 1)
        self._row_starts = sections["rows/starts"].cast("I")
        self._row_values = sections["rows/values"].cast("H")
        self.row_fields = _names_decoder.decode(sections["rows/fields"])
        self._instants = sections["instants"].cast("I")
        self.evidence = EvidenceTable(sections)
        self.row_offsets = self._number_row_values()
        self.weights = decode_weights(sections.get("weights"))
        self._row_names = [
            (name, value) for name in self.row_fields for value in self.facets[name].info.values
        ]

    def _number_row_values(self) -> dict[str, int]:
        offsets, position = {}, 0
        for name in self.row_fields:
            offsets[name] = position
            position += len(self.facets[name].info.values)
        return offsets

    @property
    def range_names(self) -> frozenset[str]:
        """The range columns that all markets share."""
        return self._range_names

    def range(self, name: str) -> RangeColumn:
        """The column `name`, one of `range_names`."""
        column = self._ranges.get(name)
        if column is None:
            column = self._ranges[name] = RangeColumn(self._sections, f"range/{name}", self.size)
        return column

    def shares_stated(self) -> int:
        """The products whose main component states every share: a fibre it does not name is 0 % of it."""
        return self._shares_stated.bits(0)

    def base_slices(self) -> list[int]:
        """The base score's eight bit-slices, from the lowest bit up."""
        return [self._base_slices.bits(at) for at in range(8)]

    def ordinal(self, product_id: str) -> int | None:
        """The ordinal of a product id that this or an earlier version knew."""
        wanted = id_hash(product_id)
        at = bisect_left(self._id_hashes, wanted)
        if at == len(self._id_hashes) or self._id_hashes[at] != wanted:
            return None
        return self._id_ordinals[at]

    def rank(self, ordinal: int) -> int | None:
        """The rank of `ordinal` in this version, or None where it is withdrawn or unknown."""
        if ordinal >= len(self._rank_by_ordinal):
            return None
        rank = self._rank_by_ordinal[ordinal]
        return None if rank == ABSENT else rank

    def siblings(self, rank: int) -> Sequence[int]:
        """The ranks of all colourways of the style at `rank`, itself included, ascending."""
        return self.colourways(self.group_of[rank])

    def colourways(self, group: int) -> Sequence[int]:
        """The ranks of all colourways of the style numbered `group`, ascending."""
        return self._group_ranks[self._group_starts[group] : self._group_starts[group + 1]]

    def row(self, rank: int) -> Sequence[int]:
        """The values that the product at `rank` has in `row_fields`, numbered through all of them."""
        return self._row_values[self._row_starts[rank] : self._row_starts[rank + 1]]

    def row_value(self, number: int) -> tuple[str, str]:
        """The field and value behind a number in a row."""
        return self._row_names[number]

    def evidence_epoch(self, now: int) -> int:
        """How many instants at which some evidence begins or ends have passed at `now`."""
        return bisect_right(self._instants, now)

    def last_instant(self, now: int) -> int | None:
        """The last such instant that has passed at `now`."""
        epoch = self.evidence_epoch(now)
        return self._instants[epoch - 1] if epoch else None

    def next_instant(self, now: int) -> int | None:
        """The next instant (epoch seconds) at which some evidence begins or ends."""
        epoch = self.evidence_epoch(now)
        return self._instants[epoch] if epoch < len(self._instants) else None


class MarketIndex:
    """What one market adds: who may be shown, at which price, in which sizes."""

    def __init__(
        self,
        sections: Mapping[str, memoryview],
        size: int,
        base: Mapping[str, memoryview] | None = None,
    ) -> None:
        """Open a market. `base` are its sections without what a delta put in their place, where one did."""
        self._size = size
        self._base = base
        self._built_price: RangeColumn | None = None
        try:
            self.facets = _facets(sections)
            self.available = Postings(sections["available"]).bits(0)
            self.price = RangeColumn(sections, "range/price", size)
            self._reduced = sections["reduction/ranks"].cast("I")
            self._regular = sections["reduction/regular"].cast("I")
            self._lowest = sections["reduction/lowest"].cast("I")
            self._changed, self._changed_in = _changes(sections)
        except (KeyError, TypeError, ValueError, msgspec.MsgspecError) as error:
            raise DamagedPart(f"the market index lacks or garbles {error}") from error

    @property
    def built_price(self) -> RangeColumn:
        """The prices as the version was built, whatever deltas have changed since."""
        if self._built_price is None:
            built = self._base and RangeColumn(self._base, "range/price", self._size)
            self._built_price = built or self.price
        return self._built_price

    def changed_since(self, delta: int) -> int:
        """The products that a delta of a higher number than `delta` has changed: price, stock or evidence."""
        pairs = zip(self._changed, self._changed_in, strict=True)
        return from_ranks([rank for rank, number in pairs if number > delta], self._size)

    def reduction(self, rank: int) -> Reduction | None:
        """The prices beside the reduced price of the product at `rank`, if it is reduced."""
        at = bisect_left(self._reduced, rank)
        if at == len(self._reduced) or self._reduced[at] != rank:
            return None
        return Reduction(self._regular[at], self._lowest[at])


def id_hash(product_id: str) -> int:
    """Return the u64 under which a product id is looked up; the builder refuses collisions."""
    return int.from_bytes(hashlib.sha256(product_id.encode()).digest()[:8], "little")


def _facets(sections: Mapping[str, memoryview]) -> dict[str, Facet]:
    return {info.name: Facet(info, sections) for info in _fields_decoder.decode(sections["fields"])}


def _changes(sections: Mapping[str, memoryview]) -> tuple[Sequence[int], Sequence[int]]:
    """Return the ranks that deltas have changed, and the last delta that did; a base has none."""
    if "changed/ranks" not in sections:
        return (), ()
    return sections["changed/ranks"].cast("I"), sections["changed/deltas"].cast("I")
