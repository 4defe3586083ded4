"""The sections of a version: what docs/snapshot-format.md lists, from products in rank order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from origin.building.derivation import natural_percent
from origin.building.evidence import dated_facets, evidence_sections, instants
from origin.building.facts import (
    field_info,
    is_reduced,
    main_shares,
)
from origin.building.fields import FACETS, facet_values
from origin.building.texts import text_sections
from selvedge.catalogue.completeness import states_all_shares
from selvedge.catalogue.filter import size_value
from selvedge.snapshot.facets import FieldInfo, encode_facet
from selvedge.snapshot.index import ABSENT
from selvedge.snapshot.numbers import u16, u32, u64
from selvedge.snapshot.postings import encode_postings
from selvedge.snapshot.ranges import encode_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from origin.building.arrangement import Arrangement
    from selvedge.catalogue.model import Catalogue, Offer, Product, ProductGroup

_DAY = 86_400


def index_sections(catalogue: Catalogue, arrangement: Arrangement) -> dict[str, bytes]:
    """Return the sections of the group `index`."""
    groups = {group.id: group for group in catalogue.groups}
    products = arrangement.products
    taken = int(catalogue.taken.timestamp())
    fields, sections = _plain_facets(catalogue, products, groups)
    dated_fields, dated_sections = dated_facets(products, taken)
    ranges = _range_sections(products)
    return {
        "fields": msgspec.msgpack.encode([*fields, *dated_fields]),
        "ranges": msgspec.msgpack.encode(sorted({name.split("/")[1] for name in ranges})),
        "instants": u32(instants(products, taken)),
        **_base_sections(arrangement.scores),
        **sections,
        **dated_sections,
        **ranges,
        "shares/stated": encode_postings(
            [[rank for rank, product in enumerate(products) if states_all_shares(product.components)]],
            len(products),
        ),
        **_identity_sections(arrangement),
        **_group_sections(products),
        **_row_sections(fields, products, groups),
        **evidence_sections(products),
        **text_sections(catalogue, products),
    }


def market_sections(market: str, products: Sequence[Product]) -> dict[str, bytes]:
    """Return the sections of the group `market/CODE`.

    A size that is sold out everywhere stays a value, so that a link to it finds nothing instead of failing.
    """
    offered = [offer for product in products for offer in product.offers if offer.market == market]
    in_stock = [
        [offer for offer in product.offers if offer.market == market and offer.stock > 0]
        for product in products
    ]
    cheapest = [min(offers, key=_by_price) if offers else None for offers in in_stock]
    sizes = field_info("size", set(map(size_value, offered)))
    sets = _sets(sizes, (set(map(size_value, offers)) for offers in in_stock))
    reduced = [(rank, offer) for rank, offer in enumerate(cheapest) if offer and is_reduced(offer)]
    return {
        "fields": msgspec.msgpack.encode([sizes]),
        "available": encode_postings([[rank for rank, offer in enumerate(cheapest) if offer]], len(products)),
        **encode_facet(sizes, sets, len(products)),
        **encode_range(
            "range/price", [offer.price if offer else None for offer in cheapest], with_codes=True
        ),
        "reduction/ranks": u32([rank for rank, _ in reduced]),
        "reduction/regular": u32([offer.regular_price or 0 for _, offer in reduced]),
        "reduction/lowest": u32([offer.lowest_price_30_days or 0 for _, offer in reduced]),
    }


def _plain_facets(
    catalogue: Catalogue, products: Sequence[Product], groups: Mapping[str, ProductGroup]
) -> tuple[list[FieldInfo], dict[str, bytes]]:
    fields, sections = [], {}
    for rule in FACETS:
        info = facet_values(catalogue, groups, rule)
        fields.append(info)
        sets = _sets(info, (rule.values(product, groups[product.group]) for product in products))
        sections.update(encode_facet(info, sets, len(products)))
    return fields, sections


def _range_sections(products: Sequence[Product]) -> dict[str, bytes]:
    shares = [main_shares(product) for product in products]
    days = [max(0, int(product.published.timestamp()) // _DAY) for product in products]
    recycled = [
        None if share is None else int(share)
        for share in (product.recycled_content_percentage for product in products)
    ]
    sections = {
        **encode_range("range/published", days, with_codes=True),
        **encode_range("range/recycledContentPercentage", recycled),
        **encode_range("range/naturalFibrePercentage", [natural_percent(product) for product in products]),
    }
    for fibre in sorted({fibre for of_product in shares for fibre in of_product}):
        column = [of_product.get(fibre) for of_product in shares]
        sections.update(encode_range(f"range/share.{fibre}", column))
    return sections


def _base_sections(scores: Sequence[int]) -> dict[str, bytes]:
    slices = [[rank for rank, score in enumerate(scores) if score >> bit & 1] for bit in range(8)]
    return {"base/scores": bytes(scores), "base/slices": encode_postings(slices, len(scores))}


def _identity_sections(arrangement: Arrangement) -> dict[str, bytes]:
    by_rank = arrangement.ordinal_by_rank()
    rank_by_ordinal = [ABSENT] * (max(arrangement.ordinals.values(), default=-1) + 1)
    for rank, ordinal in enumerate(by_rank):
        rank_by_ordinal[ordinal] = rank
    hashes = sorted(arrangement.ordinals)
    return {
        "ordinal_by_rank": u32(by_rank),
        "rank_by_ordinal": u32(rank_by_ordinal),
        "ids/hash": u64(hashes),
        "ids/ordinal": u32([arrangement.ordinals[one] for one in hashes]),
    }


def _group_sections(products: Sequence[Product]) -> dict[str, bytes]:
    members: dict[str, list[int]] = {}
    for rank, product in enumerate(products):
        members.setdefault(product.group, []).append(rank)
    number = {group: at for at, group in enumerate(members)}
    starts, ranks = [0], []
    for of_group in members.values():
        ranks += of_group
        starts.append(len(ranks))
    return {
        "group_by_rank": u32([number[product.group] for product in products]),
        "group/starts": u32(starts),
        "group/ranks": u32(ranks),
    }


def _row_sections(
    fields: Sequence[FieldInfo], products: Sequence[Product], groups: Mapping[str, ProductGroup]
) -> dict[str, bytes]:
    rules = [rule for rule in FACETS if rule.row]
    infos = {info.name: info for info in fields}
    number: dict[tuple[str, str], int] = {}
    for rule in rules:
        for value in infos[rule.name].values:
            number[rule.name, value] = len(number)
    starts, values = [0], []
    for product in products:
        group = groups[product.group]
        values += sorted(number[rule.name, value] for rule in rules for value in rule.values(product, group))
        starts.append(len(values))
    return {
        "rows/fields": msgspec.msgpack.encode([rule.name for rule in rules]),
        "rows/starts": u32(starts),
        "rows/values": u16(values),
    }


def _sets(info: FieldInfo, values_by_rank: Iterable[Iterable[str]]) -> list[list[int]]:
    position = {value: at for at, value in enumerate(info.values)}
    sets: list[list[int]] = [[] for _ in info.values]
    for rank, values in enumerate(values_by_rank):
        for value in values:
            sets[position[value]].append(rank)
    return sets


def _by_price(offer: Offer) -> int:
    return offer.price
