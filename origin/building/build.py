"""Build a version: every part, and the manifest that names them. Equal input gives equal bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from origin.building.alternatives import alternative_rows
from origin.building.arrangement import Arrangement, arrange
from origin.building.built import BuiltSnapshot
from origin.building.counts import count
from origin.building.facts import slug
from origin.building.pages import card_blob, detail_blob, pages
from origin.building.rulecheck import check
from origin.building.sections import index_sections, market_sections
from selvedge.catalogue.filter import size_value
from selvedge.errors import OversizedPart, SelvedgeError
from selvedge.ranking.rules import NO_RULES, encode_rules
from selvedge.ranking.weights import DEFAULTS, encode_weights
from selvedge.sessions.part import SessionRows
from selvedge.snapshot import alternatives
from selvedge.snapshot.blobs import encode_blobs
from selvedge.snapshot.cards import CARDS_PER_PAGE, DETAILS_PER_PAGE
from selvedge.snapshot.container import pack_many
from selvedge.snapshot.facets import FieldInfo
from selvedge.snapshot.index import Index, id_hash
from selvedge.snapshot.loaded import SESSIONS
from selvedge.snapshot.manifest import FORMAT, Manifest, PageSet, PartRef, Release, refer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from origin.building.finding import Finding
    from origin.footprint.catalogue import Footprints
    from selvedge.catalogue.model import Catalogue
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
    model: bytes | None = None,
    footprints: Footprints | None = None,
    progress: Progress = lambda _step: None,
) -> BuiltSnapshot:
    """Build a version of `catalogue`. Raises `UnusableRules` for rules that cannot hold over it.

    `model` is the session model's part; one of the `SnapshotError`s is raised for bytes that are none.
    `footprints` get a bounded part in the base order, and one in what is an alternative to what.

    `previous` is the newest version ever built, whether or not it is the one that is live: from it
    products keep their ordinals, and products that are gone are known as withdrawn.
    """
    progress("arranging products")
    standings = footprints.standings if footprints else None
    arrangement = arrange(catalogue, known_ordinals(previous) if previous else None, standings)
    parts = _Parts()
    progress("encoding the index")
    sections = {**index_sections(catalogue, arrangement), **_weights_section(weights)}
    parts.group("index", sections)
    if rules != NO_RULES:
        index = Index({name: memoryview(data) for name, data in sections.items()})
        refuse_unusable(rules, index, [market.code for market in catalogue.markets])
        parts.group("rules", {"rules": encode_rules(rules)})
    if model is not None:
        SessionRows.decode(model)
        parts.whole(SESSIONS, model)
    for market in catalogue.markets:
        progress(f"encoding market {market.code}")
        parts.group(f"market/{market.code}", market_sections(market.code, arrangement.products))
    _add_pages(parts, catalogue, arrangement, progress)
    progress("finding alternatives")
    comparison = footprints.comparison if footprints else None
    _add_alternatives(parts, arrangement, alternative_rows(catalogue, arrangement, comparison))
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
        counts=count(catalogue, arrangement.products),
    )
    return BuiltSnapshot(Release(manifest, manifest.version), parts.by_digest)


MOST_TOLD = 20
"""At most this many findings are in a message."""


class UnusableRules(SelvedgeError):
    """Rules contradict each other or the catalogue. `findings` says which and how, all of them."""

    reason = "unusable-rules"

    def __init__(self, findings: Sequence[Finding]) -> None:
        more = f"; and {len(findings) - MOST_TOLD} more" if len(findings) > MOST_TOLD else ""
        super().__init__("; ".join(map(str, findings[:MOST_TOLD])) + more)
        self.findings = tuple(map(str, findings))


def _weights_section(weights: RankingWeights) -> dict[str, bytes]:
    return {} if weights == DEFAULTS else {"weights": encode_weights(weights)}


def refuse_unusable(rules: RuleSet, index: Index, markets: Sequence[str]) -> None:
    """Raise `UnusableRules` for rules that cannot hold over `index`."""
    errors = [one for one in check(rules, index, markets) if one.level == "error"]
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

    def whole(self, name: str, part: bytes) -> None:
        """Take a part that is packed already."""
        self.groups[name] = (self._add(part),)

    def page_set(self, name: str, size: int, blobs: Mapping[int, bytes], known: int) -> None:
        """Cut `blobs`, by ordinal below `known`, into pages of `size`, or fewer where one grows too long."""
        try:
            cut = pages(blobs, known, size)
        except OversizedPart as error:
            if size == 1:
                raise OversizedPart(f"{name}: a single record is too long: {error}") from error
            self.page_set(name, size // 2, blobs, known)
        else:
            self.pages[name] = PageSet(size, b"".join(self._add(page).digest for page in cut))


def _add_pages(parts: _Parts, catalogue: Catalogue, arrangement: Arrangement, progress: Progress) -> None:
    groups = {group.id: group for group in catalogue.groups}
    known = max(arrangement.ordinals.values(), default=-1) + 1
    numbered = list(zip(arrangement.ordinal_by_rank(), arrangement.products, strict=True))
    for locale in _locales(catalogue):
        progress(f"encoding cards in {locale}")
        cards = {at: card_blob(product, groups[product.group], locale) for at, product in numbered}
        parts.page_set(f"cards/{locale}", CARDS_PER_PAGE, cards, known)
    for market in catalogue.markets:
        progress(f"encoding details for {market.code}")
        details = {at: detail_blob(product, groups[product.group], market) for at, product in numbered}
        parts.page_set(f"details/{market.code}", DETAILS_PER_PAGE, details, known)


def _add_alternatives(parts: _Parts, arrangement: Arrangement, rows: Mapping[int, bytes]) -> None:
    if rows:
        known = max(arrangement.ordinals.values()) + 1
        parts.page_set(alternatives.PAGES, alternatives.ROWS_PER_PAGE, rows, known)


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
    components = {part.name for product in catalogue.products for part in product.components}
    values = {field.name: field.values for field in fields}
    values["component"] = tuple(sorted(components))  # no field to filter by, but pages name them
    ranges = msgspec.msgpack.decode(sections["ranges"], type=list[str])
    brands = {slug(group.brand): group.brand for group in catalogue.groups}
    encoded = {}
    for locale in _locales(catalogue):
        words = {
            "fields": {
                name: labels.field(name, locale) for name in [*(f.name for f in fields), *ranges, "price"]
            },
            "values": {
                name: {
                    value: brands.get(value, value) if name == "brand" else labels.value(name, value, locale)
                    for value in codes
                }
                for name, codes in values.items()
            },
        }
        encoded[locale] = msgspec.msgpack.encode(words, order="sorted")
    return encoded


def _locales(catalogue: Catalogue) -> list[str]:
    return sorted({locale for market in catalogue.markets for locale in market.locales})
