"""Build a version: every part, and the manifest that names them. Equal input gives equal bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from origin.building.arrangement import Arrangement, arrange
from origin.building.built import BuiltSnapshot
from origin.building.facts import size_value, slug
from origin.building.pages import card_blob, detail_blob, pages
from origin.building.rulecheck import check
from origin.building.sections import index_sections, market_sections
from selvedge.errors import SelvedgeError
from selvedge.ranking.rules import NO_RULES, encode_rules
from selvedge.ranking.weights import DEFAULTS, encode_weights
from selvedge.snapshot.blobs import encode_blobs
from selvedge.snapshot.cards import CARDS_PER_PAGE, DETAILS_PER_PAGE
from selvedge.snapshot.container import pack_many
from selvedge.snapshot.facets import Facet, FieldInfo
from selvedge.snapshot.index import Index, MarketIndex, id_hash
from selvedge.snapshot.manifest import FORMAT, Manifest, PageSet, PartRef, Release, refer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from origin.building.rulecheck import Finding
    from selvedge.catalogue.model import Catalogue, Market
    from selvedge.ranking.rules import RuleSet
    from selvedge.ranking.weights import RankingWeights

    Progress = Callable[[str], None]

STARTER_PRODUCTS = 400
"""How much of the head of the base order a starter part holds: enough for any plain first page."""


class Labels(Protocol):
    """Words for values, in a locale. Fields are named as in the filter grammar."""

    def field(self, field: str, locale: str) -> str:
        """The label of a field."""
        ...

    def value(self, field: str, value: str, locale: str) -> str:
        """The label of a field's value."""
        ...


class PlainLabels:
    """Labels for shops that have none: fields and values stand for themselves."""

    def field(self, field: str, locale: str) -> str:  # noqa: ARG002 - the port's signature
        """Return the field's own name."""
        return field

    def value(self, field: str, value: str, locale: str) -> str:  # noqa: ARG002 - as above
        """Return the value itself."""
        return value


def build(
    catalogue: Catalogue,
    *,
    shop: str,
    previous: BuiltSnapshot | None = None,
    labels: Labels | None = None,
    weights: RankingWeights = DEFAULTS,
    rules: RuleSet = NO_RULES,
    progress: Progress = lambda _step: None,
) -> BuiltSnapshot:
    """Build a version of `catalogue`. Raises `UnusableRules` for rules that cannot hold over it.

    `previous` is the newest version ever built, whether or not it is the one that is live: from it
    products keep their ordinals, and products that are gone are known as withdrawn.
    """
    progress("arranging products")
    arrangement = arrange(catalogue, known_ordinals(previous) if previous else None)
    parts = _Parts()
    progress("encoding the index")
    sections = {**index_sections(catalogue, arrangement), **_weights_section(weights)}
    parts.group("index", sections)
    if rules != NO_RULES:
        _check_rules(rules, sections, catalogue)
        parts.group("rules", {"rules": encode_rules(rules)})
    counts = _product_counts(catalogue, sections)
    for market in catalogue.markets:
        progress(f"encoding market {market.code}")
        of_market = market_sections(market.code, arrangement.products)
        parts.group(f"market/{market.code}", of_market)
        counts |= _market_counts(catalogue, market, of_market, len(arrangement.products))
    _add_pages(parts, catalogue, arrangement, progress)
    words = _labels(catalogue, sections, labels or PlainLabels())
    for locale, encoded in words.items():
        parts.group(f"labels/{locale}", {"labels": encoded})
    if not any(rule.public for rule in rules.rules):  # a starter knows no rules
        progress("encoding starters")
        _add_starters(parts, catalogue, arrangement, words, sections["instants"])
    manifest = Manifest(
        format=FORMAT,
        shop=shop,
        taken=int(catalogue.taken.timestamp()),
        markets=catalogue.markets,
        groups=parts.groups,
        pages=parts.pages,
        counts=counts,
    )
    return BuiltSnapshot(Release(manifest, manifest.version), parts.by_digest)


class UnusableRules(SelvedgeError):
    """Rules contradict each other or the catalogue. `findings` says which and how."""

    reason = "unusable-rules"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(map(str, findings)))
        self.findings = tuple(map(str, findings))


def _weights_section(weights: RankingWeights) -> dict[str, bytes]:
    return {} if weights == DEFAULTS else {"weights": encode_weights(weights)}


def _check_rules(rules: RuleSet, sections: Mapping[str, bytes], catalogue: Catalogue) -> None:
    index = Index({name: memoryview(data) for name, data in sections.items()})
    found = check(rules, index, [market.code for market in catalogue.markets])
    errors = [one for one in found if one.level == "error"]
    if errors:
        raise UnusableRules(errors)


def known_ordinals(built: BuiltSnapshot) -> dict[int, int]:
    """Return the ordinal of every id hash that `built` knows."""
    sections = built.sections("index")
    return dict(zip(sections["ids/hash"].cast("Q"), sections["ids/ordinal"].cast("I"), strict=True))


