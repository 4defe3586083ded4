"""Build a delta: the sections of a version that price, stock, withdrawal or evidence have changed since.

A delta is cumulative from its base version and holds whole sections, so an edge that reads it only has
to prefer its sections to the base's. It re-ranks nothing; products that the base does not know wait for
the next version.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from origin.building.build import known_ordinals
from origin.building.built import BuiltSnapshot
from origin.building.evidence import dated_facets, evidence_sections, instants
from origin.building.pages import detail_blob
from origin.building.sections import market_sections
from selvedge.catalogue.model import Product
from selvedge.snapshot.blobs import Blobs, encode_blobs
from selvedge.snapshot.cards import DETAILS_PER_PAGE, open_page
from selvedge.snapshot.container import pack
from selvedge.snapshot.facets import FieldInfo
from selvedge.snapshot.index import ABSENT, id_hash
from selvedge.snapshot.manifest import refer
from selvedge.snapshot.numbers import u32

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from selvedge.catalogue.model import Catalogue, Market

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def build_delta(base: BuiltSnapshot, catalogue: Catalogue) -> BuiltSnapshot:
    """Return `base` with a delta, one number higher, that brings it to `catalogue`.

    Raises `OversizedPart` where so much has changed that a new version is due.
    """
    products = _in_base_order(base, catalogue)
    changed = _changed_index(base, products)
    for market in catalogue.markets:
        name = f"market/{market.code}"
        changed |= _changed_sections(base, name, market_sections(market.code, products))
        changed |= _changed_details(base, catalogue, market)
    delta = pack(changed)
    release = msgspec.structs.replace(
        base.release, delta_number=base.release.delta_number + 1, delta=refer(delta)
    )
    parts = {**base.parts, refer(delta).digest: delta}
    return BuiltSnapshot(release, parts)


def unknown_to(base: BuiltSnapshot, catalogue: Catalogue) -> list[str]:
    """Return the ids of products that a delta on `base` cannot carry, sorted: new ones, ones come back."""
    shown = _shown_ordinals(base)
    return sorted(product.id for product in catalogue.products if id_hash(product.id) not in shown)


def _shown_ordinals(base: BuiltSnapshot) -> dict[int, int]:
    """Return the ordinal, by id hash, of every product that has a rank in `base`."""
    shown = set(base.sections("index")["ordinal_by_rank"].cast("I"))
    return {hashed: ordinal for hashed, ordinal in known_ordinals(base).items() if ordinal in shown}


def _in_base_order(base: BuiltSnapshot, catalogue: Catalogue) -> list[Product]:
    """The products by the base's ranks; one that is withdrawn leaves an empty product in its place."""
    shown = _shown_ordinals(base)
    by_ordinal = {shown.get(id_hash(product.id)): product for product in catalogue.products}
    gone = Product(id="", group="", color="", color_name="", link="", published=_LONG_AGO)
    ordinals = base.sections("index")["ordinal_by_rank"].cast("I")
    return [by_ordinal.get(ordinal, gone) for ordinal in ordinals]


def _changed_index(base: BuiltSnapshot, products: Sequence[Product]) -> dict[str, bytes]:
    sections = base.sections("index")
    taken = base.release.manifest.taken
    fields = msgspec.msgpack.decode(sections["fields"], type=list[FieldInfo])
    dated_fields, dated = dated_facets(products, taken)
    ranks = [ABSENT] * (sections["rank_by_ordinal"].nbytes // 4)
    for rank, ordinal in enumerate(sections["ordinal_by_rank"].cast("I")):
        if products[rank].id:
            ranks[ordinal] = rank
    new = {
        "fields": msgspec.msgpack.encode([*(one for one in fields if not one.dated), *dated_fields]),
        "instants": u32(instants(products, taken)),
        "rank_by_ordinal": u32(ranks),
        **dated,
        **evidence_sections(products),
    }
    return _changed_sections(base, "index", new)


def _changed_sections(base: BuiltSnapshot, group: str, new: Mapping[str, bytes]) -> dict[str, bytes]:
    old = base.sections(group)
    return {
        f"{group}:{name}": data for name, data in new.items() if name not in old or bytes(old[name]) != data
    }


def _changed_details(base: BuiltSnapshot, catalogue: Catalogue, market: Market) -> dict[str, bytes]:
    shown = _shown_ordinals(base)
    groups = {group.id: group for group in catalogue.groups}
    pages = [
        open_page(base.parts[digest]) for digest in base.release.manifest.pages[f"details/{market.code}"]
    ]
    changed: dict[int, bytes] = {}
    for product in catalogue.products:
        ordinal = shown.get(id_hash(product.id))
        if ordinal is None:
            continue
        blob = detail_blob(product, groups[product.group], market)
        if _stored(pages, ordinal) != blob:
            changed[ordinal] = blob
    if not changed:
        return {}
    ordinals = sorted(changed)
    prefix = f"details/{market.code}:changed"
    return {f"{prefix}/ordinals": u32(ordinals), **encode_blobs(prefix, [changed[at] for at in ordinals])}


def _stored(pages: Sequence[Blobs], ordinal: int) -> memoryview:
    return pages[ordinal // DETAILS_PER_PAGE][ordinal % DETAILS_PER_PAGE]
