"""Evidence over time: the certifications a product has when the snapshot is taken, and what changes later."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from origin.building.derivation import bounded, bounds, tables, tables_for
from origin.building.facts import EVIDENCE_FACETS, field_info
from selvedge.catalogue.derivation import BANDS, content
from selvedge.catalogue.filter import UNKNOWN
from selvedge.snapshot.evidence import encode_evidence
from selvedge.snapshot.facets import FieldInfo, encode_facet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from selvedge.catalogue.model import Evidence, Product
    from selvedge.snapshot.facets import Change


def evidence_sections(products: Sequence[Product]) -> dict[str, bytes]:
    """Return what is known about `products`, in rank order, and what its derived facts look up."""
    return encode_evidence(map(bounded, products), tables_for(products))


def instants(products: Sequence[Product], taken: int) -> list[int]:
    """Return the times after `taken` at which some evidence begins or ends, epoch seconds, ascending."""
    found = {
        when
        for product in products
        for evidence in product.evidence
        for when in bounds(evidence)
        if when is not None and when > taken
    }
    return sorted(found)


def dated_facets(products: Sequence[Product], taken: int) -> tuple[list[FieldInfo], dict[str, bytes]]:
    """Return the evidence fields and their sections over `products`, in rank order."""
    fields, sections = [], {}
    by_rank = [bounded(product) for product in products]
    for name in DATED:
        timelines = [_timeline(claims_of(evidence, name), taken) for evidence in by_rank]
        values = {value for timeline in timelines for _, held in timeline for value in held}
        info = field_info(name, values, dated=True)
        fields.append(info)
        sections.update(_encode(info, timelines, len(products)))
    return fields, sections


_Timeline = list[tuple[int, frozenset[str]]]
"""The values held from each time on; the first entry holds at the snapshot's time."""


Claim = tuple[str, int | None, int | None]
"""A value, and from when and until when it is held."""

DATED = (*EVIDENCE_FACETS, *BANDS)
"""The fields that rest on evidence: on its scheme, or on what it proves."""


def claims_of(evidence: Iterable[Evidence], field: str) -> list[Claim]:
    """Return what `evidence`, as `bounded` returned it, gives a product in a dated field."""
    if field in EVIDENCE_FACETS:
        levels = EVIDENCE_FACETS[field]
        return [(one.scheme, *bounds(one)) for one in evidence if one.is_whole and one.level in levels]
    contents = ((one, content(one, tables())) for one in evidence)
    return [
        (value, *bounds(one))
        for one, found in contents
        if found and found.field == field
        for value in found.values
    ]


def held_at(evidence: Iterable[Evidence], field: str, moment: int) -> frozenset[str]:
    """Return the values of a dated field that count at `moment` (epoch seconds); `unknown` if none does."""
    return _held(claims_of(evidence, field), moment)


def _held(claims: Iterable[Claim], moment: int) -> frozenset[str]:
    held = {
        scheme
        for scheme, start, end in claims
        if (start is None or start <= moment) and (end is None or moment < end)
    }
    return frozenset(held or {UNKNOWN})


def _timeline(claims: Sequence[Claim], taken: int) -> _Timeline:
    moments = {taken, *(when for _, *bounds in claims for when in bounds if when and when > taken)}
    return [(moment, _held(claims, moment)) for moment in sorted(moments)]


def _encode(info: FieldInfo, timelines: Sequence[_Timeline], size: int) -> dict[str, bytes]:
    position = {value: at for at, value in enumerate(info.values)}
    sets: list[list[int]] = [[] for _ in info.values]
    changes: list[list[Change]] = [[] for _ in info.values]
    for rank, timeline in enumerate(timelines):
        for value in timeline[0][1]:
            sets[position[value]].append(rank)
        for (_, before), (moment, after) in pairwise(timeline):
            for value in before ^ after:
                changes[position[value]].append((moment, rank, value in after))
    return encode_facet(info, sets, size, changes)
