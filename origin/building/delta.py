"""Build a delta: the sections of a version that prices, stock, withdrawals, evidence or rules have changed.

A delta is cumulative from its base version and holds whole sections, so an edge that reads it only has
to prefer its sections to the base's. It re-ranks nothing; products that the base does not know wait for
the next version.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from origin.building.build import known_ordinals, refuse_unusable
from origin.building.built import BuiltSnapshot
from origin.building.counts import count
from origin.building.evidence import dated_facets, evidence_sections, instants
from origin.building.history import Standing, changed_sections
from origin.building.pages import detail_blob
from origin.building.sections import market_sections
from selvedge.catalogue.model import Product
from selvedge.errors import SelvedgeError
from selvedge.ranking.rules import NO_RULES, encode_rules
from selvedge.ranking.weights import decode_weights, encode_weights
from selvedge.snapshot.blobs import encode_blobs
from selvedge.snapshot.cards import open_page
from selvedge.snapshot.container import pack, unpack
from selvedge.snapshot.facets import FieldInfo
from selvedge.snapshot.index import ABSENT, Index, id_hash
from selvedge.snapshot.manifest import refer
from selvedge.snapshot.numbers import u32

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from selvedge.catalogue.model import Catalogue, Market
    from selvedge.ranking.rules import RuleSet
    from selvedge.ranking.weights import RankingWeights

_RULES = "rules:rules"
_WEIGHTS = "index:weights"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class NewVersionDue(SelvedgeError):
    """A delta cannot carry what has changed: a market, its currency or its locales."""


def build_delta(
    base: BuiltSnapshot,
    catalogue: Catalogue,
    rules: RuleSet | None = None,
    weights: RankingWeights | None = None,
) -> BuiltSnapshot:
    """Return `base` with a delta, one number higher, that brings it to `catalogue`.

    Also to `rules` and `weights` where these are given; what the delta before brought stays in force else.

    Raises `NewVersionDue` where the markets are others, `OversizedPart` where so much has changed that a
    new version is due, and `UnusableRules`.
    """
    _check_markets(base.release.manifest.markets, catalogue.markets)
    products = _in_base_order(base, catalogue)
    number = base.release.delta_number + 1
    changed = _changed_index(base, products)
    index = _over(base.sections("index"), changed, "index")
    for market in catalogue.markets:
        name = f"market/{market.code}"
        of_market = _changed_sections(base, name, market_sections(market.code, products))
        before = Standing(_standing(base, "index"), _standing(base, name))
        after = Standing(index, _over(base.sections(name), of_market, name))
        history = changed_sections(before, after, number)
        changed |= of_market | {f"{name}:{section}": data for section, data in history.items()}
        changed |= _changed_details(base, catalogue, market)
    changed |= _changed_weights(base, weights)
    changed |= _changed_rules(base, rules, Index(index), [market.code for market in catalogue.markets])
    delta = pack(changed)
    release = msgspec.structs.replace(
        base.release,
        delta_number=number,
        delta=refer(delta),
        delta_taken=int(catalogue.taken.timestamp()),
        delta_counts=count(catalogue, [product for product in products if product.id]),
    )
    parts = {**base.parts, refer(delta).digest: delta}
    return BuiltSnapshot(release, parts)


def _overlay(base: BuiltSnapshot) -> dict[str, memoryview]:
    """The sections of the delta that `base` has already."""
    ref = base.release.delta
    return {} if ref is None else unpack(base.parts[ref.digest])


def _standing(base: BuiltSnapshot, group: str) -> dict[str, memoryview]:
    """The sections of a group as an edge that holds `base` prefers them."""
    own = base.sections(group) if group in base.release.manifest.groups else {}
    return _over(own, _overlay(base), group)


def _over(
    own: Mapping[str, memoryview], changed: Mapping[str, bytes | memoryview], group: str
) -> dict[str, memoryview]:
    prefix = f"{group}:"
    standing_in = {
        name.removeprefix(prefix): memoryview(data)
        for name, data in changed.items()
        if name.startswith(prefix)
    }
    return {**own, **standing_in}


def _changed_weights(base: BuiltSnapshot, weights: RankingWeights | None) -> dict[str, bytes]:
    """The weights, where they are not the base's."""
    if weights is None:
        kept = _overlay(base).get(_WEIGHTS)
        return {} if kept is None else {_WEIGHTS: bytes(kept)}
    own = decode_weights(base.sections("index").get("weights"))
    return {} if own == weights else {_WEIGHTS: encode_weights(weights)}


def _changed_rules(
    base: BuiltSnapshot, rules: RuleSet | None, index: Index, markets: Sequence[str]
) -> dict[str, bytes]:
    """The rules, where they are not the base's; without new ones those of the delta before stay in force."""
    if rules is None:
        kept = _overlay(base).get(_RULES)
        return {} if kept is None else {_RULES: bytes(kept)}
    refuse_unusable(rules, index, markets)
    own = base.sections("rules")["rules"] if "rules" in base.release.manifest.groups else b""
    new = encode_rules(rules)
    return {} if bytes(own) == new or (not own and rules == NO_RULES) else {_RULES: new}


def _check_markets(before: Sequence[Market], after: Sequence[Market]) -> None:
    old, new = ({market.code: market for market in markets} for markets in (before, after))
    changed = sorted(code for code in old.keys() | new.keys() if old.get(code) != new.get(code))
    if changed:
        raise NewVersionDue(
            f"a delta keeps its version's markets, but {', '.join(changed)} came, went or changed: "
            "build a new version"
        )


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
    page_set = base.release.manifest.pages[f"details/{market.code}"]
    pages = [open_page(base.parts[digest]) for digest in page_set]
    changed: dict[int, bytes] = {}
    for product in catalogue.products:
        ordinal = shown.get(id_hash(product.id))
        if ordinal is None:
            continue
        blob = detail_blob(product, groups[product.group], market)
        number, position = divmod(ordinal, page_set.products_per_page)
        if pages[number][position] != blob:
            changed[ordinal] = blob
    if not changed:
        return {}
    ordinals = sorted(changed)
    prefix = f"details/{market.code}:changed"
    return {f"{prefix}/ordinals": u32(ordinals), **encode_blobs(prefix, [changed[at] for at in ordinals])}