class _Parts:
    def __init__(self) -> None:
        self.by_digest: dict[bytes, bytes] = {}
        self.groups: dict[str, tuple[PartRef, ...]] = {}
        self.pages: dict[str, PageSet] = {}

    def _add(self, part: bytes) -> PartRef:
        ref = refer(part)
        self.by_digest[ref.digest] = part
        return ref

    def group(self, name: str, sections: Mapping[str, bytes]) -> None:
        self.groups[name] = tuple(self._add(part) for part in pack_many(sections))

    def page_set(self, name: str, size: int, pages: Iterable[bytes]) -> None:
        self.pages[name] = PageSet(size, b"".join(self._add(page).digest for page in pages))


def _add_pages(parts: _Parts, catalogue: Catalogue, arrangement: Arrangement, progress: Progress) -> None:
    groups = {group.id: group for group in catalogue.groups}
    count = max(arrangement.ordinals.values(), default=-1) + 1
    numbered = list(zip(arrangement.ordinal_by_rank(), arrangement.products, strict=True))
    for locale in _locales(catalogue):
        progress(f"encoding cards in {locale}")
        cards = {at: card_blob(product, groups[product.group], locale) for at, product in numbered}
        parts.page_set(f"cards/{locale}", CARDS_PER_PAGE, pages(cards, count, CARDS_PER_PAGE))
    for market in catalogue.markets:
        progress(f"encoding details for {market.code}")
        details = {at: detail_blob(product, groups[product.group], market) for at, product in numbered}
        parts.page_set(f"details/{market.code}", DETAILS_PER_PAGE, pages(details, count, DETAILS_PER_PAGE))


def _add_starters(
    parts: _Parts,
    catalogue: Catalogue,
    arrangement: Arrangement,
    labels: Mapping[str, bytes],
    instants: bytes,
) -> None:
    """The head of the base order as a small version of its own: ranks are the same as in the whole."""
    head = arrangement.products[:STARTER_PRODUCTS]
    small = Arrangement(
        head,
        arrangement.scores[:STARTER_PRODUCTS],
        {id_hash(product.id): at for at, product in enumerate(head)},
    )
    groups = {group.id: group for group in catalogue.groups}
    index = {**index_sections(msgspec.structs.replace(catalogue, products=head), small), "instants": instants}
    for market in catalogue.markets:
        of_market = market_sections(market.code, head)
        for locale in market.locales:
            cards = [card_blob(product, groups[product.group], locale) for product in head]
            parts.group(
                f"starter/{market.code}/{locale}",
                {
                    **{f"index:{name}": data for name, data in index.items()},
                    **{f"market:{name}": data for name, data in of_market.items()},
                    **encode_blobs("cards", cards),
                    "labels": labels[locale],
                },
            )


def _labels(catalogue: Catalogue, sections: Mapping[str, bytes], labels: Labels) -> dict[str, bytes]:
    """Return the encoded labels of every locale."""
    fields = [*msgspec.msgpack.decode(sections["fields"], type=list[FieldInfo])]
    sizes = {size_value(offer) for product in catalogue.products for offer in product.offers}
    fields.append(FieldInfo("size", tuple(sorted(sizes))))
    ranges = msgspec.msgpack.decode(sections["ranges"], type=list[str])
    brands = {slug(group.brand): group.brand for group in catalogue.groups}
    encoded = {}
    for locale in _locales(catalogue):
        words = {
            "fields": {
                name: labels.field(name, locale) for name in [*(f.name for f in fields), *ranges, "price"]
            },
            "values": {
                field.name: {
                    value: brands.get(value, value)
                    if field.name == "brand"
                    else labels.value(field.name, value, locale)
                    for value in field.values
                }
                for field in fields
            },
        }
        encoded[locale] = msgspec.msgpack.encode(words, order="deterministic")
    return encoded


def _product_counts(catalogue: Catalogue, sections: Mapping[str, bytes]) -> dict[str, int]:
    views = {name: memoryview(data) for name, data in sections.items()}
    counts = {"products": len(catalogue.products), "groups": len(catalogue.groups)}
    for facet in Index(views).facets.values():
        counts |= _facet_counts(facet, facet.info.name)
    return counts


def _market_counts(
    catalogue: Catalogue, market: Market, sections: Mapping[str, bytes], size: int
) -> dict[str, int]:
    index = MarketIndex({name: memoryview(data) for name, data in sections.items()}, size)
    in_stock = sum(
        offer.stock > 0
        for product in catalogue.products
        for offer in product.offers
        if offer.market == market.code
    )
    counts = {f"available/{market.code}": index.available.bit_count(), f"inStock/{market.code}": in_stock}
    return counts | _facet_counts(index.facets["size"], f"size/{market.code}")


def _facet_counts(facet: Facet, name: str) -> dict[str, int]:
    return {f"facet/{name}/{value}": facet.stored_count(at) for at, value in enumerate(facet.info.values)}


def _locales(catalogue: Catalogue) -> list[str]:
    return sorted({locale for market in catalogue.markets for locale in market.locales})
